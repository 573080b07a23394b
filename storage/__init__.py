"""Stores for all data: in SQLite, in PostgreSQL, and in memory."""

from storage.errors import CannotOpenStore
from storage.memory_store import MemoryStore
from storage.sqlite import SqliteStore
from storage.urls import database_path, is_postgres
from training.limits import Limits
from training.ports import Clock, Store


def open_store(
    url: str, clock: Clock, limits: Limits | None = None, direct_url: str | None = None
) -> Store:
    """Open the store at a URL.

    It is `sqlite:///relative/path`, `sqlite:////absolute/path`, `postgresql://USER@HOST/DATABASE`
    or `memory:`. Limits of its size apply only to stores in files. `direct_url` is that of the same
    PostgreSQL database without a pooler, if `url` leads to one in transaction mode.

    Raises ValueError for another URL, and storage.errors.CannotOpenStore.
    """
    if is_postgres(url):
        # Not at the top: its driver is an extra.
        try:
            from storage.postgres import PostgresStore  # noqa: PLC0415
        except ModuleNotFoundError as error:
            raise CannotOpenStore(
                "PostgreSQL needs more packages: pip install 'clearprop-server[postgres]'"
            ) from error
        return PostgresStore(url, clock, limits, direct_url)
    if direct_url:
        raise ValueError("--direct-database needs --database postgresql://USER@HOST/DATABASE")
    path = database_path(url)
    return MemoryStore(clock) if path is None else SqliteStore(path, clock, limits)
