"""Verification of a whole database that nobody writes: every page, every row, every head."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection

from storage import codec, rows, schema
from storage.errors import DamagedDatabase
from storage.file_lock import locked
from storage.migrations import REVISIONS, require_known
from storage.session import Row, Session, Statements

_SEGMENT_KEY = (schema.segments.c.network_uid, schema.segments.c.first_update)

#: Each table with a CRC in every row: its columns and the reader of a row.
_TABLES: tuple[tuple[sa.Table, tuple[sa.ColumnElement[Any], ...], Callable[[Row], object]], ...] = (
    (schema.networks, rows.NETWORK_COLUMNS, rows.network),
    (schema.runs, rows.RUN_COLUMNS, rows.run),
    (schema.run_events, rows.RUN_EVENT_COLUMNS, rows.run_event),
    (schema.keyframes, rows.KEYFRAME_COLUMNS, rows.keyframe),
    (schema.training_sets, rows.TRAINING_SET_COLUMNS, rows.training_set),
    (schema.answers, rows.ANSWER_COLUMNS, rows.answer),
    (schema.tokens, rows.TOKEN_COLUMNS, rows.token),
    (schema.audit_entries, rows.AUDIT_COLUMNS, rows.audit_entry),
)


@dataclass(frozen=True, slots=True)
class VerifiedDatabase:
    """What a database contains: its revision, the numbers of its networks and updates.

    The numbers are None if its tables are of an older revision: its rows are not verified.
    """

    revision: str
    networks: int | None = None
    updates: int | None = None


def verify_database(path: Path) -> VerifiedDatabase:
    """Verify a database that nobody writes and that has no write-ahead log.

    It verifies the structure of the file, the CRC of every row, and that each history is complete
    up to its head. Raises DamagedDatabase, CannotOpenStore for one of another program or of a newer
    version, and OSError.
    """
    # `immutable` reads the file alone, and creates none beside it.
    return _verify(path, "mode=ro&immutable=1")


def verify_stopped(path: Path) -> VerifiedDatabase:
    """Verify the database of a server that is stopped, with its write-ahead log.

    Raises DatabaseInUse, and what `verify_database` raises.
    """
    with locked(path.resolve()):
        return _verify(path, "mode=rw")


def verify_rows(read: Callable[[sa.Select[Any]], Iterator[Row]], name: str) -> VerifiedDatabase:
    """Verify the CRC of every row, and that each history is complete up to its head.

    `read` executes a SELECT; the tables are those of the newest revision. `name` is how errors name
    the database. Raises DamagedDatabase.
    """
    return _Rows(read, name).verify()


def _streamed(
    connection: DBAPIConnection, statements: Statements, statement: sa.Select[Any]
) -> Iterator[Row]:
    # A session of its own: its next statement ends the one before.
    session = Session(connection, statements)
    return iter(session.execute(statement, {}).fetchone, None)


def _verify(path: Path, mode: str) -> VerifiedDatabase:
    path.open("rb").close()  # raises a better error than SQLite does
    try:
        with closing(_opened(path, mode)) as connection:
            (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            if found != "ok":
                raise DamagedDatabase(f"the file {path} is damaged: {found}")
            revision = require_known(_revision(connection, path))
            if revision != REVISIONS[-1]:
                return VerifiedDatabase(revision)
            read = partial(
                _streamed, cast("DBAPIConnection", connection), Statements(sqlite.dialect())
            )
            return verify_rows(read, f"the file {path}")
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:  # of a corrupt name
        raise DamagedDatabase(
            f"the file {path} is damaged, or is not a database: {error}"
        ) from error


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(f"file:{quote(str(path))}?{mode}", uri=True)
    connection.text_factory = lambda text: text.decode(errors="replace")
    return connection


def _revision(connection: sqlite3.Connection, path: Path) -> str | None:
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    if ("alembic_version",) not in tables:
        raise DamagedDatabase(f"the file {path} is not a database of Clearprop")
    found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return None if found is None else str(found[0])


class _Rows:
    """The rows of a database."""

    def __init__(self, read: Callable[[sa.Select[Any]], Iterator[Row]], name: str) -> None:
        self._rows = read
        self._name = name

    def verify(self) -> VerifiedDatabase:
        for table, columns, read in _TABLES:
            for row in self._rows(select(*columns)):
                self._intact(table, read, row)
        self._verify_examples()
        ends = self._verify_segments()
        keyframes = select(schema.keyframes.c.network_uid, schema.keyframes.c.at_update)
        places = {tuple(row) for row in self._rows(keyframes)}
        networks = updates = 0
        for row in self._rows(select(*rows.HEAD_COLUMNS)):
            head = self._intact(schema.heads, rows.head, row)
            uid = head.network_uid
            is_whole = ends.get(uid) == head.latest_update and (uid, head.keyframe) in places
            if not is_whole:
                raise self._damaged(
                    f"the history of the network with uid {uid} does not end with update"
                    f" {head.latest_update}"
                )
            networks += 1
            updates += head.latest_update - head.earliest_update + 1
        return VerifiedDatabase(REVISIONS[-1], networks, updates)

    def _verify_examples(self) -> None:
        sets = {
            row[0]: rows.training_set(row) for row in self._rows(select(*rows.TRAINING_SET_COLUMNS))
        }
        for row in self._rows(select(*rows.EXAMPLES_COLUMNS)):
            training_set = sets.pop(row[0], None)
            if training_set is None:
                raise self._damaged("examples belong to no training set")
            read = partial(rows.examples, training_set=training_set)
            self._intact(schema.examples, read, row)
        if sets:
            raise self._damaged(f"the training set with uid {min(sets)} has no examples")

    def _verify_segments(self) -> dict[str, int]:
        """Return the last update of each network; the segments before it leave no gap."""
        ends: dict[str, int] = {}
        found = self._rows(select(*rows.SEGMENT_COLUMNS).order_by(*_SEGMENT_KEY))
        for uid, of_network in groupby(found, itemgetter(0)):
            for row in of_network:
                segment = self._intact(schema.segments, rows.segment, row)
                if uid in ends and segment.first_update != ends[uid] + 1:
                    raise self._damaged(
                        f"updates are missing before update {segment.first_update} of the network"
                        f" with uid {uid}"
                    )
                ends[uid] = segment.last_update
        return ends

    def _intact(self, table: sa.Table, read: Callable[[Row], Any], row: Row) -> Any:  # noqa: ANN401 (whatever is read)
        try:
            return read(row)
        except codec.NotAsWritten as error:
            raise self._damaged(
                f"a row of the table {table.name} is not as it was written"
            ) from error

    def _damaged(self, what: str) -> DamagedDatabase:
        return DamagedDatabase(f"{self._name} is damaged: {what}")
