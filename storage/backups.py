"""Backups: databases in files that nobody writes, each with its SHA-256 in a file beside it.

A file gets its name only when it is complete, on disk, and verified.
"""

import hashlib
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from secrets import token_hex

from storage.copying import copied
from storage.errors import CannotOpenStore, CannotRestore
from storage.file_lock import locked
from storage.urls import database_path, is_postgres, without_password
from storage.verifying import VerifiedDatabase, verify_database

_CHUNK_BYTES = 2**20

#: The files that SQLite has beside a database.
_BESIDE = ("-wal", "-shm", "-journal")


def checksum_path(backup: Path) -> Path:
    """Return the file with the SHA-256 of a backup, which `sha256sum --check` reads."""
    return Path(f"{backup}.sha256")


def write_backup(chunks: Iterable[bytes], path: Path) -> VerifiedDatabase:
    """Write a backup and its SHA-256, and verify the file before it gets its name.

    Raises CannotRestore if the file exists, DamagedDatabase, OSError, and what the chunks raise.
    """
    for each in (path, checksum_path(path)):
        _require_free(each)
    with _temporary(path) as part, _temporary(checksum_path(path)) as checksum:
        digest = _write(chunks, part)
        found = verify_database(part)
        _write([f"{digest}  {path.name}\n".encode()], checksum)
        _give_name(checksum, checksum_path(path))
        try:
            _give_name(part, path)
        except BaseException:
            checksum_path(path).unlink()
            raise
    return found


@contextmanager
def copy_of_stopped(url: str) -> Iterator[Iterator[bytes]]:
    """Copy the database of a server that is stopped, and yield the copy in chunks.

    Raises CannotOpenStore if it does not exist or a server uses it, and ValueError for another URL.
    """
    path = _file_of(url)
    if not path.is_file():
        raise CannotOpenStore(f"the database {path} does not exist")
    try:
        with (
            locked(path),
            closing(sqlite3.connect(path, isolation_level=None)) as connection,
            copied(connection, path.parent, lambda: None) as file,
        ):
            yield iter(lambda: file.read(_CHUNK_BYTES), b"")
    except sqlite3.Error as error:
        raise CannotOpenStore(f"cannot read the database {path}: {error}") from error


def restore_backup(backup: Path, url: str) -> VerifiedDatabase:
    """Copy a backup to the database of a server, which must not exist, and verify the copy first.

    The database exists completely or not at all. Raises CannotRestore if it exists or the checksum
    does not match, DamagedDatabase, CannotOpenStore if a server uses the database, OSError, and
    ValueError for another URL.
    """
    path = _file_of(url).resolve()
    with backup.open("rb") as file, locked(path):
        for name in ("", *_BESIDE):
            _require_free(Path(f"{path}{name}"))
        with _temporary(path) as part:
            digest = _write(iter(lambda: file.read(_CHUNK_BYTES), b""), part)
            _require_checksum(backup, digest)
            found = verify_database(part)
            _give_name(part, path)
    return found


def remove_backup(path: Path) -> None:
    """Remove a backup and its SHA-256."""
    path.unlink(missing_ok=True)
    checksum_path(path).unlink(missing_ok=True)


def remove_unfinished(folder: Path) -> None:
    """Remove what commands that were killed have left of backups in a folder."""
    for path in folder.glob(".*.db*.part"):
        path.unlink(missing_ok=True)


def _file_of(url: str) -> Path:
    if is_postgres(url):
        raise ValueError(
            f"the database {without_password(url)} is in PostgreSQL: use pg_dump and pg_restore, or"
            " clearprop copy"
        )
    path = database_path(url)
    if path is None:
        raise ValueError(f"the database {url} has no file: use sqlite:///FILE")
    return path


def _require_free(path: Path) -> None:
    if path.exists():
        raise CannotRestore(
            f"the file {path} already exists: use another name, or move the file away"
        )


def _require_checksum(backup: Path, digest: str) -> None:
    """Compare with the SHA-256 beside the backup, if there is one."""
    with suppress(FileNotFoundError):
        expected = checksum_path(backup).read_text(errors="replace").split()
        if expected[:1] != [digest]:
            raise CannotRestore(
                f"the file {backup} is not as it was written: its SHA-256 is {digest}, and not that"
                f" in {checksum_path(backup)}. Use another backup"
            )


@contextmanager
def _temporary(path: Path) -> Iterator[Path]:
    """Yield a name beside a file; what has it at the end is removed."""
    # Not with the number of the process: in a container, it is always the same.
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        yield part
    except OSError as error:
        if error.filename is not None and Path(error.filename) == part:
            error.filename = str(path)  # the name that the user knows
        raise
    finally:
        part.unlink(missing_ok=True)


def _write(chunks: Iterable[bytes], path: Path) -> str:
    """Write a file that only its owner can read, to the disk; return its SHA-256."""
    digest = hashlib.sha256()
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _give_name(part: Path, path: Path) -> None:
    """Give a complete file its name, unless a file has it already."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        _require_free(path)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
