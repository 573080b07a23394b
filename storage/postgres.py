"""The store in a PostgreSQL database, which any number of processes use at once."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, BinaryIO

import psycopg
import sqlalchemy as sa
from sqlalchemy import Engine, create_engine, select
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from storage import postgres_connections, store_errors
from storage.errors import CannotOpenStore
from storage.migrations import migrate
from storage.notifications import CHANGES, WAITING, Notifications
from storage.postgres_connections import (
    BEGIN_WRITE,
    PostgresReaderPool,
    connect,
    connect_reader,
    connect_writer,
    leads_to,
    shown_cause,
)
from storage.postgres_pooled import PooledReaderPool, require_session
from storage.postgres_session import PostgresSession
from storage.postgres_writer import PostgresReader, PostgresWriter
from storage.queued_store import Listener, WaitingListener, Work
from storage.reader_pool import ReaderPool
from storage.session import Session
from storage.sql_store import Database, SqlStore
from storage.timelines import Timeline, Timelines
from storage.urls import without_password
from training.error_kinds import ClearpropError
from training.errors import StoreUnavailable
from training.limits import Limits
from training.ports import Clock, Writer

#: The maximum number of open snapshots of a process; more wait.
_READERS = 16

#: How often a transaction is tried. A process that is stopped within a transaction loses its locks
#: before the last attempt.
_ATTEMPTS = 4

#: The size of the database is measured this often, in seconds.
_MEASURE_SECONDS = 10.0
_SIZE = select(sa.func.pg_database_size(sa.func.current_database()))

#: What two databases do not have in common, also if one is a copy of the other.
_DATABASE = sa.text(
    "SELECT (SELECT system_identifier FROM pg_control_system()),"
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
)

#: The key of the lock that lets one process at a time migrate.
_MIGRATION = 0x0C1EA7


class PostgresStore(SqlStore):
    """A store in PostgreSQL; for any number of servers."""

    is_shared = True
    _is_maintainer = False
    # Changed only in the thread that writes.
    _has_changed_runs = _has_left_runs = False

    def __init__(
        self, url: str, clock: Clock, limits: Limits | None = None, direct_url: str | None = None
    ) -> None:
        """Open the database; create or migrate its tables if necessary. Raises CannotOpenStore.

        `direct_url` leads to the same database without a pooler, if `url` leads to one in
        transaction mode: then only snapshots are read through the pooler.
        """
        del limits  # the size of a database does not shrink when rows are deleted
        self._used_bytes = 0
        self._measure_time = 0.0
        self._timelines = Timelines()
        opened = direct = direct_url or url
        try:
            require_session(direct)
            _prepare(direct)
            super().__init__(_database(direct, url, self._timelines), clock)
            if direct != url:
                opened = url
                self._require_same_database()
            self._waiting_listeners: tuple[WaitingListener, ...] = ()
            self._notifications = Notifications(
                partial(connect, direct, self._timelines),
                self._tell_of_others,
                self._tell_of_waiting,
                self._living_now,
            )
        except (psycopg.Error, SQLAlchemyError, ValueError) as error:
            raise CannotOpenStore(
                f"cannot open the database {without_password(opened)}: {shown_cause(error)}"
            ) from None

    @property
    def kind(self) -> str:
        """The kind of this store: `postgresql`."""
        return "postgresql"

    @property
    def is_listening(self) -> bool:
        """Whether notifications of other processes are received now."""
        return self._notifications.is_listening

    @property
    def timeline(self) -> Timeline:
        """The timeline of the latest connection; see training.ports.Store."""
        return self._timelines.current

    @property
    def timeline_changes(self) -> int:
        """How often a connection led to another timeline of the database than the one before."""
        return self._timelines.changes

    @property
    def used_bytes(self) -> int:
        """The size of the database when it was last measured; 0 before the first commit."""
        return self._used_bytes

    @property
    def free_bytes(self) -> int | None:
        """The free space on the disk: None, it is that of another machine."""
        return None

    def require_room(self, new_bytes: int | None = None) -> None:
        """Do nothing: this store has no quota."""

    def copy(self, check: Callable[[], None]) -> Future[BinaryIO]:  # noqa: ARG002 — of the port
        """Refuse it: PostgreSQL has its own backups."""
        refused: Future[BinaryIO] = Future()
        refused.set_exception(store_errors.cannot_copy_postgres())
        return refused

    def _require_same_database(self) -> None:
        """Raise CannotOpenStore unless snapshots are those of the database that is written."""
        written = self._session().row(_DATABASE, {})
        with self._database.readers.connection() as connection:
            if Session(connection, self._statements).row(_DATABASE, {}) != written:
                raise CannotOpenStore("--direct-database is another database than --database")

    def _session_on(self, connection: DBAPIConnection) -> PostgresSession:
        return PostgresSession(connection, self._statements)

    def _reader(self, session: Session) -> PostgresReader:
        return PostgresReader(session, self._clock)

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` after each commit; see training.ports.Store."""
        super().on_commit(listener)
        self._notifications.receive(CHANGES)

    def on_waiting(self, listener: WaitingListener) -> None:
        """Call `listener` when runs may wait for an owner; see training.ports.Store."""
        with self._lock:
            self._waiting_listeners += (listener,)
        self.receive_waiting()

    def receive_waiting(self, *, is_wanted: bool = True) -> None:
        """Call listeners of `on_waiting` from now on, or no more; see training.ports.Store."""
        self._notifications.receive(WAITING, is_wanted=is_wanted)

    def _writer(self, session: Session, *, is_first: bool) -> PostgresWriter:
        return PostgresWriter(session, self._clock, assumes=is_first)

    def _perform(self, work: Work[Any], writer: Writer) -> None:
        assert isinstance(writer, PostgresWriter)
        try:
            work.attempt(writer)
        except ClearpropError:
            writer.check_unanswered()  # else it may be an error only because it is repeated
            raise
        writer.check_unanswered()

    def _done(self, writer: Writer) -> None:
        assert isinstance(writer, PostgresWriter)
        self._has_changed_runs |= writer.has_changed_run
        self._has_left_runs |= writer.has_left_run

    def _transact(self, works: Sequence[Work[Any]]) -> set[str] | None:
        if self._connection is not None and not leads_to(self._connection, self.timeline):
            self._disconnect()
        # All processes lock networks in the same order: so they do not wait for each other.
        return super()._transact(sorted(works, key=lambda work: work.uid))

    def _tell(self, changed: set[str]) -> None:
        super()._tell(changed)
        self._notifications.changed(changed, at_once=self._has_changed_runs)
        if self._has_left_runs:
            self._notifications.left_runs()
            self._tell_of_waiting()
        self._has_changed_runs = self._has_left_runs = False

    def _tell_of_others(self, uids: Sequence[str]) -> None:
        self._merging.changed(uids)
        for listener in self._listeners:
            self._guarded(listener, uids)

    def _tell_of_waiting(self) -> None:
        for listener in self._waiting_listeners:
            self._guarded(listener)

    def _living_now(self) -> list[str]:
        try:
            with self.read() as reader:
                return self._living(reader)
        except StoreUnavailable as error:
            raise psycopg.OperationalError from error

    def _after_commit(self) -> None:
        if self._connection is not None and self._clock.monotonic() >= self._measure_time:
            self._measure_time = self._clock.monotonic() + _MEASURE_SECONDS
            row = self._session().row(_SIZE, {})
            self._used_bytes = int(row[0]) if row else 0

    def _release(self) -> None:
        self._notifications.close()
        super()._release()

    def _commit(self, session: Session) -> None:
        # A transaction with an error that nobody noticed would silently be undone.
        if session.control("COMMIT") != "COMMIT":
            raise psycopg.errors.InFailedSqlTransaction

    def _remove_piece(self, writer: Writer) -> bool:
        assert isinstance(writer, PostgresWriter)
        self._is_maintainer = writer.is_maintainer()
        if self._is_maintainer:
            self._notifications.receive(CHANGES)  # it merges the segments of all
        return self._is_maintainer and super()._remove_piece(writer)

    def _merge_piece(self) -> bool:
        return self._is_maintainer and super()._merge_piece()


def postgres_engine(url: str) -> Engine:
    """Return an engine for work on whole databases: migrations and copies."""
    return create_engine(
        "postgresql+psycopg://", creator=partial(_connect_for_engine, url), poolclass=NullPool
    )


def _prepare(url: str) -> None:
    """Create or migrate the tables; one process at a time."""
    with postgres_engine(url).begin() as connection:
        # All others wait for the whole migration.
        connection.exec_driver_sql("SET LOCAL lock_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION})")
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
        migrate(connection)


def _connect_for_engine(url: str) -> psycopg.Connection[tuple[object, ...]]:
    connection = connect(url)
    connection.patience = math.inf  # a migration takes its time, and others wait for it
    connection.autocommit = False
    connection.cursor_factory = psycopg.Cursor
    return connection


def _database(url: str, reading_url: str, timelines: Timelines) -> Database:
    readers: ReaderPool = (
        PostgresReaderPool(partial(connect_reader, url, timelines), _READERS, timelines)
        if url == reading_url
        else PooledReaderPool(reading_url, _READERS, timelines)
    )
    return Database(
        dialect=PGDialect_psycopg(),  # type: ignore[no-untyped-call] # of SQLAlchemy
        connect=partial(connect_writer, url, timelines),
        begin=BEGIN_WRITE,
        readers=readers,
        errors=(psycopg.Error,),
        is_damage=postgres_connections.is_damage,
        is_of_disk=postgres_connections.is_of_disk,
        is_full=postgres_connections.is_full,
        attempts=_ATTEMPTS,
        is_undone=postgres_connections.is_undone,
        is_conflict=postgres_connections.is_conflict,
    )
