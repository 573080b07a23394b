"""A database is copied into another one, of whichever kind, whatever interrupts the copy."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from histories import NOW, SetClock, append, begin, make_training_set
from postgres_server import PostgresServer

from bench.ports import free_port
from storage import open_store, schema, transfer
from storage.errors import CannotOpenStore, CannotTransfer, DamagedDatabase, DatabaseInUse
from storage.postgres import postgres_engine
from storage.sqlite import SqliteStore, sqlite_engine
from storage.urls import is_postgres
from training.access import Scope, Token
from training.audit import AuditEntry
from training.ports import Answer
from training.run import RunState


@pytest.fixture
def source(path: Path, clock: SetClock) -> str:
    """A database with rows in every table, also of what was deleted."""
    with closing(SqliteStore(path, clock)) as store:
        used, unused = make_training_set(weighted=True), make_training_set("unused")
        for each in (used, unused):
            store.commit(lambda writer, each=each: writer.add_training_set(*each))
        stories = [begin(store, name, used[0].uid) for name in ("first", "second", "deleted")]
        for story in stories:
            append(store, story.opening())
            for number in range(20):
                append(store, story.growth(5, keyframe=number % 3 == 0))
        store.commit(lambda writer: writer.delete_network(stories[-1].uid))
        store.commit(lambda writer: writer.delete_training_set(used[0].uid))
        store.commit(lambda writer: writer.add_token(Token("ci", Scope.READ, b"d" * 32, NOW, None)))
        entry = AuditEntry(0, NOW, NOW, 1, "", "::1", "Train", "first", 1, "r", "OK")
        for number in range(3):
            answer = Answer(f"request-{number}", b"digest", b"content", NOW)
            store.commit(lambda writer, answer=answer: writer.remember(answer))
            store.commit(lambda writer, number=number: writer.record(replace(entry, run=number)))
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of each kind of database, without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'target.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    database = server.create()
    yield server.url(database)
    server.drop(database)


def rows_of(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables that are copied."""
    engine = postgres_engine(url) if is_postgres(url) else sqlite_engine(Path(url[10:]))
    with engine.connect() as connection:
        return {
            table.name: [
                tuple(row)
                for row in connection.execute(sa.select(table).order_by(*table.primary_key))
            ]
            for table in schema.metadata.sorted_tables
            if table.name != "workers"
        }


def nothing(_: str, __: int) -> None:
    """Show no progress."""


def test_the_copy_has_every_row(source: str, target: str, tmp_path: Path) -> None:
    done = transfer.transfer(source, target, nothing)
    assert (done.verified.networks, done.verified.updates) == (2, 202)
    there = rows_of(source)
    assert rows_of(target) == there
    assert done.rows == sum(map(len, there.values()))
    assert all(there.values()), "a table is empty, and nothing of it is tested"

    back = f"sqlite:///{tmp_path / 'back.db'}"
    transfer.transfer(target, back, nothing)
    assert rows_of(back) == there


def test_a_store_goes_on_with_the_copy(source: str, target: str, clock: SetClock) -> None:
    transfer.transfer(source, target, nothing)
    entry = AuditEntry(0, NOW, NOW, 1, "", "::1", "Train", "first", 1, "r", "OK")
    with closing(open_store(target, clock)) as store:
        with store.read() as reader:
            first = reader.network("first")
            (run,) = reader.runs(first.uid, None, 9)
            assert run.state is RunState.RUNNING
            assert reader.head(first.uid).latest_update == 100
        assert store.commit(lambda writer: writer.record(entry)) == 4
        store.commit(lambda writer: writer.remember(Answer("next", b"digest", b"", NOW)))


class Interrupted(Exception):
    """Whoever copies has enough."""


def interrupted(source: str, target: str, rows: int) -> None:
    """Copy, and be interrupted after so many rows."""
    left = rows

    def progress(_: str, written: int) -> None:
        nonlocal left
        left -= written
        if left <= 0:
            raise Interrupted

    with pytest.raises(Interrupted):
        transfer.transfer(source, target, progress)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_COMPARED", 4)
    monkeypatch.setattr(transfer, "_COPIED_OF_OTHERS", 2)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("rows", [1, 9, 60])
def test_an_interrupted_copy_is_continued(
    source: str, target: str, clock: SetClock, rows: int
) -> None:
    interrupted(source, target, rows)
    with pytest.raises(CannotOpenStore, match="incomplete copy: repeat clearprop copy"):
        open_store(target, clock)
    done = transfer.transfer(source, target, nothing)
    there = rows_of(source)
    assert rows_of(target) == there
    assert done.rows <= sum(map(len, there.values())) - rows


@pytest.mark.usefixtures("small_pieces")
def test_what_changes_before_an_interrupted_copy_is_continued_is_copied(
    source: str, target: str, clock: SetClock
) -> None:
    interrupted(source, target, 70)
    with closing(open_store(source, clock)) as store:
        while store.maintain():
            pass  # rows are deleted and merged
        store.commit(lambda writer: writer.delete_token("ci"))
        story = begin(store, "deleted")  # an id is used again
        append(store, story.opening())
    transfer.transfer(source, target, nothing)
    assert rows_of(target) == rows_of(source)


def test_only_an_empty_database_is_a_target(source: str, target: str, clock: SetClock) -> None:
    open_store(target, clock).close()
    before = rows_of(target)
    with pytest.raises(CannotTransfer, match="is not empty: copy to a new one"):
        transfer.transfer(source, target, nothing)
    assert rows_of(target) == before


def test_a_database_that_a_server_uses_is_not_copied(
    source: str, tmp_path: Path, clock: SetClock
) -> None:
    with closing(open_store(source, clock)), pytest.raises(DatabaseInUse, match="stop that server"):
        transfer.transfer(source, f"sqlite:///{tmp_path / 'other.db'}", nothing)


def test_a_damaged_row_is_reported_and_the_copy_stays_incomplete(
    source: str, target: str, path: Path, clock: SetClock
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE segments SET costs = zeroblob(length(costs)) WHERE first_update = 51"
        )
        connection.commit()
    with pytest.raises(DamagedDatabase, match="a row of the table segments"):
        transfer.transfer(source, target, nothing)
    with pytest.raises(CannotOpenStore, match="incomplete copy"):
        open_store(target, clock)


@pytest.mark.parametrize(
    ("source_url", "target_url", "words"),
    [
        ("memory:", "sqlite:///{}/x.db", "memory:' is not the URL of a stored database: use"),
        ("sqlite:///{}/none.db", "sqlite:///{}/x.db", "does not exist"),
        ("sqlite:///{}/x.db", "sqlite:///{}/x.db", "the same"),
        ("sqlite:///{}/none.db", "mysql://db", "not the URL of a stored database"),
    ],
)
def test_urls_without_a_database_are_refused(
    tmp_path: Path, source_url: str, target_url: str, words: str
) -> None:
    with pytest.raises((ValueError, CannotOpenStore), match=words):
        transfer.transfer(source_url.format(tmp_path), target_url.format(tmp_path), nothing)
    assert not list(tmp_path.glob("x.db"))


def test_a_database_that_does_not_answer_is_reported(source: str) -> None:
    port = free_port()
    with pytest.raises(CannotTransfer, match="was interrupted: connection failed") as error:
        transfer.transfer(source, f"postgresql://me:secret@127.0.0.1:{port}/none", nothing)
    assert "secret" not in str(error.value)
