"""Corrupt data is reported, and never returned."""

import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from histories import NOW, SetClock, Story, append, begin, make_training_set
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promises import tries

from storage.errors import CannotOpenStore
from storage.schema import metadata, workers
from storage.sqlite import SqliteStore
from training.access import Scope, Token
from training.audit import AuditEntry
from training.error_kinds import ClearpropError
from training.errors import DamagedHistory
from training.ports import Answer, Reader
from training.run import RunState

ENTRY = AuditEntry(0, NOW, NOW, 2, "token:ci", "::1", "Train", "net", 1, "request", "OK")
TOKEN = Token("ci", Scope.READ, b"digest", NOW)

#: A read of each thing that is kept, by the table that it is kept in.
Reads = dict[str, Callable[[Reader], object]]


@pytest.fixture(scope="module")
def written(
    empty_database: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Story, Reads]:
    """A closed database with a little of everything, and what can be read from it."""
    path = tmp_path_factory.mktemp("written") / "store.db"
    shutil.copyfile(empty_database, path)
    store = SqliteStore(path, SetClock())
    training_set, examples = make_training_set("set", examples=20)
    store.write(lambda writer: writer.add_training_set(training_set, examples)).result()
    story = begin(store, "net", training_set.uid)
    append(store, story.opening())
    for count in (50, 20, 1, 30):  # keyframes without and with what an optimizer remembers
        append(store, story.growth(count, keyframe=True, validated=True))
    append(store, story.change(RunState.PAUSED))
    begin(store, "other")
    store.write(lambda writer: writer.remember(Answer("id", b"digest", b"content", NOW))).result()
    store.write(lambda writer: writer.record(ENTRY)).result()
    store.write(lambda writer: writer.add_token(TOKEN)).result()
    store.close()
    uid = story.uid
    reads: Reads = {
        "networks": lambda reader: reader.network_by_uid(uid),
        "heads": lambda reader: reader.head(uid),
        "runs": lambda reader: reader.run(uid, 1),
        "run_events": lambda reader: reader.run_events(uid, 0, 0, 100),
        "segments": lambda reader: reader.segments(uid, 0, 1000, 100),
        "outlines": lambda reader: reader.outlines(uid, 0, 1000, 100),
        "keyframes": lambda reader: reader.keyframe(uid, 75),
        "training_sets": lambda reader: reader.training_set_by_uid(training_set.uid),
        "examples": lambda reader: reader.examples(training_set.uid),
        "answers": lambda reader: reader.answer("id"),
        "audit_entries": lambda reader: reader.audit_entries(None, 10),
        "tokens": lambda reader: reader.tokens("", 10),
    }
    return path, story, reads


@pytest.fixture
def damaged(path: Path, written: tuple[Path, Story, Reads]) -> Path:
    """A copy of the written database, to be damaged."""
    shutil.copyfile(written[0], path)
    return path


#: What a row is found by; when it changes, the row is another one, or none.
KEYS = {
    "uid",
    "id",
    "deleted",
    "network_uid",
    "training_set_uid",
    "number",
    "first_update",
    "at_update",
    "name",
    "request_id",
}
#: What clients want of a run, and who carries it out, is no history.
NO_HISTORY = {"wanted_state", "owner", "claim_time"}
#: What of a segment its outline does not read.
UNSEEN = {"crc", "costs", "validations"}


def columns() -> list[tuple[str, str]]:
    """Return every column whose value is to be guarded, with its table."""
    return [
        (table.name, column.name)
        for table in metadata.sorted_tables
        if table is not workers
        for column in table.c
        if column.name not in KEYS | NO_HISTORY
    ]


def other_value(value: Any) -> Any:
    """Return a value that is almost the same."""
    match value:
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\0"
        case str():
            return value[:-1] + chr(ord(value[-1]) ^ 1)
        case float():
            return value * 1.5 + 1e-300
        case int():
            return value ^ 1
        case _:
            return b"\0" * 8


@pytest.mark.parametrize(("table", "column"), columns())
def test_a_changed_value_is_noticed(
    damaged: Path, written: tuple[Path, Story, Reads], table: str, column: str
) -> None:
    _, _, reads = written
    with closing(sqlite3.connect(damaged)) as database:
        database.create_function("other", 1, other_value)
        changed = database.execute(f"UPDATE {table} SET {column} = other({column})")  # noqa: S608
        assert changed.rowcount > 0
        database.commit()
    store = SqliteStore(damaged, SetClock())
    with store.read() as reader:
        with pytest.raises(DamagedHistory, match=r"(is|are) corrupt"):
            reads[table](reader)
        if table == "segments" and column not in UNSEEN:
            with pytest.raises(DamagedHistory, match="updates 0 to 0 of network net"):
                reads["outlines"](reader)
    store.close()


@pytest.mark.parametrize("value", [None, 7, "text", b"\0" * 8])
@pytest.mark.parametrize(("table", "column"), columns())
def test_a_value_of_another_type_is_noticed(
    damaged: Path, written: tuple[Path, Story, Reads], table: str, column: str, value: object
) -> None:
    _, _, reads = written
    with closing(sqlite3.connect(damaged)) as database:
        # As if the file had been changed: past the rule that a column is NOT NULL.
        database.execute("PRAGMA writable_schema = ON")
        database.execute("UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '')")
        database.commit()
    with closing(sqlite3.connect(damaged)) as database:
        rows = database.execute(f"SELECT {column} FROM {table}").fetchall()  # noqa: S608
        if (value,) in rows:
            return
        database.execute(f"UPDATE {table} SET {column} = ?", [value])  # noqa: S608
        database.commit()
    store = SqliteStore(damaged, SetClock())
    with store.read() as reader, pytest.raises(DamagedHistory):
        reads[table](reader)
    store.close()


@pytest.mark.parametrize(
    ("first_update", "first", "last"), [(1, 1, 50), (51, 51, 70), (71, 71, 71), (72, 72, 101)]
)
def test_a_damaged_segment_is_named_and_the_rest_stays_readable(
    damaged: Path,
    written: tuple[Path, Story, Reads],
    first_update: int,
    first: int,
    last: int,
) -> None:
    _, story, _ = written
    with closing(sqlite3.connect(damaged)) as database:
        # How many updates there were is damaged as well: the error must not believe it.
        database.execute(
            "UPDATE segments SET update_count = 1 << 40 WHERE network_uid = ? AND first_update = ?",
            [story.uid, first_update],
        )
        database.commit()
    store = SqliteStore(damaged, SetClock())
    with store.read() as reader:
        for segment in ((0, 0), (1, 50), (51, 70), (71, 71), (72, 101)):
            if segment == (first, last):
                with pytest.raises(
                    DamagedHistory, match=f"updates {first} to {last} of network net "
                ) as error:
                    reader.segments(story.uid, *segment, 10)
                with pytest.raises(DamagedHistory) as again:
                    reader.outlines(story.uid, *segment, 10)
                for refusal in (error, again):
                    assert refusal.value.metadata == {
                        "network": "net",
                        "first_update": str(first),
                        "last_update": str(last),
                    }
            else:
                (found,) = reader.segments(story.uid, *segment, 10)
                assert (found.first_update, found.last_update) == segment
                assert reader.outlines(story.uid, *segment, 10) == [found.outline()]
    store.close()


@pytest.mark.parametrize("removed", [0, 1, 51, 71, 72])
def test_a_missing_segment_is_noticed(
    damaged: Path, written: tuple[Path, Story, Reads], removed: int
) -> None:
    _, story, reads = written
    with closing(sqlite3.connect(damaged)) as database:
        database.execute(
            "DELETE FROM segments WHERE network_uid = ? AND first_update = ?", [story.uid, removed]
        )
        database.commit()
    store = SqliteStore(damaged, SetClock())
    with store.read() as reader:
        with pytest.raises(DamagedHistory, match=f"updates {removed} to"):
            reads["segments"](reader)
        with pytest.raises(DamagedHistory, match=f"updates {removed} to {removed} of"):
            reader.segments(story.uid, removed, removed, 1)
    store.close()


def test_a_missing_event_is_noticed(damaged: Path, written: tuple[Path, Story, Reads]) -> None:
    _, _, reads = written
    with closing(sqlite3.connect(damaged)) as database:
        database.execute("DELETE FROM run_events WHERE number = 2")
        database.commit()
    store = SqliteStore(damaged, SetClock())
    with store.read() as reader, pytest.raises(DamagedHistory, match="updates 0 to 101 of"):
        reads["run_events"](reader)
    store.close()


def test_a_damaged_keyframe_names_the_updates_that_need_it(
    damaged: Path, written: tuple[Path, Story, Reads]
) -> None:
    _, story, _ = written
    with closing(sqlite3.connect(damaged)) as database:
        database.execute(
            "UPDATE keyframes SET parameters = zeroblob(120) WHERE network_uid = ?"
            " AND at_update = 71",
            [story.uid],
        )
        database.commit()
    store = SqliteStore(damaged, SetClock())
    with store.read() as reader:
        with pytest.raises(DamagedHistory, match="updates 71 to 90 of network net"):
            reader.keyframe(story.uid, 90)
        assert reader.keyframe(story.uid, 70).state.update == 70
        assert reader.keyframe(story.uid, 101).state.update == 101
    store.close()


def test_damaged_examples_name_their_set(damaged: Path, written: tuple[Path, Story, Reads]) -> None:
    _, _, reads = written
    with closing(sqlite3.connect(damaged)) as database:
        database.execute("DELETE FROM examples")
        database.commit()
    store = SqliteStore(damaged, SetClock())
    with store.read() as reader, pytest.raises(DamagedHistory, match="training set set"):
        reads["examples"](reader)
    store.close()


def everything(store: SqliteStore, reads: Reads) -> dict[str, list[str] | None]:
    """Return what each read says, or None where it is refused."""
    said: dict[str, list[str] | None] = {}
    for table, read in reads.items():
        try:
            with store.read() as reader:
                found = read(reader)
        except ClearpropError:
            said[table] = None
        else:
            said[table] = [repr(part) for part in (found if isinstance(found, list) else [found])]
    return said


def is_part(part: list[str], whole: list[str]) -> bool:
    """Return whether a list is some of another, without a gap."""
    places = range(len(whole) - len(part) + 1)
    return any(part == whole[place : place + len(part)] for place in places)


class Intact(NamedTuple):
    """A file, and what it says before any of its bytes is changed."""

    content: bytes
    used: list[int]  # where it is not zero: most of it is empty space inside of pages
    said: dict[str, list[str] | None]
    keyframes: list[str]


@pytest.fixture
def intact(written: tuple[Path, Story, Reads]) -> Intact:
    source, story, reads = written
    content = source.read_bytes()
    store = SqliteStore(source, SetClock())
    with store.read() as reader:
        keyframes = [repr(reader.keyframe(story.uid, update)) for update in range(76)]
    said = everything(store, reads)
    store.close()
    return Intact(content, [place for place, byte in enumerate(content) if byte], said, keyframes)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    max_examples=tries(60),
    deadline=None,
)
@given(seed=st.integers(0, 2**32))
def test_no_changed_byte_of_the_file_changes_data_without_an_error(
    path: Path, written: tuple[Path, Story, Reads], intact: Intact, seed: int
) -> None:
    _, _, reads = written
    content = bytearray(intact.content)
    chance = random.Random(seed)
    for place in chance.sample(intact.used, 3):
        content[place] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    try:
        store = SqliteStore(path, SetClock())
    except CannotOpenStore:
        return
    said = everything(store, reads)
    store.close()
    # Where a key is damaged its row is not found. An earlier keyframe serves as well; of the events
    # of runs some may be missing, never one between two others.
    for table, whole in intact.said.items():
        part = said[table]
        assert whole is not None
        if part is None:
            continue
        match table:
            case "keyframes":
                assert part[0] in intact.keyframes
            case "run_events" | "audit_entries" | "tokens":
                assert is_part(part, whole)
            case "answers":
                assert part in (whole, ["None"])
            case _:
                assert part == whole, table
