"""Downsampled histories: a few exact updates, with all peaks."""

from collections.abc import Iterator
from dataclasses import replace
from math import inf, isnan, nan

import numpy as np
import pytest
from histories import NOW, SetClock, Story, append, begin, make_network
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from promises import tries

from service.reading.downsampling import Point, downsample
from storage import open_store
from training.network import Array
from training.ports import Store
from training.update import Addition, Keyframe, Segment, UpdateKind


@pytest.fixture
def store() -> Iterator[Store]:
    store = open_store("memory:", SetClock())
    yield store
    store.close()


def add_other(store: Store, story: Story) -> None:
    """Add an update that no run made."""
    before, update = story.head, story.head.latest_update + 1
    after = replace(before.renewed(), latest_update=update, keyframe=update)
    segment = Segment(story.uid, UpdateKind.INITIAL, update, 1, NOW)
    append(store, Addition(before, after, segment, Keyframe(story.uid, story.state(update))))
    story.head = after


def told(store: Store, segments: list[list[float]]) -> Story:
    """Store a history of segments with these costs; an empty one is an update of no run."""
    with store.read() as reader:
        story = Story(make_network(f"net-{reader.count_networks()}"))
    store.write(lambda writer: writer.add_network(*story.beginning())).result()
    append(store, story.opening())
    for costs in segments:
        if costs:
            append(store, story.growth(costs=np.array(costs)))
        else:
            add_other(store, story)
    return story


def exact(store: Store, story: Story, first: int, last: int) -> dict[int, Point]:
    """Return all updates of a range by their numbers."""
    with store.read() as reader:
        return {
            segment.first_update + index: Point(
                segment.first_update + index,
                segment.kind,
                segment.run,
                segment.run_offset + index,
                float(segment.costs[index]) if segment.run else None,
            )
            for segment in reader.segments(story.uid, first, last, 10**6)
            for index in range(segment.count)
            if first <= segment.first_update + index <= last
        }


def downsampled(store: Store, story: Story, first: int, last: int, most: int) -> list[Point]:
    with store.read() as reader:
        return downsample(reader, story.uid, first, last, most)


def numbers(points: list[Point]) -> list[float]:
    return [point.cost for point in points if point.cost is not None and not isnan(point.cost)]


# Zeros have no sign in an outline.
costs = st.lists(
    st.floats(width=16).map(lambda cost: cost + 0.0) | st.integers(0, 3).map(float), max_size=30
) | st.integers(1, 30).map(lambda count: [nan] * count)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=tries(40))
@given(segments=st.lists(costs, min_size=3, max_size=20), data=st.data())
def test_points_are_updates_and_have_the_extremes_of_the_whole(
    store: Store, segments: list[list[float]], data: st.DataObject
) -> None:
    story = told(store, segments)
    first = data.draw(st.integers(0, story.head.latest_update - 2))
    last = data.draw(st.integers(first + 2, story.head.latest_update))
    most = data.draw(st.integers(2, last - first))
    points = downsampled(store, story, first, last, most)
    everything = exact(store, story, first, last)
    updates = [point.update for point in points]
    assert len(points) <= most
    assert updates == sorted(set(updates))
    assert {first, last} <= set(updates)
    assert repr(points) == repr([everything[update] for update in updates])  # NaN is not itself
    others = [point for point in everything.values() if not point.run]
    if len(others) <= (most - 3) // 2:
        assert [point for point in points if not point.run] == others
    if most >= 6 and (costs := numbers(list(everything.values()))):
        found = numbers(points)
        assert min(found) == min(costs)
        assert max(found) == max(costs)
    if most >= 6 and (made := [update for update, point in everything.items() if point.run]):
        assert min(made) in updates
    if most >= 6 and not numbers(list(everything.values())):
        assert any(point.cost is not None for point in points) == bool(made)
    assert repr(downsampled(store, story, first, last, most)) == repr(points)


@pytest.mark.parametrize("size", [1, 10, 100, 1000])
@pytest.mark.parametrize("cost", [nan, inf, -inf])
def test_stretches_without_a_finite_cost_are_shown(store: Store, cost: float, size: int) -> None:
    values = [*waves(500).tolist(), *[cost] * 500]
    story = told(store, [values[index : index + size] for index in range(0, 1000, size)])
    points = downsampled(store, story, 1, 1000, 203)
    shown = [point.update for point in points if repr(point.cost) == repr(cost)]
    assert len(shown) >= 45
    assert (shown[0], shown[-1]) == (501, 1000)


def waves(count: int) -> Array:
    """Return costs with a peak and a low at a place of its own in each ten."""
    costs = np.ones(count)
    places = np.arange(0, count, 10)
    costs[places + places // 10 % 9] = 2 + places
    costs[places + (places // 10 + 5) % 9] = -places
    return costs


@pytest.mark.parametrize("sizes", [[1000], [500, 500], [10] * 100, [5] * 200, [950, *[1] * 50]])
def test_each_stretch_shows_its_extremes(store: Store, sizes: list[int]) -> None:
    costs = waves(1000)
    ends = np.cumsum(sizes)[:-1].tolist()
    story = told(store, [part.tolist() for part in np.split(costs, ends)])
    points = downsampled(store, story, 1, 1000, 203)
    assert len(points) >= 195
    found = {point.cost for point in points}
    extremes = {float(cost) for cost in costs if cost != 1.0}
    assert found - {1.0} == extremes


def test_long_segments_alone_are_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    story = told(store, [[1.0, 2.0] * 50] * 20)
    with store.read() as reader:
        read: list[int] = []
        whole = type(reader).segments

        def segments(self: object, uid: str, first: int, last: int, limit: int) -> list[Segment]:
            read.append(first)
            return whole(self, uid, first, last, limit)  # type: ignore[arg-type]

        outlines = reader.outlines(story.uid, 0, 10**6, 10**6)
        monkeypatch.setattr(type(reader), "segments", segments)
        monkeypatch.setattr(type(reader), "outlines", lambda *_: outlines[1:])
        points = downsample(reader, story.uid, 1, 2000, 24)
        assert read == [1, 2000]  # for the first and the last
        downsample(reader, story.uid, 1, 2000, 203)
    assert len(read) == 2 + 22
    assert len(points) >= 20


def test_most_of_many_updates_without_a_run_are_left_out_evenly(store: Store) -> None:
    story = begin(store)
    for _ in range(99):
        add_other(store, story)
    append(store, story.opening())
    append(store, story.growth(costs=np.array([3.0, 1.0, 2.0, 5.0, 4.0, 4.5])))
    points = downsampled(store, story, 0, 105, 22)
    assert [point.update for point in points if point.run] == [100, 101, 103, 105]
    others = [point.update for point in points if not point.run]
    assert len(others) == 10
    assert max(np.diff(others)) <= 12
