"""Merging of small neighbouring segments, in every store, does not change any data."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from histories import SetClock, Story, append, begin, same_segment

from storage import merging
from storage.queued_store import QueuedStore
from storage.sqlite import SqliteStore
from training.errors import DamagedHistory
from training.ports import Reader, Store
from training.run import RunState
from training.update import Addition, Segment

ALL = 10**6


@pytest.fixture(autouse=True)
def small_sizes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make a segment full at 10 updates, a piece of 6 segments, a tail of up to 3."""
    with monkeypatch.context() as patch:
        for name, value in (("FULL", 10), ("PIECE", 6), ("TAIL", 4), ("_OUTLINES", 7)):
            patch.setattr(merging, name, value)
        yield


def grow(store: Store, story: Story, *counts: int, state: RunState = RunState.RUNNING) -> None:
    """Open a run where there is none, and store segments of these counts; the last ends it."""
    if story.run is None or story.run.is_over:
        append(store, story.opening())
    additions: list[Addition] = [story.growth(count, validated=count != 2) for count in counts[:-1]]
    additions.append(story.growth(counts[-1], keyframe=True, state=state))
    for future in [
        store.write(lambda writer, addition=addition: writer.append(addition))
        for addition in additions
    ]:
        future.result()


def merge_all(store: Store) -> int:
    """Tidy up until nothing is left to do; return how many pieces that took."""
    pieces = 1
    while store.maintain():
        pieces += 1
    return pieces


def segments(store: Store, story: Story) -> list[Segment]:
    with store.read() as reader:
        return reader.segments(story.uid, 0, ALL, ALL)


def counts(store: Store, story: Story) -> list[int]:
    return [segment.count for segment in segments(store, story)]


def updates(reader: Reader, story: Story) -> object:
    """Return all that is said of the updates, whichever segments they are in."""
    found = reader.segments(story.uid, 0, ALL, ALL)
    return (
        reader.head(story.uid),
        reader.keyframe(story.uid, ALL).state.update,
        reader.run_events(story.uid, 0, 0, ALL),
        b"".join(segment.costs.tobytes() for segment in found),
        [
            (segment.kind, segment.run, segment.first_update + index, segment.run_offset + index)
            for segment in found
            for index in range(segment.count)
        ],
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([1, 1, 1], [1, 1, 1]),  # few at the end wait for more
        ([1] * 4, [4]),
        ([1] * 10, [10]),
        ([1] * 23, [10, 10, 1, 1, 1]),
        ([1] * 24, [10, 10, 4]),
        ([12, 1, 1], [12, 1, 1]),  # what is full stays
        ([1, 1, 12, 1], [2, 12, 1]),
        ([9, 9, 9], [18, 9]),
        ([1, 1, 1, 9, 1, 1], [12, 1, 1]),
        ([10, 3, 10, 3, 10], [10, 3, 10, 3, 10]),
        ([1, 1, 10, 9, 9, 3, 3, 12], [2, 10, 18, 6, 12]),
    ],
)
def test_small_neighbours_become_one(store: Store, before: list[int], after: list[int]) -> None:
    story = begin(store)
    grow(store, story, *before)
    with store.read() as reader:
        expected = updates(reader, story)
        merge_all(store)
        assert updates(reader, story) == expected  # who has a snapshot open sees what was there
    assert counts(store, story) == [1, *after]
    with store.read() as reader:
        assert updates(reader, story) == expected
        outlines = reader.outlines(story.uid, 0, ALL, ALL)
    assert outlines == [segment.outline() for segment in segments(store, story)]


def test_a_merged_segment_can_be_merged_again(store: Store) -> None:
    story = begin(store)
    for _ in range(33):
        grow(store, story, 1)
        store.maintain()
    assert counts(store, story)[:4] == [1, 10, 10, 10]
    grow(store, story, 1)
    merge_all(store)
    assert counts(store, story) == [1, 10, 10, 10, 4]


def test_runs_stay_apart_and_their_ends_are_merged(store: Store) -> None:
    story = begin(store)
    grow(store, story, 1, 2, state=RunState.SUCCEEDED)
    grow(store, story, 3, 1, 1, state=RunState.CANCELLED)
    grow(store, story, 1, 1)
    merge_all(store)
    found = segments(store, story)
    assert [(segment.run, segment.count) for segment in found] == [
        (0, 1), (1, 3), (2, 5), (3, 1), (3, 1)
    ]  # fmt: skip


def test_one_segment_is_durable_since_the_last_of_its_updates(store: Store) -> None:
    story = begin(store)
    grow(store, story, 1, 1, 1, 2)
    before = segments(store, story)
    merge_all(store)
    _, found = segments(store, story)
    assert same_segment(found, merging.merged(before[1:]))
    assert found.commit_time == before[-1].commit_time


def test_no_one_is_woken_by_it(store: Store) -> None:
    story = begin(store)
    grow(store, story, *[1] * 10)
    heard: list[object] = []
    store.on_commit(heard.append)
    merge_all(store)
    assert counts(store, story) == [1, 10]
    assert not heard


def test_each_piece_is_bounded(store: Store) -> None:
    stories = [begin(store, name) for name in ("a", "b")]
    for story in stories:
        grow(store, story, *[1] * 40)
    left = 82
    while store.maintain():
        now = sum(len(counts(store, story)) for story in stories)
        assert left - now <= 5
        left = now
    assert left == 10


def test_segments_that_were_deleted_or_changed_are_not_merged(store: Store) -> None:
    assert isinstance(store, QueuedStore)
    story, other = begin(store), begin(store, "other")
    for each in (story, other):
        grow(store, each, *[1] * 5)
    group, gone = segments(store, story)[1:], segments(store, other)[1:]
    store.write(lambda writer: writer.delete_network(other.uid)).result()
    for late in (group[:3], group[1:], gone):
        place = partial(store._replace, group=late, segment=merging.merged(late))
        store.write(place).result()
    assert counts(store, story) == [1, 3, 1, 1]
    merge_all(store)
    with store.read() as reader:
        assert reader.count_networks() == 1


def test_small_segments_are_found_after_a_start(path: Path, clock: SetClock) -> None:
    store = SqliteStore(path, clock)
    stories = [begin(store, f"net-{number}") for number in range(3)]
    for story in stories:
        grow(store, story, *[1] * 20)
    store.close()
    store = SqliteStore(path, clock)
    merge_all(store)
    assert [counts(store, story) for story in stories] == [[1, 10, 10]] * 3
    store.close()


@pytest.mark.parametrize("column", ["costs", "min_cost", "crc", "update_count", "first_update"])
def test_corrupt_segments_are_neither_merged_nor_hidden(
    path: Path, clock: SetClock, column: str
) -> None:
    store = SqliteStore(path, clock)
    story = begin(store)
    grow(store, story, *[1] * 20)
    store.close()
    value = {"costs": np.array([7.0]).tobytes(), "first_update": 1000}.get(column, 7)
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"UPDATE segments SET {column} = ? WHERE first_update = 8", [value])  # noqa: S608
        database.commit()
        damaged = "SELECT * FROM segments WHERE first_update IN (8, 1000)"
        before = database.execute(damaged).fetchall()
        store = SqliteStore(path, clock)
        merge_all(store)
        assert database.execute(damaged).fetchall() == before
    with store.read() as reader:
        with pytest.raises(DamagedHistory, match="updates 8 to 8 of network net are corrupt"):
            reader.segments(story.uid, 8, 8, 1)
        assert [found.count for found in reader.segments(story.uid, 0, 7, ALL)] == [1, 7]
        rest = [found.count for found in reader.segments(story.uid, 9, 20, ALL)]
        assert rest == ([10, 2] if column == "first_update" else [10, 1, 1])
    assert store.maintain() is False
    store.close()
