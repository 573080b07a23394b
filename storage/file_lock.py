"""The lock that lets one process at a time use a database."""

import fcntl
import os
from pathlib import Path
from typing import BinaryIO

from storage.errors import DatabaseInUse

#: The permissions of all files of a database: only their owner reads them.
_PRIVATE = 0o600


def locked(path: Path) -> BinaryIO:
    """Return a file beside the database with a lock that excludes other servers while it is open.

    The database itself cannot be used: closing it would release SQLite's own locks. Raises
    DatabaseInUse if another process has the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock_file = os.fdopen(_opened(Path(f"{path}.lock")), "ab")
    try:
        fcntl.flock(lock_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        lock_file.close()
        raise DatabaseInUse(
            f"the database {path} is in use by another server: stop that server, or use another"
            " database"
        ) from error
    return lock_file


def create_private(path: Path) -> None:
    """Create an empty file that only its owner can read; an existing one is left as it is.

    The files that SQLite creates beside a database get the permissions of the database.
    """
    os.close(_opened(path))


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _PRIVATE)
