"""Connections to PostgreSQL, and the meaning of their errors."""

import math
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Any, TypeVar, cast

import psycopg
from psycopg import errors, generators, pq
from psycopg.abc import PQGen
from psycopg.types.numeric import Int8Dumper
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import PoolProxiedConnection, QueuePool

from storage.reader_pool import ReaderPool
from storage.timelines import Timeline, Timelines

T = TypeVar("T")

#: How long a statement waits for the lock of another process, in milliseconds.
LOCK_TIMEOUT = 2_000

# A process that stops loses its connections, and thereby its locks, after a time in milliseconds:
# in a transaction that writes before its lease expires, and later what lets it do the maintenance.
# Snapshots lock nothing, and may be used for long computations.
_WRITING_TIMEOUT, _READING_TIMEOUT, _MAINTENANCE_TIMEOUT = 5_000, 300_000, 60_000

# A connection to a machine that disappears, or to a server that is silent in the middle of a
# statement, ends after about 10 s: no statement waits so long. A standby may lack what others
# have read. The URL may say otherwise.
_DEFAULTS = {
    "target_session_attrs": "read-write",
    "application_name": "clearprop",
    "connect_timeout": "5",
    "keepalives_idle": "4",
    "keepalives_interval": "2",
    "keepalives_count": "3",
    "tcp_user_timeout": "10000",
}

# Statements are short, so that compiling them never pays.
_SESSION = f"SET lock_timeout = {LOCK_TIMEOUT}; SET jit = off"
_WRITING = (
    f"SET idle_in_transaction_session_timeout = {_WRITING_TIMEOUT};"
    f" SET idle_session_timeout = {_MAINTENANCE_TIMEOUT}"
)
#: What is set in connections for snapshots.
READING = f"SET idle_in_transaction_session_timeout = {_READING_TIMEOUT}"

#: Begins the transaction of a snapshot: all its statements see the same committed data.
BEGIN_READ = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"

#: Begins a transaction that writes: each statement sees what is committed when it begins, and a row
#: that another transaction changes is read again once it has ended.
BEGIN_WRITE = "BEGIN ISOLATION LEVEL READ COMMITTED, READ WRITE"

_UNDONE = (
    errors.IdleSessionTimeout,
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    errors.IdleInTransactionSessionTimeout,
    errors.AdminShutdown,
    errors.CrashShutdown,
)


class Connection(psycopg.Connection[Any]):
    """A connection, and the timeline that it leads to.

    It is lost when its server is silent for `patience` seconds in the middle of a statement: the
    timeouts of TCP do not end one that a proxy keeps open, or whose server is stopped.
    """

    timeline = Timeline()
    patience = math.inf
    _is_sent = False

    def send(self, sql: str) -> None:
        """Send a statement without values and results; the next one waits for its end first.

        Raises psycopg.OperationalError.
        """
        if self._is_sent:
            self.finish()
        self.pgconn.send_query(sql.encode())
        self.pgconn.flush()
        self._is_sent = True

    def finish(self) -> str:
        """Wait for the end of the statement that was sent, and return the answer of the server.

        Raises psycopg.Error.
        """
        self._is_sent = False
        (result,) = super().wait(self._answered(generators.execute(self.pgconn)))
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise errors.error_from_result(result)
        return (result.command_status or b"").decode()

    def wait(self, gen: PQGen[T], *times: Any, **options: Any) -> T:  # noqa: ANN401 (passed on)
        """Wait for the end of what is in progress. Raises psycopg.OperationalError."""
        if self._is_sent:
            self.finish()
        return super().wait(self._answered(gen), *times, **options)

    def _answered(self, gen: PQGen[T]) -> PQGen[T]:
        deadline, ready = monotonic() + self.patience, None
        while True:
            try:
                wanted = next(gen) if ready is None else gen.send(ready)
            except StopIteration as done:
                return cast("T", done.value)
            ready = yield wanted
            if ready:
                deadline = monotonic() + self.patience
            elif monotonic() > deadline:
                self.pgconn.finish()
                raise psycopg.OperationalError(f"no answer within {self.patience:g} s")


class _Cursor(psycopg.Cursor[Any]):
    """A cursor whose results are binary: BYTEA and floats are not converted to text."""

    def __init__(self, connection: psycopg.Connection[Any], **options: Any) -> None:  # noqa: ANN401 (passed on)
        super().__init__(connection, **options)
        self.format = pq.Format.BINARY


def connect(url: str, timelines: Timelines | None = None) -> Connection:
    """Open a connection with a session, and note its timeline; see `opened`."""
    connection = opened(url)
    try:
        _set(connection, _SESSION)
        if timelines is not None:
            connection.timeline = timelines.of(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def opened(url: str) -> Connection:
    """Open a connection that does not begin transactions automatically.

    Raises psycopg.Error if there is no server, or if it refuses the connection, and ValueError for
    an invalid URL.
    """
    given = _parameters(url)
    if given is None:
        raise ValueError("the URL is invalid")
    parameters = _DEFAULTS | given
    connection = Connection.connect(
        psycopg.conninfo.make_conninfo("", **parameters), autocommit=True, cursor_factory=_Cursor
    )
    connection.patience = int(parameters["tcp_user_timeout"]) / 1_000 or math.inf
    # Otherwise the type of a number, and with it the prepared statement, depends on its size.
    connection.adapters.register_dumper(int, Int8Dumper)
    return connection


def _parameters(url: str) -> dict[str, Any] | None:
    """Return the parameters in a URL, None for an invalid one."""
    try:
        return psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        return None  # its message may quote a part of the password


def connect_writer(url: str, timelines: Timelines) -> DBAPIConnection:
    """Open the connection that writes; see `connect`."""
    return _connect_driver(url, timelines, _WRITING)


def connect_reader(url: str, timelines: Timelines) -> DBAPIConnection:
    """Open a connection for snapshots; see `connect`."""
    return _connect_driver(url, timelines, READING)


def leads_to(connection: DBAPIConnection, timeline: Timeline) -> bool:
    """Return whether a connection leads to a timeline, and is not known to be lost."""
    opened = cast("Connection", connection)
    return opened.timeline == timeline and not opened.closed


def _connect_driver(url: str, timelines: Timelines, session: str) -> DBAPIConnection:
    connection = connect(url, timelines)
    _set(connection, session)
    return cast("DBAPIConnection", connection)


def _set(connection: Connection, session: str) -> None:
    # Only a cursor whose results are text executes several statements at once.
    psycopg.Cursor(connection).execute(session.encode())


def shown_cause(error: Exception) -> str:
    """Return why a database could not be opened, for a message of one line."""
    cause = getattr(error, "orig", None) or error
    return " ".join(str(cause).split())


class PostgresReaderPool(ReaderPool):
    """Connections whose transactions are snapshots.

    If one was lost while it was not in use, all others were, too: new ones are opened. They are
    also if it does not lead to the current timeline.
    """

    def __init__(
        self, connect: Callable[[], DBAPIConnection], size: int, timelines: Timelines
    ) -> None:
        """Open at most `size` connections; more readers wait."""
        self._timelines = timelines
        super().__init__(connect, size)

    def _opened(self, connect: Callable[[], DBAPIConnection], size: int) -> QueuePool:
        pool = QueuePool(connect, pool_size=size, max_overflow=0, reset_on_return=None)
        event.listen(pool, "checkout", self._begin_snapshot)
        event.listen(pool, "reset", self._end_snapshot)
        return pool

    def _begin(self, connection: PoolProxiedConnection) -> None:
        """Do nothing: the pool has begun the transaction."""

    def _begin_snapshot(self, connection: DBAPIConnection, *_: object) -> None:
        if not leads_to(connection, self._timelines.current):
            raise InvalidatePoolError
        try:
            begun = cast("Connection", connection)
            begun.send(BEGIN_READ)
            begun.finish()
        except psycopg.OperationalError as error:
            raise InvalidatePoolError(str(error)) from error

    def _end_snapshot(self, connection: DBAPIConnection, *_: object) -> None:
        with suppress(psycopg.OperationalError):  # it is lost, which the next reader finds
            cast("Connection", connection).send("COMMIT")


def is_undone(error: Exception) -> bool:
    """Return whether the database undid a transaction, which may succeed if it is repeated.

    Also a connection that was lost before the COMMIT.
    """
    is_lost = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    return is_lost or isinstance(error, _UNDONE)


def is_conflict(error: Exception) -> bool:
    """Return whether another transaction has just committed the same key."""
    return isinstance(error, errors.UniqueViolation)


def is_damage(error: Exception) -> bool:
    """Return whether an error means that the database is corrupt."""
    return isinstance(error, errors.DataCorrupted | errors.IndexCorrupted)


def is_full(error: Exception) -> bool:
    """Return whether the disk of the database is full."""
    return isinstance(error, errors.DiskFull)


def is_of_disk(error: Exception) -> bool:
    """Return whether an error ends the whole transaction: one of the disk or of the connection."""
    is_lost = isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    return is_lost or isinstance(error, errors.DiskFull | errors.IoError)
