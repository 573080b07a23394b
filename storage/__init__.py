"""Stores for all data: one in SQLite, and one in memory."""

from storage.memory_store import MemoryStore
from storage.sqlite import SqliteStore
from storage.urls import database_path
from training.limits import Limits
from training.ports import Clock, Store


def open_store(url: str, clock: Clock, limits: Limits | None = None) -> Store:
    """Open the store at `sqlite:///relative/path`, `sqlite:////absolute/path` or `memory:`.

    Limits of its size apply only to stores in files.

    Raises ValueError for another URL, and storage.errors.CannotOpenStore.
    """
    path = database_path(url)
    return MemoryStore(clock) if path is None else SqliteStore(path, clock, limits)
