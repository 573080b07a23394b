"""Segments, keyframes and events in every store, and the condition on the head."""

from dataclasses import replace
from math import isnan
from operator import itemgetter

import numpy as np
import pytest
from histories import ADAM, Story, append, begin, same_keyframe, same_segment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from promises import tries

from training.errors import DamagedHistory, HeadMoved, NetworkNotFound
from training.network import Array
from training.optimizer import OptimizerState
from training.ports import Store
from training.run import RunState
from training.update import Addition, Keyframe, Segment, SegmentOutline, State, UpdateKind

any_floats = arrays(np.float64, st.integers(1, 50), elements=st.floats(width=64))
# The store is shared by the examples: each has a network of its own.
shared_store = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=tries(25)
)


def grown(store: Store, *counts: int, network_id: str = "net") -> tuple[Story, list[Segment]]:
    """Store a history with segments of these counts after update 0; return all of them."""
    story = begin(store, network_id)
    append(store, story.opening())
    additions = [story.growth(count, validated=count > 1) for count in counts]
    for addition in additions:
        append(store, addition)
    first = Story(story.network).beginning()[1]
    return story, [first, *(addition.segment for addition in additions if addition.segment)]


def test_an_addition_is_stored_whole(store: Store) -> None:
    story = begin(store)
    opening = story.opening()
    append(store, opening)
    growth = story.growth(7, keyframe=True, state=RunState.SUCCEEDED)
    append(store, growth)
    with store.read() as reader:
        assert reader.head(story.uid) == growth.after
        assert reader.run(story.uid, 1) == growth.run
        assert reader.run_events(story.uid, 0, 0, 10) == [*opening.events, *growth.events]
        (_, segment) = reader.segments(story.uid, 0, 100, 10)
        assert growth.segment is not None
        assert same_segment(segment, growth.segment)
        assert growth.keyframe is not None
        assert same_keyframe(reader.keyframe(story.uid, 7), growth.keyframe)


def test_update_0_is_a_segment_and_a_keyframe(store: Store) -> None:
    story = begin(store)
    _, segment, keyframe = Story(story.network).beginning()
    with store.read() as reader:
        (found,) = reader.segments(story.uid, 0, 0, 10)
        assert same_segment(found, segment)
        assert same_keyframe(reader.keyframe(story.uid, 0), keyframe)


@pytest.mark.parametrize(
    ("first", "last", "limit", "expected"),
    [
        (0, 1000, 100, [0, 1, 2, 3, 4, 5]),
        (0, 0, 100, [0]),
        (1, 1, 100, [1]),
        (4, 4, 100, [2]),
        (5, 5, 100, [2]),
        (5, 6, 100, [2, 3]),
        (3, 15, 100, [1, 2, 3, 4]),
        (15, 1000, 100, [4, 5]),
        (16, 16, 100, [5]),
        (17, 1000, 100, []),
        (1000, 2000, 100, []),
        (0, 1000, 2, [0, 1]),
        (5, 1000, 3, [2, 3, 4]),
        (6, 5, 100, []),
    ],
)
def test_the_segments_that_overlap_a_range_are_found_in_order(
    store: Store, first: int, last: int, limit: int, expected: list[int]
) -> None:
    story, segments = grown(store, 3, 2, 1, 9, 1)
    with store.read() as reader:
        found = reader.segments(story.uid, first, last, limit)
    assert [segment.first_update for segment in found] == [
        segments[index].first_update for index in expected
    ]
    assert all(
        same_segment(one, segments[index]) for one, index in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("first", "last", "limit"), [(0, 1000, 100), (0, 0, 1), (5, 15, 100), (5, 1000, 2), (17, 99, 9)]
)
def test_outlines_are_those_of_the_segments(
    store: Store, first: int, last: int, limit: int
) -> None:
    story, _ = grown(store, 3, 2, 5, 5, 1)
    with store.read() as reader:
        segments = reader.segments(story.uid, first, last, limit)
        outlines = reader.outlines(story.uid, first, last, limit)
        assert outlines == [segment.outline() for segment in segments]
        with pytest.raises(NetworkNotFound):
            reader.outlines("unknown", first, last, limit)


def test_networks_do_not_see_each_others_segments(store: Store) -> None:
    stories = [grown(store, 3, 2, network_id=f"n{index}") for index in range(3)]
    with store.read() as reader:
        for story, segments in stories:
            found = reader.segments(story.uid, 0, 100, 100)
            assert all(map(same_segment, found, segments))
            assert len(found) == len(segments)


@pytest.mark.parametrize(("update", "expected"), [(0, 0), (2, 0), (3, 3), (8, 3), (9, 9), (99, 9)])
def test_the_latest_keyframe_at_or_before_an_update_is_found(
    store: Store, update: int, expected: int
) -> None:
    story = begin(store)
    append(store, story.opening())
    for count, keyframe in ((3, True), (5, False), (1, True), (4, False)):
        append(store, story.growth(count, keyframe=keyframe))
    with store.read() as reader:
        found = reader.keyframe(story.uid, update)
        assert reader.keyframe_update(story.uid, update) == expected
    assert same_keyframe(found, Keyframe(story.uid, story.state(expected)))


def test_no_keyframe_before_the_beginning_is_damage(store: Store) -> None:
    story = begin(store)
    with store.read() as reader, pytest.raises(DamagedHistory, match="network net"):
        reader.keyframe(story.uid, -1)
    with store.read() as reader, pytest.raises(DamagedHistory, match="network net"):
        reader.keyframe_update(story.uid, -1)


def test_events_are_found_by_their_place_and_their_number(store: Store) -> None:
    story = begin(store)
    additions = [
        story.opening(),  # event 1 after update 0
        story.growth(4),  # event 2, RUNNING, after update 4
        story.growth(3, state=RunState.PAUSED),  # event 3 after update 7
        story.change(RunState.CANCELLED),  # event 4 after update 7
        story.opening(),  # event 5 after update 7
    ]
    for addition in additions:
        append(store, addition)
    events = [event for addition in additions for event in addition.events]
    assert [(event.number, event.update) for event in events] == [
        (1, 0),
        (2, 4),
        (3, 7),
        (4, 7),
        (5, 7),
    ]
    with store.read() as reader:
        assert reader.run_events(story.uid, 0, 0, 100) == events
        assert reader.run_events(story.uid, 1, 0, 100) == events[1:]
        assert reader.run_events(story.uid, 7, 0, 100) == events[2:]
        assert reader.run_events(story.uid, 8, 0, 100) == []
        assert reader.run_events(story.uid, 0, 3, 100) == events[3:]
        assert reader.run_events(story.uid, 7, 3, 1) == events[3:4]
        assert reader.run_events(story.uid, 0, 0, 2) == events[:2]


def test_an_addition_for_an_older_head_is_refused_and_leaves_nothing(store: Store) -> None:
    story = begin(store, "net")
    append(store, story.opening())
    other = story.copy()
    append(store, story.growth(2))
    late = other.growth(5, keyframe=True, state=RunState.SUCCEEDED)
    with pytest.raises(HeadMoved, match="network net has changed") as error:
        append(store, late)
    assert error.value.metadata == {"network": "net"}
    with store.read() as reader:
        assert reader.head(story.uid) == story.head
        assert reader.run(story.uid, 1) == story.run
        assert [segment.count for segment in reader.segments(story.uid, 1, 100, 10)] == [2]
        assert reader.keyframe(story.uid, 100).state.update == 0
        assert len(reader.run_events(story.uid, 0, 0, 100)) == story.head.last_event


@pytest.mark.parametrize(
    "fact", ["latest_update", "active_run", "last_run", "last_event", "keyframe", "token"]
)
def test_every_fact_of_the_head_is_part_of_the_condition(store: Store, fact: str) -> None:
    story = begin(store)
    head = story.head
    wrong = replace(head, **{fact: getattr(head, fact) + 1})
    with pytest.raises(HeadMoved):
        append(store, Addition(wrong, replace(wrong, token=wrong.token + 1)))
    append(store, Addition(head, replace(head, token=head.token + 1)))


def test_of_two_writers_from_the_same_head_exactly_one_wins(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    for round_ in range(20):
        rivals = [story.copy() for _ in range(4)]
        additions = [rival.growth(index + 1) for index, rival in enumerate(rivals)]
        futures = [
            store.write(lambda writer, addition=addition: writer.append(addition))
            for addition in additions
        ]
        errors = [future.exception() for future in futures]
        winners = [index for index, error in enumerate(errors) if error is None]
        assert len(winners) == 1
        assert all(isinstance(error, HeadMoved) for error in errors if error)
        story = rivals[winners[0]]
        with store.read() as reader:
            assert reader.head(story.uid) == story.head, round_


def test_a_chain_that_missed_an_addition_is_refused_to_its_end(store: Store) -> None:
    """Also where the rival arrives at the very numbers that a later link was made for."""
    story = begin(store)
    append(store, story.opening())
    rival = story.copy()
    chain = [story.growth() for _ in range(4)]
    futures = [
        store.write(lambda writer, addition=addition: writer.append(addition))
        for addition in (rival.growth(), *chain)
    ]
    assert futures[0].exception() is None
    assert all(isinstance(future.exception(), HeadMoved) for future in futures[1:])
    with store.read() as reader:
        assert reader.head(story.uid) == rival.head


def test_a_new_token_alone_keeps_an_earlier_owner_out(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    owned = story.head.renewed()
    append(store, Addition(story.head, owned))
    with pytest.raises(HeadMoved):
        append(store, story.growth())
    with store.read() as reader:
        assert reader.head(story.uid) == owned


def test_additions_to_other_networks_do_not_disturb(store: Store) -> None:
    stories = [begin(store, f"n{index}") for index in range(4)]
    futures = []
    for story in stories:
        opening = story.opening()
        futures.append(store.write(lambda writer, addition=opening: writer.append(addition)))
    for _ in range(10):
        for story in stories:
            growth = story.growth(3)
            futures.append(store.write(lambda writer, addition=growth: writer.append(addition)))
    assert [future.exception() for future in futures] == [None] * len(futures)
    with store.read() as reader:
        for story in stories:
            assert reader.head(story.uid) == story.head


def broken_additions() -> dict[str, Addition]:
    """Return additions that only a mistake can make, by what is wrong with them."""
    story = Story()
    story.beginning()
    story.opening()
    good = story.growth(3, keyframe=True)
    segment, keyframe = good.segment, good.keyframe
    assert segment is not None
    assert keyframe is not None
    state = keyframe.state
    return {
        "a gap": replace(good, segment=replace(segment, first_update=2)),
        "an overlap": replace(good, segment=replace(segment, first_update=0)),
        "no update": replace(good, segment=replace(segment, count=0, costs=np.empty(0))),
        "a cost too few": replace(good, segment=replace(segment, costs=np.zeros(2))),
        "costs of no run": replace(good, segment=replace(segment, run=0)),
        "a head before its updates": replace(good, after=replace(good.after, latest_update=2)),
        "a head without updates": replace(good, segment=None),
        "a missing keyframe": replace(good, keyframe=None),
        "a keyframe of the future": replace(
            good, keyframe=replace(keyframe, state=State(4, state.parameters))
        ),
        "a keyframe of the past": replace(
            good,
            keyframe=replace(keyframe, state=State(0, state.parameters)),
            after=replace(good.after, keyframe=0),
        ),
        "a missing event": replace(good, events=()),
        "another network": replace(good, segment=replace(segment, network_uid="other")),
    }


@pytest.mark.parametrize("mistake", list(broken_additions()))
def test_an_addition_that_breaks_the_history_is_a_mistake(store: Store, mistake: str) -> None:
    story = begin(store)
    with pytest.raises(ValueError, match="an addition breaks a rule of the history"):
        append(store, broken_additions()[mistake])
    with store.read() as reader:
        assert reader.head(story.uid) == story.head


def check_extremes(outline: SegmentOutline, costs: Array) -> None:
    """Hold an outline of updates from 1 on to those of their costs that are numbers."""
    numbers = [(cost, update) for update, cost in enumerate(costs.tolist(), 1) if not isnan(cost)]
    lowest = min(numbers, default=(None, None))
    highest = max(numbers, key=itemgetter(0), default=(None, None))
    assert (outline.min_cost, outline.min_update) == lowest
    assert (outline.max_cost, outline.max_update) == highest
    assert "-0.0" not in map(str, (outline.min_cost, outline.max_cost))


@shared_store
@given(costs=any_floats)
def test_costs_keep_their_bits(store: Store, costs: Array) -> None:
    story = Story()
    store.write(lambda writer: writer.add_network(*story.beginning())).result()
    try:
        append(store, story.opening())
        growth = story.growth(costs=costs)
        append(store, growth)
        with store.read() as reader:
            (found,) = reader.segments(story.uid, 1, 100, 10)
            (outline,) = reader.outlines(story.uid, 1, 100, 10)
        assert growth.segment is not None
        assert same_segment(found, growth.segment)
        assert not found.costs.flags.writeable
        check_extremes(outline, costs)
    finally:
        store.write(lambda writer: writer.delete_network(story.uid)).result()


@shared_store
@given(parameters=any_floats)
def test_parameters_keep_their_bits(store: Store, parameters: Array) -> None:
    story = Story()
    network, segment, _ = story.beginning()
    keyframe = Keyframe(story.uid, State(0, parameters))
    store.write(lambda writer: writer.add_network(network, segment, keyframe)).result()
    try:
        with store.read() as reader:
            found = reader.keyframe(story.uid, 0)
        assert same_keyframe(found, keyframe)
        assert not found.state.parameters.flags.writeable
    finally:
        store.write(lambda writer: writer.delete_network(story.uid)).result()


@shared_store
@given(values=any_floats)
def test_an_optimizer_state_keeps_its_bits(store: Store, values: Array) -> None:
    story = Story()
    network, segment, _ = story.beginning()
    keyframe = Keyframe(story.uid, State(0, np.ones(3), OptimizerState(ADAM, values)))
    store.write(lambda writer: writer.add_network(network, segment, keyframe)).result()
    try:
        with store.read() as reader:
            found = reader.keyframe(story.uid, 0)
        assert same_keyframe(found, keyframe)
        assert found.state.optimizer_state is not None
        assert not found.state.optimizer_state.values.flags.writeable
    finally:
        store.write(lambda writer: writer.delete_network(story.uid)).result()


def test_stored_data_does_not_change_with_its_source(store: Store) -> None:
    costs, parameters, values = np.ones(2), np.ones(3), np.ones(8)
    story = Story()
    network, segment, _ = story.beginning()
    keyframe = Keyframe(story.uid, State(0, parameters, OptimizerState(ADAM, values)))
    store.write(lambda writer: writer.add_network(network, segment, keyframe)).result()
    append(store, story.opening())
    append(store, story.growth(costs=costs))
    costs[:], parameters[:], values[:] = 7.0, 7.0, 7.0
    with store.read() as reader:
        assert reader.segments(story.uid, 1, 2, 1)[0].costs.tolist() == [1.0, 1.0]
        state = reader.keyframe(story.uid, 0).state
    assert state.parameters.tolist() == [1.0, 1.0, 1.0]
    assert state.optimizer_state is not None
    assert state.optimizer_state.values.tolist() == [1.0] * 8


def test_a_segment_of_another_byte_order_reads_back_as_numbers(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    append(store, story.growth(costs=np.array([0.25, 3.0]).astype(">f8")))
    with store.read() as reader:
        costs = reader.segments(story.uid, 1, 2, 1)[0].costs
    assert costs.tolist() == [0.25, 3.0]
    assert costs.dtype == np.float64


def test_a_large_history_keeps_its_order(store: Store) -> None:
    story, segments = grown(store, *([1] * 300))
    found: list[Segment] = []
    with store.read() as reader:
        while page := reader.segments(story.uid, len(found), 10_000, 64):
            found += page
    assert [segment.first_update for segment in found] == list(range(301))
    assert all(map(same_segment, found, segments))


def test_a_missing_network_is_distinguished_from_a_moved_head(store: Store) -> None:
    story = Story()
    story.beginning()
    with pytest.raises(NetworkNotFound):
        append(store, story.opening())


def test_the_kind_of_an_update_is_kept(store: Store) -> None:
    story, _ = grown(store, 2)
    with store.read() as reader:
        kinds = [segment.kind for segment in reader.segments(story.uid, 0, 10, 10)]
    assert kinds == [UpdateKind.INITIAL, UpdateKind.GRADIENT]
