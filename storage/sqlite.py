"""The store in one SQLite file.

One connection does all writing and all checkpoints: before version 3.51.3, SQLite can corrupt a
write-ahead log that two connections write. Readers cannot write.
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

#: How many snapshots can be open at once; more wait.
_READERS = 16

#: How large the write-ahead log may become, in bytes, before readers are waited for to empty it.
_LARGE_LOG = 16 * 2**20

#: After how many commits its size is looked at: each look takes time from whoever waits.
_COMMITS_BETWEEN_LOOKS = 8

# Seconds. Only another program (a backup, say) ever holds the lock for writing.
_WAIT_FOR_OTHERS = 5.0
_WAIT_FOR_READERS = 0.25

#: With less free than this, in bytes, a disk is full: shared memory grows by so much at a time.
_LEAST_ROOM = 32 * 2**10

#: What the driver raises; the second where it quotes a damaged name.
_ERRORS = (sqlite3.Error, UnicodeDecodeError)

_WRITER_PRAGMAS = (
    # A page is written once to the log and synced before COMMIT returns; fullfsync is what sync
    # means on macOS.
    "journal_mode = WAL",
    "synchronous = FULL",
    "fullfsync = ON",
    "checkpoint_fullfsync = ON",
    # In pages of 4 KiB. Checkpoints happen in COMMIT, and empty the log as far as readers let them.
    "wal_autocheckpoint = 1000",
    # Freed pages are not overwritten with zeros where that costs writes of its own.
    "secure_delete = FAST",
    "mmap_size = 0",
)
_READER_PRAGMAS = ("query_only = ON", "mmap_size = 0")


class SqliteStore(SqlStore):
    """Everything in one file, and its write-ahead log beside it; for one server at a time."""

    def __init__(self, path: Path, clock: Clock) -> None:
        """Open the database, made or migrated where that is needed. Raises CannotOpenStore."""
        # The same file by another name must meet the same lock.
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
        """The word for this store: `sqlite`."""
        return "sqlite"

    def _after_commit(self) -> None:
        """Empty a write-ahead log that has grown while readers kept checkpoints from doing it."""
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
        # Where a reader was in the way, not after every commit again.
        self._large_log = _LARGE_LOG + (self._log.stat().st_size if blocked else 0)

    def _words_for(self, error: Exception) -> str:
        """Return for people why the database could not be opened."""
        cause = getattr(error, "orig", None) or error
        if _is_full(self._path, cause):
            return "the disk is full: make room on it"
        return str(getattr(error, "strerror", None) or cause)

    def _release(self) -> None:
        super()._release()
        self._lock_file.close()


def _locked(path: Path) -> BinaryIO:
    """Return a file beside the database whose lock keeps other servers out while it is open.

    The database itself must not be opened for that: closing it would drop SQLite's own locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock_file = Path(f"{path}.lock").open("ab")  # noqa: SIM115 — open as long as the store is
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock_file.close()
        raise CannotOpenStore(
            f"the database {path} is in use by another server: stop that one, or choose another"
            " database"
        ) from error
    return lock_file


def _prepare(path: Path) -> None:
    """Make or migrate the tables."""
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
    """Return whether an error means that the file itself is damaged."""
    damaged = _primary(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
    return damaged or isinstance(error, UnicodeDecodeError)


def _is_full(path: Path, error: Exception) -> bool:
    """Return whether an error means that the disk is full.

    SQLite does not always say so: shared memory that cannot grow is an I/O error like any other.
    """
    match _primary(error):
        case sqlite3.SQLITE_FULL:
            return True
        case sqlite3.SQLITE_IOERR:
            return shutil.disk_usage(path.parent).free < _LEAST_ROOM
        case _:
            return False


def _primary(error: Exception) -> int:
    """Return SQLite's code of an error without its details, 0 where it has none."""
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
    # A damaged word is for the CRC to find.
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
