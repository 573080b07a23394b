"""The store in one SQLite file.

One connection does all writes and checkpoints: before version 3.51.3, SQLite can corrupt a
write-ahead log that two connections write to. Readers cannot write.
"""

import fcntl
import shutil
import sqlite3
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import quote

from sqlalchemy import Connection, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from storage.errors import CannotOpenStore
from storage.migrations import migrate
from storage.sql_store import Database, SqlStore
from training.ports import Clock

#: The maximum number of open snapshots; more wait.
_READERS = 16

#: The size of the write-ahead log, in bytes, at which the store waits for readers to empty it.
_LARGE_LOG = 16 * 2**20

#: The number of commits after which the size is checked, since each check delays the queue.
_COMMITS_BETWEEN_LOOKS = 8

# Seconds. Only another program, such as a backup, ever holds the write lock.
_WAIT_FOR_OTHERS = 5.0
_WAIT_FOR_READERS = 0.25

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
    # In pages of 4 KiB. Checkpoints happen in COMMIT, and empty the log as far as readers allow.
    "wal_autocheckpoint = 1000",
    # Freed pages are overwritten with zeros only if that needs no additional writes.
    "secure_delete = FAST",
    "mmap_size = 0",
)
_READER_PRAGMAS = ("query_only = ON", "mmap_size = 0")


class SqliteStore(SqlStore):
    """A store in one file and its write-ahead log; for one server at a time."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open the database; create or migrate it if necessary. Raises CannotOpenStore."""
        # The same file with another name must have the same lock.
        self._path = path.resolve()
        self._log = Path(f"{self._path}-wal")
        self._large_log = _LARGE_LOG
        self._commits = 0
        try:
            self._lock_file = _locked(self._path)
            try:
                _prepare(self._path)
                super().__init__(_database(self._path), clock)
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

    def _after_commit(self) -> None:
        """Empty a write-ahead log that grew because readers blocked checkpoints."""
        self._commits += 1
        if self._connection is None or self._commits % _COMMITS_BETWEEN_LOOKS:
            return
        if self._log.stat().st_size <= self._large_log:
            return
        cursor = self._connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {int(1000 * _WAIT_FOR_READERS)}")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (blocked, _, _) = cursor.fetchone() or (1, 0, 0)
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(1000 * _WAIT_FOR_OTHERS)}")
        # If a reader blocked it, do not retry after every commit.
        self._large_log = _LARGE_LOG + (self._log.stat().st_size if blocked else 0)

    def _words_for(self, error: Exception) -> str:
        """Return why the database could not be opened, for a message."""
        cause = getattr(error, "orig", None) or error
        if _is_full(self._path, cause):
            return "the disk is full: free space on it"
        return str(getattr(error, "strerror", None) or cause)

    def _release(self) -> None:
        super()._release()
        self._lock_file.close()


def _locked(path: Path) -> BinaryIO:
    """Return a file beside the database with a lock that excludes other servers while it is open.

    The database itself cannot be used: closing it would release SQLite's own locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock_file = Path(f"{path}.lock").open("ab")  # noqa: SIM115 — open as long as the store is
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock_file.close()
        raise CannotOpenStore(
            f"the database {path} is in use by another server: stop that server, or use another"
            " database"
        ) from error
    return lock_file


def _prepare(path: Path) -> None:
    """Create or migrate the tables."""
    engine = create_engine("sqlite://", creator=partial(_connect_writer, path), poolclass=NullPool)

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.begin() as connection:
        migrate(connection)


def _database(path: Path) -> Database:
    return Database(
        dialect=sqlite.dialect(),
        connect=partial(_connect_writer, path),
        begin="BEGIN IMMEDIATE",
        readers=QueuePool(partial(_connect_reader, path), pool_size=_READERS, max_overflow=0),
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
