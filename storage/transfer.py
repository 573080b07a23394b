"""Copies all rows of a database into another one, which may be of another kind.

The copy can be interrupted at any moment and repeated: it then skips what is there already. Until
all of it is there, a table marks the target as incomplete, which no server opens.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateTable, DropTable

from storage import schema
from storage.errors import CannotOpenStore, CannotTransfer
from storage.file_lock import create_private, locked
from storage.migrations import INCOMPLETE, REVISIONS, migrate, revision_of
from storage.sqlite import sqlite_engine
from storage.urls import database_path, is_postgres, without_password
from storage.verifying import VerifiedDatabase, verify_rows

#: Is told the name of a table, and how many more of its rows were written.
Progress: TypeAlias = Callable[[str, int], None]

# In this order: examples before their sets, and heads last, because a network without one has no
# history. Leases of workers are not copied.
_TABLES = (
    schema.examples,
    schema.training_sets,
    schema.networks,
    schema.keyframes,
    schema.segments,
    schema.run_events,
    schema.runs,
    schema.answers,
    schema.tokens,
    schema.audit_entries,
    schema.heads,
)

#: The rows that are compared at once, and those that are copied at once, which may be large.
_COMPARED = 5_000
_COPIED = {schema.examples: 1, schema.keyframes: 8}
_COPIED_OF_OTHERS = 500

#: The rows that are read at once for verifying them.
_STREAMED = 16

_MARK = sa.Table(INCOMPLETE, sa.MetaData(), sa.Column("number", sa.Integer))

Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Transferred:
    """What is in the target: its contents, and how many of its rows this copy has written."""

    verified: VerifiedDatabase
    rows: int


def transfer(source: str, target: str, progress: Progress) -> Transferred:
    """Copy the database at one URL to that at another, and verify the copy.

    No server may use either of them. Raises CannotOpenStore, CannotTransfer if there is anything
    else in the target or if a database fails meanwhile, DamagedDatabase, and ValueError for a URL
    without a database.
    """
    if source == target:
        raise ValueError("both databases are the same: name another target")
    paths = [_path(url) for url in (source, target)]
    try:
        return _transfer(source, target, paths, progress)
    except SQLAlchemyError as error:
        cause = " ".join(str(getattr(error, "orig", None) or error).split())
        raise CannotTransfer(
            f"the copy was interrupted: {cause}. Repeat the command to continue it"
        ) from error


def _transfer(
    source: str, target: str, paths: Sequence[Path | None], progress: Progress
) -> Transferred:
    with (
        _opened(source, paths[0], is_source=True) as reading,
        _opened(target, paths[1]) as writing,
        reading.connect() as from_,
        writing.connect() as into,
    ):
        _require_newest(from_, without_password(source))
        _prepare(into, without_password(target))
        into.commit()
        written = sum(_mirror(table, from_, into, progress) for table in _TABLES)
        with ExitStack() as results:
            found = verify_rows(partial(_streamed, into, results), without_password(target))
        _number_on(into)
        into.execute(DropTable(_MARK))
        into.commit()
    return Transferred(found, written)


def _path(url: str) -> Path | None:
    """Return the file of a database, None if it is in PostgreSQL. Raises ValueError."""
    if is_postgres(url):
        return None
    path = None
    with suppress(ValueError):
        path = database_path(url)
    if path is None:
        raise ValueError(
            f"{without_password(url)!r} is not the URL of a stored database: use"
            " sqlite:///relative/path, sqlite:////absolute/path, or postgresql://USER@HOST/DATABASE"
        )
    return path.resolve()


@contextmanager
def _opened(url: str, path: Path | None, *, is_source: bool = False) -> Iterator[Engine]:
    """Open a database, and keep servers from using a file meanwhile."""
    if path is None:
        from storage.postgres import postgres_engine  # noqa: PLC0415 (its driver is an extra)

        engine = postgres_engine(url)
        if is_source:  # one snapshot for all reads
            engine = engine.execution_options(isolation_level="REPEATABLE READ")
        yield engine
        return
    if is_source and not path.is_file():
        raise CannotOpenStore(f"the database {path} does not exist")
    with locked(path):
        create_private(path)
        yield sqlite_engine(path)


def _require_newest(connection: Connection, shown: str) -> None:
    """Require that the source has the tables of this version, and all of its rows."""
    tables = sa.inspect(connection).get_table_names()
    if INCOMPLETE in tables:
        raise CannotOpenStore(f"the database {shown} is an incomplete copy itself")
    revision = revision_of(connection)
    if revision != REVISIONS[-1]:
        raise CannotOpenStore(
            f"the database {shown} is of another version: start a server of this version with it"
            " once, and stop it, before you copy it"
        )


def _prepare(connection: Connection, shown: str) -> None:
    """Create the tables of the target and mark it, unless an earlier copy has begun it."""
    tables = sa.inspect(connection).get_table_names()
    if INCOMPLETE not in tables:
        if tables:
            raise CannotTransfer(f"the database {shown} is not empty: copy to a new one")
        migrate(connection)
        connection.execute(CreateTable(_MARK))
    elif revision_of(connection) != REVISIONS[-1]:
        raise CannotTransfer(
            f"the database {shown} is an incomplete copy of another version: delete it, and copy to"
            " a new one"
        )


def _mirror(table: sa.Table, source: Connection, target: Connection, progress: Progress) -> int:
    """Make a table of the target that of the source; return how many rows were written."""
    for keys in _missing(table, target, source):
        target.execute(table.delete().where(_is_one_of(table, keys)))
        target.commit()
    written = 0
    at_once = _COPIED.get(table, _COPIED_OF_OTHERS)
    for keys in _missing(table, source, target):
        for begin in range(0, len(keys), at_once):
            piece = keys[begin : begin + at_once]
            found = source.execute(select(table).where(_is_one_of(table, piece))).mappings()
            target.execute(table.insert(), [dict(row) for row in found])
            target.commit()
            progress(table.name, len(piece))
            written += len(piece)
    return written


def _missing(table: sa.Table, there: Connection, here: Connection) -> Iterator[list[Key]]:
    """Return the keys of rows that are there, and not, or not as they are there, here."""
    last: Key | None = None
    width = len(table.primary_key)
    while rows := _page(table, there, last):
        end = rows[-1][:width]
        known = set(_page(table, here, last, end))
        if missing := [row[:width] for row in rows if row not in known]:
            yield missing
        last = end


def _page(
    table: sa.Table, connection: Connection, after: Key | None, end: Key | None = None
) -> list[Key]:
    """Return rows without their large columns, which their CRCs stand for, in the order of keys."""
    key = list(table.primary_key)
    others = [
        column
        for column in table.c
        if column not in key and not isinstance(column.type, sa.LargeBinary)
    ]
    statement = select(*key, *others).order_by(*key)
    if after is not None:
        statement = statement.where(sa.tuple_(*key) > _values(table, after))
    if end is None:
        statement = statement.limit(_COMPARED)
    else:
        statement = statement.where(sa.tuple_(*key) <= _values(table, end))
    return [tuple(row) for row in connection.execute(statement)]


def _values(table: sa.Table, key: Key) -> sa.ColumnElement[Any]:
    pairs = zip(key, table.primary_key, strict=True)
    return sa.tuple_(*(sa.literal(value, column.type) for value, column in pairs))


def _is_one_of(table: sa.Table, keys: Sequence[Key]) -> sa.ColumnElement[bool]:
    return sa.tuple_(*table.primary_key).in_(keys)


def _streamed(
    connection: Connection, results: ExitStack, statement: sa.Select[Any]
) -> Iterator[Any]:
    streaming = statement.execution_options(yield_per=_STREAMED)
    return iter(results.enter_context(connection.execute(streaming)))


def _number_on(connection: Connection) -> None:
    """Have the database assign the numbers after those that were copied."""
    if connection.dialect.name == "postgresql":
        for table in (schema.answers, schema.audit_entries):
            sequence = sa.func.pg_get_serial_sequence(table.name, "number")
            largest = select(sa.func.max(table.c.number)).scalar_subquery()
            connection.execute(select(sa.func.setval(sequence, largest)))
