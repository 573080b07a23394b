"""The quota of a store, and the space that it leaves free on its disk."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from histories import SetClock, Story, append, begin

from storage.room import Room
from storage.sqlite import SqliteStore
from training.errors import StoreFull
from training.identifiers import new_uid
from training.limits import Limits
from training.training_set import Examples, TrainingSet

MIB = 2**20


@contextmanager
def opened(path: Path, **limits: int) -> Iterator[SqliteStore]:
    store = SqliteStore(path, SetClock(), Limits(**limits))
    try:
        yield store
    finally:
        store.close()


def add_set(store: SqliteStore, size: int) -> str:
    """Store a training set of about so many bytes; return its uid."""
    uid = new_uid()
    numbers = np.random.default_rng(1).normal(size=(size // 16, 1))
    entry = TrainingSet(uid, uid, 1, 1, len(numbers), store._now())
    store.write(lambda writer: writer.add_training_set(entry, Examples(numbers, numbers))).result()
    return uid


def is_refused(store: SqliteStore, new_bytes: int | None = None) -> str:
    """Return the limit with which the store refuses to grow; empty if it does not."""
    for _ in range(2):  # the room is measured after a commit, and known when the next one is over
        store.write(lambda writer: writer.count_networks()).result()
    try:
        store.require_room(new_bytes)
    except StoreFull as error:
        return error.metadata["limit"]
    return ""


def test_a_store_without_a_quota_grows(sqlite_store: SqliteStore) -> None:
    add_set(sqlite_store, 4 * MIB)
    assert not is_refused(sqlite_store)
    assert not is_refused(sqlite_store, 100 * MIB)


def test_something_new_is_refused_before_histories_are(path: Path) -> None:
    with opened(path, store_bytes=10 * MIB) as store:
        add_set(store, 5 * MIB)
        assert not is_refused(store, 3 * MIB)
        assert is_refused(store, 5 * MIB) == "store_bytes"
        add_set(store, 4 * MIB)
        assert not is_refused(store)
        assert is_refused(store, 0) == "store_bytes"
        add_set(store, 2 * MIB)
        assert is_refused(store) == "store_bytes"


def test_a_store_has_room_again_when_data_is_deleted(path: Path) -> None:
    with opened(path, store_bytes=10 * MIB) as store:
        uids = [add_set(store, 4 * MIB) for _ in range(3)]
        assert is_refused(store) == "store_bytes"
        store.write(lambda writer: writer.delete_training_set(uids[0])).result()
        while store.maintain():
            pass
        assert not is_refused(store)
        assert is_refused(store, 2 * MIB) == "store_bytes"


def test_a_full_store_is_full_when_it_is_opened(path: Path) -> None:
    with opened(path) as store:
        add_set(store, 4 * MIB)
    with opened(path, store_bytes=2 * MIB) as store, pytest.raises(StoreFull) as error:
        store.require_room()
    assert error.value.metadata == {"limit": "store_bytes", "value": str(2 * MIB)}
    assert "of its quota of 2.0 MiB (store_bytes)" in error.value.message


def test_history_that_is_written_nevertheless_is_stored(path: Path) -> None:
    """A run that ends, or is cancelled, must be able to say so."""
    with opened(path, store_bytes=1) as store:
        story: Story = begin(store)
        append(store, story.opening())
        append(store, story.growth())
        assert is_refused(store) == "store_bytes"


def disk(monkeypatch: pytest.MonkeyPatch, free: int, size: int = 10_000 * MIB) -> None:
    """Pretend that the disk has so many bytes."""
    found = SimpleNamespace(f_frsize=4096, f_bavail=free // 4096, f_blocks=size // 4096)
    monkeypatch.setattr(os, "statvfs", lambda _: found)


def test_space_stays_free_on_the_disk(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk(monkeypatch, 300 * MIB)
    with opened(path, free_bytes=256 * MIB) as store:
        assert not is_refused(store)
        assert is_refused(store, 50 * MIB) == "free_bytes"
        disk(monkeypatch, 255 * MIB)
        assert is_refused(store) == "free_bytes"
        with pytest.raises(StoreFull, match=r"has 255\.0 MiB free, and 256\.0 MiB must stay free"):
            store.require_room()
        disk(monkeypatch, 300 * MIB)
        assert not is_refused(store)


def test_at_most_a_tenth_of_a_small_disk_stays_free(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk(monkeypatch, 11 * MIB, size=100 * MIB)
    with opened(path, free_bytes=256 * MIB) as store:
        assert not is_refused(store)
        disk(monkeypatch, 9 * MIB, size=100 * MIB)
        assert is_refused(store) == "free_bytes"


def test_nothing_needs_to_stay_free(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk(monkeypatch, 0)
    with opened(path, free_bytes=0) as store:
        assert not is_refused(store)


def test_space_inside_the_file_counts_as_free(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(Limits(free_bytes=10 * MIB))
    disk(monkeypatch, 8 * MIB)
    room.measure(path.parent, 0, 0)
    with pytest.raises(StoreFull):
        room.require()
    room.measure(path.parent, 0, 3 * MIB)
    room.require()


def test_a_store_with_much_room_does_not_measure_it_after_every_commit(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = SetClock()
    store = SqliteStore(path, clock, Limits())
    disk(monkeypatch, 5_000 * MIB)
    measured: list[int] = []
    monkeypatch.setattr(store, "_measure_room", measured.append)
    for _ in range(20):
        store.write(lambda writer: writer.count_networks()).result()
    store.close()
    assert measured == []
