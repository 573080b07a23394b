"""Every store, for the contract that all of them keep; and SQLite's own."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from histories import SetClock

from storage.codec import microseconds
from storage.memory_store import MemoryStore
from storage.postgres import PostgresStore
from storage.postgres_writer import PostgresReader
from storage.sqlite import SqliteStore
from training.ports import Store


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that nothing is in, to be copied: migrating takes longer."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    SqliteStore(path, SetClock()).close()
    return path


@pytest.fixture
def path(empty_database: Path, tmp_path: Path) -> Path:
    """The path of an empty database of a test's own."""
    path = tmp_path / "store.db"
    shutil.copyfile(empty_database, path)
    return path


@pytest.fixture
def sqlite_store(path: Path, clock: SetClock) -> Iterator[SqliteStore]:
    store = SqliteStore(path, clock)
    yield store
    store.close()


@pytest.fixture
def postgres_store(
    postgres_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PostgresStore]:
    monkeypatch.setattr(PostgresReader, "_store_time", lambda _: microseconds(clock.now()))
    store = PostgresStore(postgres_url, clock)
    yield store
    store.close()


@pytest.fixture
def memory_store(clock: SetClock) -> Iterator[MemoryStore]:
    store = MemoryStore(clock)
    yield store
    store.close()


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest) -> Store:
    """Each store in turn, empty."""
    found: Store = request.getfixturevalue(f"{request.param}_store")
    return found
