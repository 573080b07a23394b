"""The checker of watches sees every fault that is planted, and none where there is none."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import rounds
from watch_checker import (
    Fault,
    FaultKind,
    Item,
    Mark,
    Shown,
    Stored,
    Stream,
    Truth,
    Turn,
    faults,
)

#: How many histories each fault is planted in.
EXAMPLES = rounds(40, 1_000)


@dataclass
class Story:
    """A made-up history, item after item."""

    items: list[Item] = field(default_factory=lambda: [Shown(0, "INITIAL", 0, b"", b"p0")])
    latest: int = 0
    turns: int = 0
    done: int = 0

    def update(self, kind: str, run: int) -> None:
        self.latest += 1
        cost = b"c%d" % self.latest if run else b""
        self.items.append(Shown(self.latest, kind, run, cost, b"p%d" % self.latest))

    def turn(self, run: int, state: str) -> None:
        self.turns += 1
        self.items.append(Turn(self.turns, self.latest, run, state, self.done))

    def run(self, number: int, updates: int, pause: int | None) -> None:
        """Let a run make so many updates, and edit the network where it pauses."""
        self.done = 0
        self.turn(number, "PENDING")
        self.turn(number, "RUNNING")
        for index in range(updates):
            if index == pause:
                self.turn(number, "PAUSED")
                self.update("EDIT", 0)
                self.turn(number, "RUNNING")
            self.update("GRADIENT", number)
            self.done += 1
        self.turn(number, "SUCCEEDED")

    @property
    def truth(self) -> Truth:
        return Truth(
            {item.number: item for item in self.items if isinstance(item, Shown)},
            {item.number: item for item in self.items if isinstance(item, Turn)},
        )


@st.composite
def stories(draw: st.DrawFn) -> Story:
    story = Story()
    for number in range(1, draw(st.integers(1, 3)) + 1):
        updates = draw(st.integers(2, 12))
        story.run(number, updates, draw(st.none() | st.integers(1, updates - 1)))
        if draw(st.booleans()):
            story.update("RESET", 0)
    return story


def faithful(story: Story, start: int, stride: int = 1, *, parameters: bool = True) -> Stream:
    """Return the stream that a service should send, said without the checker's words."""
    stream = Stream(start, stride, parameters)
    firsts = {
        next(item.number for item in story.items if isinstance(item, Shown) and item.run == run)
        for run in {item.run for item in story.items if isinstance(item, Shown) and item.run}
    }
    places = {item.place for item in story.items if isinstance(item, Turn)}
    for item in story.items:
        if isinstance(item, Shown):
            is_kept = item.kind != "GRADIENT" or item.number in firsts | places
            if item.number >= start and (is_kept or item.number % stride == 0):
                shown = item if parameters else item._replace(parameters=b"")
                stream.items.append(shown)
        elif isinstance(item, Turn) and item.place >= start - 1:
            stream.items.append(item)
    return stream


@st.composite
def feeds(draw: st.DrawFn) -> tuple[Story, Stream]:
    story = draw(stories())
    start, stride = draw(st.integers(0, story.latest + 1)), draw(st.integers(1, 7))
    return story, faithful(story, start, stride, parameters=draw(st.booleans()))


def marked(data: st.DataObject, stream: Stream) -> None:
    """Put a bookmark somewhere: it names the latest update that was delivered there."""
    numbers = [index for index, item in enumerate(stream.items) if isinstance(item, Shown)]
    if numbers:
        place = data.draw(st.sampled_from(numbers), "bookmark")
        stream.items.insert(place + 1, Mark(_shown(stream.items[place]).number))


def _shown(item: Item) -> Shown:
    assert isinstance(item, Shown)
    return item


@given(feeds(), st.lists(st.integers(0, 9), max_size=3), st.data())
def test_a_faithful_feed_has_no_fault_however_it_is_cut_and_resumed(
    feed: tuple[Story, Stream], cuts: list[int], data: st.DataObject
) -> None:
    story, stream = feed
    streams = [stream]
    for cut in cuts:
        stream.items = stream.items[:cut]
        assert stream.next is not None
        stream = faithful(story, stream.next, stream.stride, parameters=stream.parameters)
        streams.append(stream)
    for each in streams:
        marked(data, each)
    assert not faults(streams, story.truth)


@given(stories(), st.data())
def test_a_faithful_feed_without_a_start_has_no_fault(story: Story, data: st.DataObject) -> None:
    latest = data.draw(st.integers(0, story.latest), "latest")
    stream = faithful(story, latest + 1)
    # Of the run events at this place those to come: how many these are nobody can tell.
    here = [item for item in stream.items if isinstance(item, Turn) and item.place == latest]
    passed = data.draw(st.integers(0, len(here)), "passed")
    stream.start = None
    stream.items = [Mark(latest), *stream.items[passed:]]
    assert not faults([stream], story.truth)


@given(stories(), st.data())
def test_a_watcher_that_fell_behind_goes_on_where_the_history_then_begins(
    story: Story, data: st.DataObject
) -> None:
    first = faithful(story, 0)
    cut = data.draw(st.integers(1, len(first.items) - 1), "cut")
    first.items = first.items[:cut]
    assert first.next is not None
    earliest = data.draw(st.integers(first.next + 1, story.latest + 2), "earliest")
    first.reason, first.said = "HISTORY_COMPACTED", {"earliest_update": earliest}
    assert not faults([first, faithful(story, earliest)], story.truth)
    # The same without being told so is a gap.
    first.reason = ""
    assert kinds(faults([first, faithful(story, earliest)], story.truth)) == {
        FaultKind.RESUMED_ELSEWHERE
    }


def kinds(found: list[Fault]) -> set[FaultKind]:
    return {fault.kind for fault in found}


#: Spoils a stream at one of its items, by its index.
Spoil = Callable[[Stream, int], None]


def swap(stream: Stream, index: int) -> None:
    items = stream.items
    items[index], items[index + 1] = items[index + 1], items[index]


def drop(stream: Stream, index: int) -> None:
    del stream.items[index]


def repeat(stream: Stream, index: int) -> None:
    stream.items.insert(index + 1, stream.items[index])


def repeat_at_the_end(stream: Stream, index: int) -> None:
    stream.items.append(stream.items[index])


def change_parameters(stream: Stream, index: int) -> None:
    stream.items[index] = _shown(stream.items[index])._replace(parameters=b"other")


def change_cost(stream: Stream, index: int) -> None:
    stream.items[index] = _shown(stream.items[index])._replace(cost=b"other")


def change_run(stream: Stream, index: int) -> None:
    stream.items[index] = _shown(stream.items[index])._replace(run=9)


def change_state(stream: Stream, index: int) -> None:
    turn = stream.items[index]
    assert isinstance(turn, Turn)
    stream.items[index] = turn._replace(state="FAILED")


def mark_ahead(stream: Stream, index: int) -> None:
    stream.items.insert(index, Mark(_shown(stream.items[index]).number))


def mark_behind(stream: Stream, index: int) -> None:
    stream.items.insert(index + 1, Mark(_shown(stream.items[index]).number - 1))


def make_up_an_update(stream: Stream, index: int) -> None:
    stream.items.append(Shown(10**6, "GRADIENT", 1, b"c", b"p"))


def make_up_a_turn(stream: Stream, index: int) -> None:
    turn = stream.items[index]
    assert isinstance(turn, Turn)
    stream.items.append(turn._replace(number=99))


def show_before_the_start(stream: Stream, index: int) -> None:
    shown = _shown(stream.items[index])
    stream.start = shown.number + 1


def be_killed_before(stream: Stream, index: int) -> None:
    """The server was killed, and this was not stored yet."""
    item = stream.items[index]
    if isinstance(item, Shown):
        stream.stored = Stored(item.number - 1, 10**6)
    elif isinstance(item, Turn):
        stream.stored = Stored(10**6, item.number - 1)


UPDATE_FAULTS: list[tuple[Spoil, FaultKind]] = [
    (drop, FaultKind.GAP),
    (repeat, FaultKind.DUPLICATE),
    (repeat_at_the_end, FaultKind.DUPLICATE),
    (change_parameters, FaultKind.OTHER_BYTES),
    (change_cost, FaultKind.OTHER_BYTES),
    (change_run, FaultKind.OTHER_BYTES),
    (mark_ahead, FaultKind.BOOKMARK_AHEAD),
    (mark_behind, FaultKind.BOOKMARK_BEHIND),
    (make_up_an_update, FaultKind.NOT_DURABLE),
    (be_killed_before, FaultKind.NOT_DURABLE),
    (show_before_the_start, FaultKind.NOT_ASKED_FOR),
]
TURN_FAULTS: list[tuple[Spoil, FaultKind]] = [
    (drop, FaultKind.EVENT_MISSING),
    (repeat, FaultKind.EVENT_TWICE),
    (repeat_at_the_end, FaultKind.EVENT_TWICE),
    (swap, FaultKind.EVENT_MISPLACED),
    (change_state, FaultKind.OTHER_BYTES),
    (make_up_a_turn, FaultKind.NOT_DURABLE),
    (be_killed_before, FaultKind.NOT_DURABLE),
]


def spoilt(
    story: Story, stride: int, kind: type[Item], spoil: Spoil, data: st.DataObject
) -> set[FaultKind]:
    """Spoil a faithful stream at some item of a kind that is not its last; return what is seen."""
    stream = faithful(story, 0, stride)
    places = [place for place, item in enumerate(stream.items[:-1]) if isinstance(item, kind)]
    spoil(stream, data.draw(st.sampled_from(places), "place"))
    return kinds(faults([stream], story.truth))


@pytest.mark.parametrize(("spoil", "kind"), UPDATE_FAULTS)
@settings(max_examples=EXAMPLES)
@given(story=stories(), stride=st.integers(1, 7), data=st.data())
def test_what_is_wrong_with_an_update_is_seen(
    spoil: Spoil, kind: FaultKind, story: Story, stride: int, data: st.DataObject
) -> None:
    assert kind in spoilt(story, stride, Shown, spoil, data)


@pytest.mark.parametrize(("spoil", "kind"), TURN_FAULTS)
@settings(max_examples=EXAMPLES)
@given(story=stories(), stride=st.integers(1, 7), data=st.data())
def test_what_is_wrong_with_a_run_event_is_seen(
    spoil: Spoil, kind: FaultKind, story: Story, stride: int, data: st.DataObject
) -> None:
    assert kind in spoilt(story, stride, Turn, spoil, data)


@given(story=stories(), stride=st.integers(1, 7), data=st.data())
def test_an_update_after_a_later_one_is_seen(
    story: Story, stride: int, data: st.DataObject
) -> None:
    stream = faithful(story, 0, stride)
    places = [place for place, item in enumerate(stream.items) if isinstance(item, Shown)]
    first, second = sorted(
        data.draw(st.lists(st.sampled_from(places), min_size=2, max_size=2, unique=True), "places")
    )
    stream.items.insert(second, stream.items.pop(first))
    assert FaultKind.OUT_OF_ORDER in kinds(faults([stream], story.truth))


def _after(item: Item) -> int:
    """Return the number of the last update that may lie before an item."""
    assert not isinstance(item, Mark)
    return item.place if isinstance(item, Turn) else item.number - 1


@given(stories(), st.data())
def test_what_a_stride_should_have_passed_over_is_seen(story: Story, data: st.DataObject) -> None:
    stream = faithful(story, 0, 10**6)
    passed = [item for item in faithful(story, 0).items if item not in stream.items]
    if passed:
        item = _shown(data.draw(st.sampled_from(passed), "passed over"))
        later = next(
            place for place, other in enumerate(stream.items) if _after(other) >= item.number
        )
        stream.items.insert(later, item)
        assert kinds(faults([stream], story.truth)) == {FaultKind.NOT_ASKED_FOR}


@given(stories(), st.data())
def test_a_resumed_stream_that_leaves_something_out_is_seen(
    story: Story, data: st.DataObject
) -> None:
    first = faithful(story, 0)
    first.items = first.items[: data.draw(st.integers(1, len(first.items) - 2), "cut")]
    assert first.next is not None
    second = faithful(story, first.next)
    left_out = data.draw(st.integers(0, len(second.items) - 2), "left out")
    was = second.items.pop(left_out)
    kind = FaultKind.GAP if isinstance(was, Shown) else FaultKind.EVENT_MISSING
    assert kind in kinds(faults([first, second], story.truth))


@pytest.mark.parametrize("reason", ["UPDATE_OUT_OF_RANGE", "StatusCode.INTERNAL"])
def test_an_end_for_no_good_reason_is_seen(reason: str) -> None:
    story = Story()
    stream = faithful(story, 0)
    stream.reason = reason
    assert kinds(faults([stream], story.truth)) == {FaultKind.WRONGLY_ENDED}


def test_a_refusal_of_what_is_kept_is_seen() -> None:
    story = Story()
    stream = faithful(story, 0)
    stream.reason, stream.said = "HISTORY_COMPACTED", {"earliest_update": 1}
    assert kinds(faults([stream], story.truth)) == {FaultKind.WRONGLY_ENDED}


@given(feeds(), st.data())
def test_a_place_to_resume_from_that_leaves_out_or_repeats_something_is_seen(
    feed: tuple[Story, Stream], data: st.DataObject
) -> None:
    story, stream = feed
    following = [item.number for item in stream.items if isinstance(item, Shown)]
    following.append(story.latest + 1)
    stream.items = stream.items[: data.draw(st.integers(0, len(stream.items)), "cut")]
    last = max((item.number for item in stream.items if isinstance(item, Shown)), default=-1)
    stream.reason = "DRAINING"
    for place in range(story.latest + 2):
        stream.said = {"next_update": place}
        first = max(last + 1, stream.start or 0)
        is_right = first <= place <= min(number for number in following if number > last)
        assert kinds(faults([stream], story.truth)) == (
            set() if is_right else {FaultKind.SENT_ELSEWHERE}
        )
