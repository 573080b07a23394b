"""The statements of the SQL stores: each uses a key or an index."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from histories import NOW, SetClock, append, begin, make_training_set
from psycopg.sql import Literal

from storage.postgres import PostgresStore
from storage.schema import metadata
from storage.sqlite import SqliteStore
from training.audit import AuditEntry
from training.ports import Answer, Reader, Writer
from training.run import RunState

#: What has to be gone through whole: a row for each living network is little, and what is deleted
#: is found in indexes that hold nothing else.
WHOLE = {
    "SCAN networks USING INDEX living_networks",
    "SCAN training_sets USING INDEX living_training_sets",
    "SCAN networks USING INDEX deleted_networks",
    "SCAN training_sets USING INDEX deleted_training_sets",
    "SCAN heads",
    "SCAN workers",
    "SCAN CONSTANT ROW",
}
#: The oldest rows, of which there are as many as a piece of purging takes.
BOUNDED = {"SCAN answers", "SCAN audit_entries", "SCAN anon_1"}
#: Claims are for stores that several processes use, which SQLite is not.
SHARED = "ORDER BY runs.owner"
#: The index of active runs, of which there are few.
ACTIVE_RUNS = "active_runs_by_owner"
PURGES = ("DELETE FROM answers", "DELETE FROM audit_entries")

#: Tables with rows for each network, run, update or call.
GROWING = {"runs", "segments", "keyframes", "run_events", "answers", "audit_entries"}

#: With so many networks, going through all of them costs more than an index.
NETWORKS = 10_000

#: What is different in each row that is made up; one network in a hundred has an active run.
MADE_UP = {
    "networks": {"uid": "'u' || n", "id": "'i' || n"},
    "heads": {"network_uid": "'u' || n", "active_run": "(n % 100 = 0)::int"},
    "runs": {
        "network_uid": "'u' || n",
        "training_set_uid": "'s' || n",
        "state": "CASE WHEN n % 100 = 0 THEN 'RUNNING' ELSE 'SUCCEEDED' END",
        "owner": "CASE WHEN n % 100 = 0 AND n % 1000 > 0 THEN 'worker' END",
    },
    **{name: {"network_uid": "'u' || n"} for name in ("segments", "keyframes", "run_events")},
    "answers": {"request_id": "request_id || n", "number": "number * 100000 + n"},
    "audit_entries": {"number": "number * 100000 + n"},
}


def _entry(number: int) -> AuditEntry:
    return AuditEntry(number, NOW, NOW, 1, "", "", "Train", "net", 0, "", "OK")


def do_everything(store: SqliteStore | PostgresStore) -> None:
    """Execute every statement that there is."""
    story = begin(store)
    for addition in (
        story.opening(),
        story.growth(),
        story.growth(keyframe=True, state=RunState.SUCCEEDED),
        story.opening(),
        story.growth(),
    ):
        append(store, addition)
    while store.maintain():
        pass
    uid = story.uid
    training_set, examples = make_training_set()
    works: list[Callable[[Writer], object]] = [
        lambda writer: writer.add_training_set(training_set, examples),
        lambda writer: writer.set_labels(uid, {}),
        lambda writer: writer.want(uid, 1, RunState.PAUSED),
        lambda writer: writer.remember(Answer("id", b"", b"", NOW)),
        lambda writer: writer.record(_entry(0)),
        lambda writer: writer.record(_entry(1)),
        lambda writer: writer.delete_audit_entries(NOW),
        lambda writer: writer.add_worker("worker", 6),
        lambda writer: writer.renew_worker("worker", 6),
        lambda writer: writer.claim_runs("worker", 1),
        lambda writer: writer.release_run(uid, 2, "worker"),
    ]
    reads: list[Callable[[Reader], object]] = [
        lambda reader: reader.network("net"),
        lambda reader: reader.network_by_uid(uid),
        lambda reader: reader.networks("", 10),
        lambda reader: reader.count_networks(),
        lambda reader: reader.head(uid),
        lambda reader: reader.run(uid, 1),
        lambda reader: reader.runs(uid, None, 10),
        lambda reader: reader.active_runs(),
        lambda reader: reader.wanted_state(uid, 1),
        lambda reader: reader.training_set("set"),
        lambda reader: reader.training_set_by_uid(training_set.uid),
        lambda reader: reader.examples(training_set.uid),
        lambda reader: reader.training_sets("", 10),
        lambda reader: reader.count_training_sets(),
        lambda reader: reader.run_using("some-set"),
        lambda reader: reader.segments(uid, 0, 10, 10),
        lambda reader: reader.outlines(uid, 0, 10, 10),
        lambda reader: reader.keyframe(uid, 10),
        lambda reader: reader.run_events(uid, 0, 0, 10),
        lambda reader: reader.answer("id"),
        lambda reader: reader.audit_entries(None, 10),
        lambda reader: reader.count_runs(),
        lambda reader: reader.owner(uid, 2),
        lambda reader: reader.count_waiting_runs(),
        lambda reader: reader.workers(),
    ]
    for work in works:
        store.write(work).result()
    with store.read() as reader:
        for read in reads:
            read(reader)
    store.write(lambda writer: writer.remove_worker("worker")).result()
    store.write(lambda writer: writer.delete_training_set(training_set.uid)).result()
    store.write(lambda writer: writer.delete_network(uid)).result()
    while store.maintain():
        pass


def test_no_statement_goes_through_a_table_that_grows(
    sqlite_store: SqliteStore, path: Path
) -> None:
    do_everything(sqlite_store)
    statements = list(sqlite_store._statements._compiled.values())
    assert len(statements) > 40
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        for statement in statements:
            if SHARED in statement.sql:
                continue
            assert statement.order is not None
            plan = database.execute(
                f"EXPLAIN QUERY PLAN {statement.sql}", [None] * len(statement.order)
            )
            scans = {row[3] for row in plan if row[3].startswith("SCAN")}
            sorts = {row[3] for row in plan if "TEMP B-TREE" in row[3]}
            allowed = WHOLE | (BOUNDED if statement.sql.startswith(PURGES) else set())
            assert scans <= allowed, statement.sql
            assert not sorts, statement.sql


def test_every_statement_is_compiled_once(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    do_everything(sqlite_store)
    compiled = dict(sqlite_store._statements._compiled)
    do_everything(sqlite_store)
    assert sqlite_store._statements._compiled == compiled


def fill(connection: psycopg.Connection[Any]) -> None:
    """Make many networks of one, and have PostgreSQL count them."""
    for name, changed in MADE_UP.items():
        table = metadata.tables[name]
        columns = ", ".join(column.name for column in table.columns)
        values = ", ".join(changed.get(column.name, column.name) for column in table.columns)
        added = (
            f"INSERT INTO {name} ({columns}) SELECT {values} FROM {name},"  # noqa: S608 (own names)
            f" generate_series(1, {NETWORKS}) n"
        )
        connection.execute(added.encode())
    connection.execute("ANALYZE")


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from nodes(part)


def planned(connection: psycopg.Connection[Any], statement: Any) -> list[dict[str, Any]]:
    """Return the nodes of the plan of a statement, whatever its values are."""
    names: dict[str, int] = {}

    def value(found: re.Match[str]) -> str:
        name = found[1]
        if name in statement.constants:
            return Literal(statement.constants[name]).as_string()
        return f"${names.setdefault(name, len(names) + 1)}"

    numbered = re.sub(r"%\((\w+)\)s", value, statement.sql)
    explained = connection.execute(f"EXPLAIN (GENERIC_PLAN, FORMAT JSON) {numbered}".encode())
    ((plan,),) = explained.fetchall()
    return list(nodes(plan[0]["Plan"]))


def whole_scans(plan: list[dict[str, Any]]) -> set[str]:
    """Return the growing tables that a plan goes through whole."""
    return {
        each["Relation Name"]
        for each in plan
        if each.get("Relation Name") in GROWING
        and each["Node Type"].endswith("Scan")
        and not {"Index Cond", "Recheck Cond"} & each.keys()
        and each.get("Index Name") != ACTIVE_RUNS
    }


def test_no_statement_goes_through_a_table_that_grows_in_postgresql(
    postgres_store: PostgresStore, postgres_url: str
) -> None:
    do_everything(postgres_store)
    story = begin(postgres_store)
    append(postgres_store, story.opening())
    append(postgres_store, story.growth(keyframe=True))
    postgres_store.commit(lambda writer: writer.remember(Answer("id", b"", b"", NOW)))
    postgres_store.commit(lambda writer: writer.record(_entry(0)))
    statements = list(postgres_store._statements._compiled.values())
    assert len(statements) > 40
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        fill(connection)
        plans = {each.sql: planned(connection, each) for each in statements}
    found = {
        sql: scans
        for sql, plan in plans.items()
        if (scans := whole_scans(plan)) and not sql.startswith(PURGES)
    }
    assert found == {}
    (claiming,) = (plan for sql, plan in plans.items() if SHARED in sql)
    assert ACTIVE_RUNS in [each.get("Index Name") for each in claiming]
    assert not {"Seq Scan", "Sort"} & {each["Node Type"] for each in claiming}


@pytest.mark.skipif(not Path("/proc/self/io").exists(), reason="the system counts no read bytes")
def test_sqlite_finds_a_segment_without_reading_the_costs_of_others(
    path: Path, clock: SetClock
) -> None:
    count, segments = 10_000, 64
    with closing(SqliteStore(path, clock)) as store:
        story = begin(store)
        append(store, story.opening())
        for _ in range(segments):
            append(store, story.growth(count))
        with store.read() as reader:
            before = bytes_read()
            found = reader.outlines(story.uid, count * segments // 3, count * segments, 1)
            read = bytes_read() - before
    assert len(found) == 1
    assert read < 8 * count, "the costs of a single segment"


def bytes_read() -> int:
    """Return how many bytes this process has read, from files or from what the system caches."""
    (line, *_) = Path("/proc/self/io").read_text().splitlines()
    return int(line.removeprefix("rchar: "))
