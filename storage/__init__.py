"""Stores for all data: one in SQLite, and one in memory."""

from pathlib import Path

from storage.memory_store import MemoryStore
from storage.sqlite import SqliteStore
from training.limits import Limits
from training.ports import Clock, Store

_SQLITE = "sqlite:///"


def open_store(url: str, clock: Clock, limits: Limits | None = None) -> Store:
    """Open the store at `sqlite:///relative/path`, `sqlite:////absolute/path` or `memory:`.

    Limits of its size apply only to stores in files.

    Raises ValueError for another URL, and storage.errors.CannotOpenStore.
    """
    if url == "memory:":
        return MemoryStore(clock)
    path = url.removeprefix(_SQLITE)
    if path in (url, "", ":memory:") or "?" in path:
        raise ValueError(
            f"{url!r} is not a database URL: use sqlite:///relative/path, sqlite:////absolute/path,"
            " or memory: to store data only in memory"
        )
    return SqliteStore(Path(path), clock, limits)
