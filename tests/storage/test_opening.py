"""Opening stores by their URLs."""

from contextlib import closing
from pathlib import Path

import pytest
from histories import SetClock, begin

from storage import open_store
from storage.errors import CannotOpenStore
from storage.sqlite import SqliteStore
from training.ports import Store


def stored(store: Store) -> str:
    """Return the id of the one network in a store, after adding it where there is none."""
    with store.read() as reader:
        found = reader.networks("", 10)
    return found[0].id if found else begin(store).network.id


def test_an_absolute_path(tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "clearprop.db"
    for _ in range(2):
        store = open_store(f"sqlite:///{path}", clock)
        assert store.kind == "sqlite"
        assert stored(store) == "net"
        store.close()
    assert path.exists()


def test_a_relative_path(tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    open_store("sqlite:///data/clearprop.db", clock).close()
    assert (tmp_path / "data/clearprop.db").exists()


def test_missing_folders_are_made(tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "deep/down/clearprop.db"
    open_store(f"sqlite:///{path}", clock).close()
    assert path.exists()


@pytest.mark.parametrize("name", ["with space.db", "50%25#x.db", "ümläut.db", "a&b=c.db"])
def test_odd_names(tmp_path: Path, clock: SetClock, name: str) -> None:
    for _ in range(2):
        store = open_store(f"sqlite:///{tmp_path / name}", clock)
        assert stored(store) == "net"
        store.close()
    assert {entry.name for entry in tmp_path.iterdir()} == {name, f"{name}.lock"}


def test_memory(clock: SetClock) -> None:
    store = open_store("memory:", clock)
    assert store.kind == "memory"
    store.close()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "sqlite:",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///a.db?mode=ro",
        "clearprop.db",
        "mysql://host/base",
        "memory",
    ],
)
def test_other_urls_are_refused(clock: SetClock, url: str) -> None:
    with pytest.raises(ValueError, match="is not a database URL: use sqlite:///relative/path"):
        open_store(url, clock)


def test_a_folder_that_cannot_be_made(tmp_path: Path, clock: SetClock) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotOpenStore, match="cannot open the database"):
        open_store(f"sqlite:///{tmp_path}/file/clearprop.db", clock)


def test_a_folder_in_place_of_the_file(tmp_path: Path, clock: SetClock) -> None:
    with pytest.raises(CannotOpenStore, match="cannot open the database"):
        open_store(f"sqlite:///{tmp_path}", clock)


def test_a_second_store_is_kept_out(path: Path, sqlite_store: SqliteStore) -> None:
    for name in (path, path.parent / "." / path.name):
        with pytest.raises(CannotOpenStore, match="in use by another server: stop that server"):
            SqliteStore(name, SetClock())
    link = path.parent / "link.db"
    link.symlink_to(path)
    with pytest.raises(CannotOpenStore, match="in use by another server"):
        SqliteStore(link, SetClock())
    begin(sqlite_store)


def test_the_lock_is_given_back(path: Path, clock: SetClock) -> None:
    for _ in range(3):
        SqliteStore(path, clock).close()


def test_the_lock_is_given_back_when_opening_fails(tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "clearprop.db"
    path.write_bytes(b"not a database" * 100)
    with pytest.raises(CannotOpenStore, match="not a database"):
        SqliteStore(path, clock)
    path.unlink()
    SqliteStore(path, clock).close()


def test_nothing_is_left_open(path: Path, clock: SetClock) -> None:
    before = set(Path("/proc/self/fd").iterdir())
    store = SqliteStore(path, clock)
    stored(store)
    store.close()
    assert set(Path("/proc/self/fd").iterdir()) <= before


def test_only_the_owner_can_read_the_files_of_a_database(tmp_path: Path, clock: SetClock) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'new.db'}", clock)):
        modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(["new.db", "new.db-shm", "new.db-wal", "new.db.lock"], 0o600)
