"""Copies of a store that is being written: one moment of it, and nothing waits for them."""

import shutil
import sqlite3
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import BinaryIO

import pytest
from histories import SetClock, Story, append, begin
from patience import PATIENCE

from storage import copying
from storage.memory_store import MemoryStore
from storage.sqlite import SqliteStore
from storage.verifying import VerifiedDatabase, verify_database
from training.errors import (
    CallCancelled,
    NoFileToCopy,
    StoreFull,
    StoreUnavailable,
    TooManyCalls,
)
from training.limits import Limits


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PAGES", 4)


@pytest.fixture
def story(sqlite_store: SqliteStore) -> Story:
    """A history of a few hundred pages."""
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    for _ in range(4):
        append(sqlite_store, story.growth(50_000, jumping=True, keyframe=True))
    return story


def nothing() -> None:
    """Do not end a copy."""


def written(copy: BinaryIO, path: Path) -> Path:
    with copy, path.open("wb") as file:
        shutil.copyfileobj(copy, file)
    return path


def updates_of(path: Path, story: Story, clock: SetClock) -> int:
    with closing(SqliteStore(path, clock)) as store, store.read() as reader:
        return reader.head(story.uid).latest_update


def _wait(event: Event) -> None:
    assert event.wait(PATIENCE)


@pytest.mark.usefixtures("small_steps")
def test_a_copy_is_one_moment_of_a_store_that_is_written(
    sqlite_store: SqliteStore, story: Story, path: Path, tmp_path: Path, clock: SetClock
) -> None:
    before, is_queued = story.head.latest_update, Event()
    copying_ = sqlite_store.copy(partial(_wait, is_queued))
    addition = story.growth(100)
    first = sqlite_store.write(lambda writer: writer.append(addition))
    is_queued.set()
    first.result()
    while not copying_.done():
        append(sqlite_store, story.growth(100))
    after = story.head.latest_update
    copied = written(copying_.result(), tmp_path / "copy.db")
    assert verify_database(copied).networks == 1
    assert before < updates_of(copied, story, clock) <= after
    assert not list(path.parent.glob(".clearprop-copy-*"))


@pytest.mark.usefixtures("small_steps")
def test_calls_are_served_and_the_log_is_emptied_during_a_copy(
    sqlite_store: SqliteStore, story: Story, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.sqlite._GROWTH_PER_CHECKPOINT", 2**16)
    monkeypatch.setattr("storage.sqlite._LARGE_LOG", 2**17)
    sqlite_store._large_log = 2**17
    largest = written_ = 0

    def write() -> None:
        nonlocal largest, written_
        # Queued in the thread of the store, and done before the next step.
        addition = story.growth(1_000, jumping=True)
        sqlite_store.write(lambda writer: writer.append(addition))
        # What was stored before may be in the log until the first writes have emptied it.
        if written_ >= 10:
            largest = max(largest, Path(f"{path}-wal").stat().st_size)
        written_ += 1

    with sqlite_store.copy(write).result():
        assert written_ > 50
        assert largest < 2**20


def test_a_second_copy_at_a_time_is_refused(sqlite_store: SqliteStore, story: Story) -> None:
    refused: list[Future[BinaryIO]] = []

    def check() -> None:
        if not refused:
            refused.append(sqlite_store.copy(nothing))

    with sqlite_store.copy(check).result():
        assert isinstance(refused[0].exception(), TooManyCalls)
    with sqlite_store.copy(nothing).result():  # the first one is over
        pass


@pytest.mark.usefixtures("small_steps")
def test_a_copy_ends_when_its_call_is_cancelled(sqlite_store: SqliteStore, story: Story) -> None:
    def check() -> None:
        raise CallCancelled("the client has cancelled the call")

    with pytest.raises(CallCancelled):
        sqlite_store.copy(check).result()
    append(sqlite_store, story.growth())


@pytest.mark.usefixtures("small_steps")
def test_a_copy_ends_when_the_store_is_closed(sqlite_store: SqliteStore, story: Story) -> None:
    begun, closing_ = Event(), Thread(target=sqlite_store.close)

    def check() -> None:
        if not begun.is_set():
            begun.set()
            closing_.start()

    with pytest.raises(StoreUnavailable, match="closed"):
        sqlite_store.copy(check).result()
    closing_.join()
    with pytest.raises(StoreUnavailable, match="closed"):
        sqlite_store.copy(nothing).result()


@pytest.mark.usefixtures("small_steps")
def test_a_copy_ends_when_the_store_fails(sqlite_store: SqliteStore, story: Story) -> None:
    with pytest.raises(StoreUnavailable, match="could not be copied"):
        sqlite_store.copy(sqlite_store._disconnect).result()
    append(sqlite_store, story.growth())


def test_a_copy_needs_room(path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> None:
    full = SimpleNamespace(f_bavail=2**10, f_frsize=2**10, f_blocks=2**30)
    with closing(SqliteStore(path, clock, Limits(free_bytes=2**20 - 2**13))) as store:
        monkeypatch.setattr("storage.room.os.statvfs", lambda folder: full)
        with pytest.raises(StoreFull, match=r"temporarily needs 0\.1 MiB .* has 0\.0 MiB to spare"):
            store.copy(nothing).result()


def test_a_store_in_memory_is_not_copied(clock: SetClock) -> None:
    with closing(MemoryStore(clock)) as store, pytest.raises(NoFileToCopy, match="--database"):
        store.copy(nothing).result()


def test_a_copy_has_a_private_file(
    sqlite_store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    opened = copying._opened

    def noted(name: str) -> sqlite3.Connection:
        modes.append(Path(name).stat().st_mode & 0o777)
        return opened(name)

    monkeypatch.setattr(copying, "_opened", noted)
    sqlite_store.copy(nothing).result().close()
    assert modes == [0o600]


def test_an_empty_store_is_copied(sqlite_store: SqliteStore, tmp_path: Path) -> None:
    copied = written(sqlite_store.copy(nothing).result(), tmp_path / "copy.db")
    assert verify_database(copied) == VerifiedDatabase(
        revision=verify_database(copied).revision, networks=0, updates=0
    )
