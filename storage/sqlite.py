"""The store in one SQLite file.

One connection does all writes and checkpoints: before version 3.51.3, SQLite can corrupt a
write-ahead log that two connections write to. Readers cannot write.

A checkpoint that fails is not continued but starts again from the beginning of the log. SQLite
syncs the database only at the end of the last of several checkpoints, and afterwards repeats only
that one. But if a sync fails, the system may drop all pages that it has not written, also those of
the earlier checkpoints.
"""

import logging
import shutil
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from storage import store_errors
from storage.copying import copied, copy_size
from storage.errors import CannotOpenStore
from storage.file_lock import create_private, locked
from storage.migrations import migrate
from storage.reader_pool import ReaderPool
from storage.room import Room
from storage.sql_store import Database, SqlStore
from training.limits import Limits
from training.ports import Clock

#: The maximum number of open snapshots; more wait.
_READERS = 16

#: The size of the write-ahead log, in bytes, at which the store waits for readers to empty it.
_LARGE_LOG = 16 * 2**20

#: A checkpoint follows after so many commits, or if the log has grown by so many bytes. Small
#: commits write about 1,000 pages until then.
_COMMITS_PER_CHECKPOINT = 200
_GROWTH_PER_CHECKPOINT = 4 * 2**20

# Seconds. Only another program, such as a backup, ever holds the write lock.
_WAIT_FOR_OTHERS = 5.0
_WAIT_FOR_READERS = 0.25

#: The room is measured this often, in seconds, and after every commit if less than this is left.
_MEASURE_SECONDS = 1.0
_LITTLE_ROOM = 256 * 2**20

#: A disk with less free space than this, in bytes, is full: shared memory grows in such steps.
_LEAST_ROOM = 32 * 2**10

#: The exceptions of the driver; the second one if it quotes a corrupt name.
_ERRORS = (sqlite3.Error, UnicodeDecodeError)

_WRITER_PRAGMAS = (
    # A page is written once to the log and synced before COMMIT returns; fullfsync is what sync
    # means on macOS.
    "journal_mode = WAL",
    "synchronous = FULL",
    "fullfsync = ON",
    "checkpoint_fullfsync = ON",
    # COMMIT would ignore the errors of a checkpoint.
    "wal_autocheckpoint = 0",
    # Freed pages are overwritten with zeros only if that needs no additional writes.
    "secure_delete = FAST",
    "mmap_size = 0",
)
_READER_PRAGMAS = ("query_only = ON", "mmap_size = 0")


_logger = logging.getLogger(__name__)


class SqliteStore(SqlStore):
    """A store in one file and its write-ahead log; for one server at a time."""

    def __init__(self, path: Path, clock: Clock, limits: Limits | None = None) -> None:
        """Open the database; create or migrate it if necessary. Raises CannotOpenStore."""
        self._room = Room(limits or Limits())
        self._measure_time = 0.0
        # The same file with another name must have the same lock.
        self._path = path.resolve()
        self._log = Path(f"{self._path}-wal")
        self._large_log = _LARGE_LOG
        self._commits = 0  # since the last checkpoint
        self._checked_size = 0  # of the log, at the last checkpoint
        self._has_failed = False  # the last checkpoint
        self._last_reader: DBAPIConnection | None = None
        try:
            self._lock_file = locked(self._path)
            try:
                create_private(self._path)
                with sqlite_engine(self._path).begin() as connection:
                    migrate(connection)
                super().__init__(_database(self._path, self._connect), clock)
                self._measure_room(0)
            except BaseException:
                self._lock_file.close()
                raise
        except (OSError, *_ERRORS, SQLAlchemyError) as error:
            raise CannotOpenStore(
                f"cannot open the database {path}: {self._words_for(error)}"
            ) from error

    @property
    def kind(self) -> str:
        """The kind of this store: `sqlite`."""
        return "sqlite"

    @property
    def used_bytes(self) -> int:
        """The size of the stored data when it was last measured."""
        return self._room.used

    def copy(self, check: Callable[[], None]) -> Future[BinaryIO]:
        """Copy all data to a file; see training.ports.Store."""
        return self._queued_aside(partial(self._copy, check))

    def _copy(self, check: Callable[[], None]) -> BinaryIO:
        """Copy the database with its writer, which does its queued work between two steps."""
        connection = self._connection
        if connection is None:
            raise store_errors.cannot_write()

        def between() -> None:
            check()
            self._serve_between()
            if self._connection is not connection:
                raise store_errors.copy_failed()

        self._room.require_copy(
            self._path.parent, copy_size(cast("sqlite3.Connection", connection))
        )
        try:
            return copied(cast("sqlite3.Connection", connection), self._path.parent, between)
        except (OSError, *_ERRORS) as error:
            _logger.exception("the store could not be copied")
            raise store_errors.copy_failed() from error

    @property
    def free_bytes(self) -> int | None:
        """The free space on the disk when it was last measured."""
        return self._room.free

    def require_room(self, new_bytes: int | None = None) -> None:
        """Raise StoreFull if the store may not grow; see training.ports.Store."""
        self._room.require(new_bytes)

    def _after_commit(self) -> None:
        """Write the log into the database, and measure the room, if that is due."""
        self._commits += 1
        if self._connection is None:
            return
        size = self._log.stat().st_size
        is_grown = size > self._checked_size + _GROWTH_PER_CHECKPOINT
        if self._commits >= _COMMITS_PER_CHECKPOINT or is_grown:
            self._commits, self._checked_size = 0, size
            self._checkpoint()
        is_late = self._clock.monotonic() >= self._measure_time + _MEASURE_SECONDS
        if is_grown or is_late or self._room.left < _LITTLE_ROOM:
            self._measure_room(size)

    def _measure_room(self, log_size: int) -> None:
        """Measure the room: data is in pages, and in a log that is larger than it usually is."""
        if self._connection is None:
            return
        self._measure_time = self._clock.monotonic()
        cursor = self._connection.cursor()
        pages, unused, page_size = (
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
        used = (pages - unused) * page_size + max(log_size - _LARGE_LOG, 0)
        self._room.measure(self._path.parent, used, unused * page_size)

    def _checkpoint(self) -> None:
        """Write the log into the database; see the module for checkpoints that fail."""
        if self._has_failed and not self._start_again():
            return
        try:
            self._run_checkpoint()
        except sqlite3.Error as error:
            _logger.warning("the write-ahead log cannot be written into the database: %s", error)
            self._has_failed = True
            # Closing everything now could also end reading, if the disk cannot be written at all.
            # The next commit that succeeds shows that it can.
            self._commits = _COMMITS_PER_CHECKPOINT

    def _run_checkpoint(self) -> None:
        """Let SQLite do it as far as readers allow; wait for readers if the log is large."""
        assert self._connection is not None
        cursor = self._connection.cursor()
        is_large = self._checked_size > self._large_log
        cursor.execute(f"PRAGMA busy_timeout = {int(1000 * _WAIT_FOR_READERS)}")
        try:
            cursor.execute(f"PRAGMA wal_checkpoint({'TRUNCATE' if is_large else 'PASSIVE'})")
            (is_blocked, _, _) = cursor.fetchone() or (1, 0, 0)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(1000 * _WAIT_FOR_OTHERS)}")
        if is_large:
            # If a reader blocked it, do not wait again after every commit.
            size = self._checked_size = self._log.stat().st_size
            self._large_log = _LARGE_LOG + (size if is_blocked else 0)

    def _start_again(self) -> bool:
        """Let the next checkpoint begin at the beginning of the log.

        Returns False if readers do not let it, or if there is no room for their shared memory.
        """
        if shutil.disk_usage(self._path.parent).free < _LEAST_ROOM:
            return False
        with self._database.readers.paused(_WAIT_FOR_READERS) as is_unused:
            if is_unused:
                self._disconnect()
                self._close_last_reader()
                # Whoever opens the database now reads the whole log.
                self._has_failed = False
                self._connection = self._database.connect()
        return is_unused

    def _connect(self) -> DBAPIConnection:
        """Open the writer, and a reader which keeps SQLite from a checkpoint when it is closed."""
        connection = _connect_writer(self._path)
        if self._last_reader is None:
            try:
                self._last_reader = _connect_reader(self._path)
                self._last_reader.cursor().execute("SELECT 1 FROM sqlite_schema").fetchone()
            except BaseException:
                connection.close()
                raise
        return connection

    def _close_last_reader(self) -> None:
        reader, self._last_reader = self._last_reader, None
        if reader is not None:
            reader.close()

    def _words_for(self, error: Exception) -> str:
        """Return why the database could not be opened, for a message."""
        cause = getattr(error, "orig", None) or error
        if _is_full(self._path, cause):
            return "the disk is full: free space on it"
        return str(getattr(error, "strerror", None) or cause)

    def _release(self) -> None:
        if self._has_failed:
            self._disconnect()
        self._close_last_reader()
        super()._release()
        self._lock_file.close()


def sqlite_engine(path: Path) -> Engine:
    """Return an engine whose transactions have the write lock from their beginning."""
    engine = create_engine("sqlite://", creator=partial(_connect_writer, path), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _database(path: Path, connect: Callable[[], DBAPIConnection]) -> Database:
    return Database(
        dialect=sqlite.dialect(),
        connect=connect,
        begin="BEGIN IMMEDIATE",
        readers=ReaderPool(partial(_connect_reader, path), _READERS),
        errors=_ERRORS,
        is_damage=_is_damage,
        is_of_disk=lambda error: _primary(error) in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL),
        is_full=partial(_is_full, path),
    )


def _is_damage(error: Exception) -> bool:
    """Return whether an error means that the file is corrupt."""
    damaged = _primary(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return damaged or isinstance(error, UnicodeDecodeError)


def _is_full(path: Path, error: Exception) -> bool:
    """Return whether an error means that the disk is full.

    SQLite does not always report it: if shared memory cannot grow, it is an ordinary I/O error.
    """
    match _primary(error):
        case sqlite3.SQLITE_FULL:
            return True
        case sqlite3.SQLITE_IOERR:
            return shutil.disk_usage(path.parent).free < _LEAST_ROOM
        case _:
            return False


def _primary(error: Exception) -> int:
    """Return the primary error code of SQLite, 0 if there is none."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF


def _connect_writer(path: Path) -> DBAPIConnection:
    return _connect(path, "rwc", _WRITER_PRAGMAS)


def _connect_reader(path: Path) -> DBAPIConnection:
    return _connect(path, "ro", _READER_PRAGMAS)


def _connect(path: Path, mode: str, pragmas: tuple[str, ...]) -> DBAPIConnection:
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode={mode}",
        uri=True,
        # The driver leaves transactions to us: its own way loses updates, and does not cover
        # changes of tables.
        isolation_level=None,
        timeout=_WAIT_FOR_OTHERS,
        check_same_thread=False,
    )
    # A corrupt string is detected by the CRC.
    connection.text_factory = partial(str, encoding="utf-8", errors="replace")
    try:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        _require_wal(connection)
    except BaseException:
        connection.close()
        raise
    return cast("DBAPIConnection", connection)


def _require_wal(connection: sqlite3.Connection) -> None:
    (mode,) = connection.execute("PRAGMA journal_mode").fetchone()
    if mode != "wal":
        raise sqlite3.OperationalError(
            "its file system has no shared memory, which a write-ahead log needs; choose a local"
            " folder"
        )
