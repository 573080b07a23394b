"""Databases of earlier versions are read correctly."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from histories import (
    NOW,
    SetClock,
    append,
    begin,
    make_training_set,
    same_examples,
    same_segment,
)
from older import REVISION_0004, REVISION_0007, make_revision, make_revision_0001

from storage import codec
from storage.migrations import REVISIONS
from storage.sqlite import SqliteStore
from training.errors import DamagedHistory
from training.network import Initializer, initial_parameters
from training.numerics.initializers import InitializerKind
from training.optimizer import Optimizer
from training.plateau import NO_PLATEAU
from training.ports import Writer
from training.run import EndReason, RunState
from training.run_changes import change_state
from training.settings import StopCondition, TrainingSettings
from training.training_set import BUILT_IN
from training.validation import NOT_VALIDATED


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "older.db"
    make_revision_0001(path)
    return path


def test_new_fields_of_networks_runs_and_training_sets_have_defaults(older: Path) -> None:
    store = SqliteStore(older, SetClock())
    with store.read() as reader:
        network, given = reader.network("net"), reader.network("given")
        assert not network.bias
        assert network.initializer == Initializer(InitializerKind.UNIFORM, 7, -0.12, 0.12)
        assert network.labels == {"team": "Käse"}
        assert given.initializer == Initializer(InitializerKind.EXPLICIT)

        over, paused = reader.run(network.uid, 1), reader.run(network.uid, 2)
        assert (over.state, paused.state) == (RunState.SUCCEEDED, RunState.PAUSED)
        assert (over.total_updates, paused.total_updates) == (6, 134)
        assert paused.updates_done == 7
        assert paused.epoch_cost == 0.0
        assert paused.settings == TrainingSettings(
            "xor",
            learning_rate=2.0,
            batch_size=3,
            epochs=100,
            shuffle_seed=None,
            optimizer=Optimizer(),
            stop=StopCondition(),
        )
        events = reader.run_events(network.uid, 0, 0, 10)
        assert [event.run for event in events][1::2] == [over, paused]

        for training_set, examples in BUILT_IN:
            assert reader.training_set(training_set.id) == training_set
            assert reader.examples(training_set.uid).inputs.tobytes() == examples.inputs.tobytes()
        third = reader.training_set("third")
        assert third.create_time == NOW
        assert reader.examples(third.uid).targets.tolist() == [[1 / 3], [1.0]]
    store.close()


def test_keyframes_are_read_and_have_no_optimizer_state(older: Path) -> None:
    store = SqliteStore(older, SetClock())
    with store.read() as reader:
        network = reader.network("net")
        first = reader.keyframe(network.uid, 0).state
        assert first.parameters.tobytes() == initial_parameters(network).tobytes()
        given = reader.keyframe(reader.network("given").uid, 0).state
        assert given.parameters.tobytes() == np.array([0.5, -0.0]).tobytes()
        latest = reader.keyframe(network.uid, 13).state
        assert latest.update == reader.head(network.uid).keyframe == 6
        assert first.optimizer_state is given.optimizer_state is latest.optimizer_state is None
    store.close()


def test_segments_get_outlines(older: Path) -> None:
    store = SqliteStore(older, SetClock())
    with store.read() as reader:
        uid = reader.network("net").uid
        segments = reader.segments(uid, 0, 100, 100)
        outlines = reader.outlines(uid, 0, 100, 100)
    store.close()
    assert [segment.count for segment in segments] == [1, 6, 7]
    assert outlines == [segment.outline() for segment in segments]
    assert outlines[1].min_cost == min(segments[1].costs)


def test_a_damaged_segment_stays_damaged_and_is_kept(older: Path) -> None:
    with closing(sqlite3.connect(older)) as database:
        database.execute("UPDATE segments SET costs = zeroblob(48) WHERE first_update = 1")
        database.commit()
    store = SqliteStore(older, SetClock())
    with store.read() as reader:
        uid = reader.network("net").uid
        for read in (reader.segments, reader.outlines):
            with pytest.raises(DamagedHistory, match="updates 1 to 6 of network net"):
                read(uid, 0, 100, 100)
            assert [found.count for found in read(uid, 7, 100, 100)] == [7]
    store.close()
    with closing(sqlite3.connect(older)) as database:
        query = "SELECT costs, crc FROM segments WHERE first_update = 1"
        assert database.execute(query).fetchall() == [(bytes(48), 777514121)]


def test_nothing_that_was_written_is_changed(older: Path) -> None:
    def content() -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(older)) as database:
            kept = {
                table: [row[:width] for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608
                for table, width in (("keyframes", 4), ("runs", 8), ("run_events", 6))
            }
            segments = (
                "SELECT network_uid, first_update, update_count, kind, run, run_offset,"
                " commit_time, min_cost, max_cost, costs FROM segments"
            )
            return kept | {"segments": database.execute(segments).fetchall()}

    before = content()
    SqliteStore(older, SetClock()).close()
    assert content() == before
    with closing(sqlite3.connect(older)) as database:
        (revision,) = database.execute("SELECT version_num FROM alembic_version").fetchone()
        (document,) = database.execute("SELECT document FROM runs WHERE number = 2").fetchone()
    assert revision == REVISIONS[-1]
    assert "optimizer" not in json.loads(document)["settings"]


def test_fields_of_a_later_version_survive_what_is_written_now(tmp_path: Path) -> None:
    path = tmp_path / "later.db"
    make_revision(REVISION_0004, path)
    with closing(sqlite3.connect(path)) as database, database:
        columns = "network_uid, number, state, training_set_uid, latest_cost, document, epoch_cost"
        query = f"SELECT {columns} FROM runs WHERE state = 'PAUSED'"  # noqa: S608
        ((*key, cost, document, epoch_cost),) = database.execute(query).fetchall()
        later = json.loads(document)
        later["settings"]["curriculum"] = "cosine"
        content = json.dumps(later).encode()
        crc = codec.checksum(tuple(key), content, cost, epoch_cost)
        where = "WHERE network_uid = ? AND number = ?"
        database.execute(
            f"UPDATE runs SET document = ?, crc = ? {where}",  # noqa: S608
            (content, crc, *key[:2]),
        )
        uid = key[0]
        (network,) = database.execute("SELECT document FROM networks WHERE uid = ?", (uid,))
        content = json.dumps(json.loads(network[0]) | {"distillation": [1]}).encode()
        crc = codec.checksum((uid,), content)
        database.execute(
            "UPDATE networks SET document = ?, crc = ? WHERE uid = ?", (content, crc, uid)
        )

    def change(writer: Writer) -> None:
        writer.set_labels(uid, {"new": "label"})
        head = writer.head(uid)
        run = writer.run(uid, head.active_run)
        writer.append(change_state(head, run, RunState.CANCELLED, NOW))

    store = SqliteStore(path, SetClock())
    store.write(change).result()
    store.close()
    with closing(sqlite3.connect(path)) as database:
        (document,) = database.execute("SELECT document FROM networks WHERE uid = ?", (uid,))
        kept = json.loads(document[0])
        assert (kept["distillation"], kept["labels"]) == ([1], {"new": "label"})
        for table in ("runs", "run_events"):
            query = f"SELECT document FROM {table} WHERE network_uid = ?"  # noqa: S608
            *_, last = (json.loads(found) for (found,) in database.execute(query, (uid,)))
            assert (last["state"], last["settings"]["curriculum"]) == ("CANCELLED", "cosine")


def test_runs_of_before_validations_have_none_and_tokens_and_audit_entries_are_kept(
    tmp_path: Path,
) -> None:
    path = tmp_path / "0007.db"
    make_revision(REVISION_0007, path)
    store = SqliteStore(path, SetClock())
    with store.read() as reader:
        networks = [reader.network(name) for name in ("net", "fork", "last", "given", "slow")]
        uids = [network.uid for network in networks]
        runs = [run for uid in uids for run in reader.runs(uid, None, 9)]
        segments = [
            segment
            for uid in uids
            for segment in reader.segments(uid, reader.head(uid).earliest_update, 9**9, 99)
        ]
        tokens, entries = reader.tokens("", 9), reader.audit_entries(None, 99)
    store.close()
    for run in runs:
        settings = run.settings
        assert settings == TrainingSettings(
            settings.training_set,
            settings.learning_rate,
            settings.batch_size,
            settings.epochs,
            settings.shuffle_seed,
            settings.optimizer,
            replace(settings.stop, patience=0, min_delta=0.0, restore_best=False),
        )
        assert run.validation == NOT_VALIDATED
        assert run.plateau == NO_PLATEAU
        assert (run.validation_set_uid, run.validation_examples) == ("", 0)
        assert run.schedule.is_constant
    assert Counter((run.state, run.end_reason) for run in runs) == {
        (RunState.PAUSED, None): 3,
        (RunState.CANCELLED, EndReason.CANCELLED): 3,
        (RunState.FAILED, EndReason.DIVERGED): 1,
        (RunState.SUCCEEDED, EndReason.ALL_EPOCHS): 1,
    }
    assert not any(len(segment.validations) for segment in segments)
    assert [token.name for token in tokens] == ["first"]
    assert len(entries) == 43


def drop_ownership(database: sqlite3.Connection) -> None:
    """Drop what revision 0011 added."""
    database.execute("DROP TABLE workers")
    for column in ("owner", "claim_time"):
        database.execute(f"ALTER TABLE runs DROP COLUMN {column}")


def drop_weights(database: sqlite3.Connection) -> None:
    """Drop what revision 0009 added, and what came later."""
    drop_ownership(database)
    database.execute("ALTER TABLE examples DROP COLUMN weights")


def drop_validations(database: sqlite3.Connection) -> None:
    """Drop what revision 0008 added, and what came later."""
    drop_weights(database)
    database.execute("DROP INDEX runs_by_validation_set")
    for table, column in (
        ("segments", "validations"),
        ("runs", "validation_set_uid"),
    ):
        database.execute(f"ALTER TABLE {table} DROP COLUMN {column}")


def test_runs_without_validations_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "0007.db"
    store = SqliteStore(path, SetClock())
    story = begin(store)
    for state in (RunState.SUCCEEDED, RunState.CANCELLED, RunState.RUNNING):
        append(store, story.opening())
        append(store, story.growth(3, keyframe=True, state=state))
    with store.read() as reader:
        runs = reader.runs(story.uid, None, 9)
        segments = reader.segments(story.uid, 0, 99, 9)
    store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0007'")
        drop_validations(database)

    store = SqliteStore(path, SetClock())
    with store.read() as reader:
        assert reader.runs(story.uid, None, 9) == runs
        found = reader.segments(story.uid, 0, 99, 9)
    assert [run.end_reason for run in runs] == [None, EndReason.CANCELLED, EndReason.COST_REACHED]
    assert all(map(same_segment, found, segments))
    assert not any(len(segment.validations) for segment in found)
    append(store, story.growth(2, validated=True, state=RunState.SUCCEEDED))
    with store.read() as reader:
        *_, last = reader.segments(story.uid, 0, 99, 9)
    assert last.validations.updates.tolist() == [10]
    store.close()


def test_examples_without_weights_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "0008.db"
    store = SqliteStore(path, SetClock())
    plain, weighted = make_training_set("plain"), make_training_set("weighted", weighted=True)
    store.write(lambda writer: writer.add_training_set(*plain)).result()
    store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0008'")
        drop_weights(database)

    store = SqliteStore(path, SetClock())
    store.write(lambda writer: writer.add_training_set(*weighted)).result()
    with store.read() as reader:
        for training_set, examples in (plain, weighted):
            assert same_examples(reader.examples(training_set.uid), examples)
    store.close()


@pytest.mark.parametrize("cost", [np.inf, -np.inf, np.nan])
def test_runs_get_their_first_update_with_a_cost_that_is_not_finite(
    tmp_path: Path, cost: float
) -> None:
    path = tmp_path / "0004.db"
    store = SqliteStore(path, SetClock())
    story = begin(store)
    append(store, story.opening())
    append(store, story.growth(costs=np.array([0.5, 0.25])))
    append(store, story.growth(costs=np.array([0.5, cost, 1.0, cost])))
    append(store, story.growth(costs=np.array([cost]), state=RunState.SUCCEEDED))
    append(store, story.opening())
    append(store, story.growth(costs=np.array([0.5]), state=RunState.SUCCEEDED))
    with store.read() as reader:
        before = [reader.run(story.uid, number) for number in (1, 2)]
        events = reader.run_events(story.uid, 0, 0, 100)
    store.close()
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '0004'")
        for table in ("tokens", "audit_entries"):  # of later revisions
            database.execute(f"DROP TABLE {table}")
        drop_validations(database)

    store = SqliteStore(path, SetClock())
    with store.read() as reader:
        runs = [reader.run(story.uid, number) for number in (1, 2)]
        assert repr(runs) == repr([replace(before[0], non_finite_cost=4), before[1]])
        for event, after in zip(events, reader.run_events(story.uid, 0, 0, 100), strict=True):
            is_known = event.run.number == 1 and event.run.latest_update >= 4
            expected = replace(event.run, non_finite_cost=4) if is_known else event.run
            assert repr(after.run) == repr(expected)  # NaN is not equal to itself
    store.close()
