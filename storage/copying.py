"""Copies of a database while it is written: SQLite's online backup in small steps.

The copy is made with the connection that writes. SQLite then writes every page that a transaction
changes into the copy too, so that the copy never starts again from the beginning; and nothing is
read between two steps, so that the write-ahead log can be emptied.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO
from urllib.parse import quote

#: The number of pages of a step: 1 MiB, which takes about as long as a small transaction.
_PAGES = 256

#: The part of its size by which a database may grow while it is copied, in percent.
_GROWTH = 10

# The copy has no name and is not needed after a crash.
_PRAGMAS = ("journal_mode = OFF", "synchronous = OFF", "locking_mode = EXCLUSIVE")


def copy_size(connection: sqlite3.Connection) -> int:
    """Return the number of bytes that a copy needs, at most."""
    pages, page_size = (
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size")
    )
    return int(pages * page_size * (100 + _GROWTH) // 100)


def copied(connection: sqlite3.Connection, folder: Path, between: Callable[[], None]) -> BinaryIO:
    """Return a copy of the database of a connection, as a file without a name in a folder.

    `between` is called between two steps, and may write with the same connection. What it raises
    ends the copy.
    """
    handle, name = mkstemp(prefix=".clearprop-copy-", dir=folder)
    file = os.fdopen(handle, "rb")
    try:
        with closing(_opened(name)) as target:

            def progress(_status: int, remaining: int, _total: int) -> None:
                if remaining:  # otherwise the copy is complete, and gets no more changes
                    between()

            connection.backup(target, pages=_PAGES, progress=progress, sleep=0)
    except BaseException:
        file.close()
        raise
    return file


def _opened(name: str) -> sqlite3.Connection:
    """Open an empty database and remove its name, so that no crash leaves it."""
    try:
        target = sqlite3.connect(
            f"file:{quote(name)}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        try:
            for pragma in _PRAGMAS:
                target.execute(f"PRAGMA {pragma}")
            target.execute("SELECT 1 FROM sqlite_schema").fetchone()  # opens the file
        except BaseException:
            target.close()
            raise
    finally:
        Path(name).unlink()
    return target
