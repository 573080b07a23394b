"""Wherever a watch is interrupted, every update is read once and in order."""

from collections.abc import Callable, Sequence

import pytest
from clearprop import ClearpropError, Columns, RunEvent
from clearprop.v1.run_pb2 import (
    RUN_STATE_PAUSED,
    RUN_STATE_RUNNING,
    RUN_STATE_SUCCEEDED,
    Run,
    RunState,
)
from clearprop.v1.run_pb2 import RunEvent as EventMessage
from clearprop.v1.training_service_pb2 import (
    Bookmark,
    UpdateBatch,
    WatchUpdatesRequest,
    WatchUpdatesResponse,
)
from clearprop.v1.update_pb2 import Update, UpdateColumns
from clearprop.watches import Received, WatchCursor, watch_request
from hypothesis import given
from hypothesis import strategies as st


def updates(*numbers: int) -> WatchUpdatesResponse:
    return WatchUpdatesResponse(
        updates=UpdateBatch(updates=[Update(update=number) for number in numbers])
    )


def event(
    number: int, after: int, state: RunState.ValueType = RUN_STATE_RUNNING, run: int = 1
) -> WatchUpdatesResponse:
    return WatchUpdatesResponse(
        run_event=EventMessage(event=number, update=after, run=Run(run=run, state=state))
    )


def bookmark(latest: int) -> WatchUpdatesResponse:
    return WatchUpdatesResponse(bookmark=Bookmark(latest_update=latest))


def columns(first: int, count: int, stride: int = 1) -> WatchUpdatesResponse:
    """Columns whose costs are the numbers of the updates, and whose parameters these and 0.5."""
    numbers = range(first, first + count * stride, stride)
    return WatchUpdatesResponse(
        columns=UpdateColumns(
            first_update=first,
            stride=stride,
            count=count,
            costs=numbers,
            parameters=[value for number in numbers for value in (number, 0.5)],
        )
    )


def as_columns(response: WatchUpdatesResponse) -> WatchUpdatesResponse:
    """The same message, with updates as columns."""
    batch = response.updates.updates
    return columns(batch[0].update, len(batch)) if batch else response


def names(items: Sequence[Received]) -> list[str]:
    return [name for item in items for name in names_of(item)]


def names_of(item: Received) -> list[str]:
    if isinstance(item, Columns):
        assert item.costs.tolist() == list(item.numbers)
        assert item.parameters.tolist() == [[number, 0.5] for number in item.numbers]
        return [str(number) for number in item.numbers]
    return [f"event {item.number}" if isinstance(item, RunEvent) else f"{item.number}"]


def history(last: int, event_places: list[int]) -> list[WatchUpdatesResponse]:
    """All that happened, single update by single update, with events after those places."""
    parts = []
    number = 0
    for update in range(last + 1):
        parts.append(updates(update))
        for _ in range(event_places.count(update)):
            number += 1
            parts.append(event(number, update))
    parts.append(event(number + 1, last, RUN_STATE_SUCCEEDED))
    return parts


def serve(parts: list[WatchUpdatesResponse], start: int) -> list[WatchUpdatesResponse]:
    """What a server sends from `start`: the updates from there, the events from right before it."""
    served = []
    for part in parts:
        if part.HasField("updates"):
            if part.updates.updates[0].update >= start:
                served.append(part)
        elif part.run_event.update >= start - 1:
            served.append(part)
    return served


def batched(parts: list[WatchUpdatesResponse], size: int) -> list[WatchUpdatesResponse]:
    """The same with up to `size` updates in a message, and bookmarks in between."""
    messages: list[WatchUpdatesResponse] = []
    for part in parts:
        last = messages[-1] if messages else None
        if (
            last is not None
            and part.HasField("updates")
            and last.HasField("updates")
            and len(last.updates.updates) < size
        ):
            last.updates.updates.extend(part.updates.updates)
        else:
            messages.append(WatchUpdatesResponse.FromString(part.SerializeToString()))
    return messages


@given(
    last=st.integers(0, 30),
    places=st.lists(st.integers(0, 30), max_size=6),
    cuts=st.lists(st.tuples(st.integers(0, 8), st.integers(1, 7)), max_size=12),
    form=st.sampled_from([as_columns, lambda response: response]),
)
def test_a_history_is_read_completely_in_order_and_once(
    last: int,
    places: list[int],
    cuts: list[tuple[int, int]],
    form: Callable[[WatchUpdatesResponse], WatchUpdatesResponse],
) -> None:
    parts = history(last, [min(place, last) for place in places])
    whole = WatchCursor(watch_request("n", "u", start=0, until_run=1))
    expected = [name for part in parts for name in names(whole.read(part))]

    cursor = WatchCursor(watch_request("n", "u", start=0, until_run=1))
    read: list[str] = []
    for messages_until_cut, batch in [*cuts, (10_000, 5)]:
        served = batched(serve(parts, cursor.request().start_update), batch)
        for message in served[:messages_until_cut]:
            read += names(cursor.read(form(message)))
    assert read == expected
    assert cursor.complete


def test_a_watch_without_a_start_resumes_at_its_first_bookmark() -> None:
    cursor = WatchCursor(watch_request("n", "u"))
    assert not cursor.request().HasField("start_update")
    assert cursor.read(bookmark(41)) == []
    assert cursor.request().start_update == 42
    assert names(cursor.read(updates(42, 43))) == ["42", "43"]
    assert cursor.request().start_update == 44


def test_the_options_of_a_watch_are_requested_again() -> None:
    asked = watch_request("n", "u", start=5, stride=10, detail="cost", until_run=3)
    cursor = WatchCursor(asked)
    cursor.read(updates(10))
    expected = WatchUpdatesRequest()
    expected.CopyFrom(asked)
    expected.start_update = 11
    expected.received.CopyFrom(cursor.request().received)
    assert cursor.request() == expected
    assert asked.start_update == 5


@pytest.mark.parametrize("form", [as_columns, lambda response: response])
def test_the_last_update_is_compared_when_a_watch_resumes(
    form: Callable[[WatchUpdatesResponse], WatchUpdatesResponse],
) -> None:
    cursor = WatchCursor(watch_request("n", "u", start=0))
    assert not cursor.request().HasField("received")
    message = updates(0, 1)
    message.updates.updates[-1].cost = 1.0
    cursor.read(form(message))
    received = cursor.request().received
    assert (received.update, received.cost) == (1, 1.0)


def test_later_bookmarks_do_not_move_the_position() -> None:
    """A run that is cancelled while paused makes its latest update the last: it still comes."""
    cursor = WatchCursor(watch_request("n", "u", start=0, stride=10))
    cursor.read(updates(0, 10))
    cursor.read(event(1, 17, RUN_STATE_PAUSED))
    cursor.read(bookmark(17))
    assert cursor.request().start_update == 11
    assert names(cursor.read(updates(17))) == ["17"]


def test_a_gap_is_always_an_error() -> None:
    cursor = WatchCursor(watch_request("n", "u", start=3))
    cursor.read(updates(3, 4))
    with pytest.raises(ClearpropError) as caught:
        cursor.read(updates(6))
    assert caught.value.reason == "GAP_IN_WATCH"
    assert caught.value.metadata == {"network": "n", "expected": "5", "found": "6"}
    assert not caught.value.is_transient


def test_a_gap_at_the_start_is_always_an_error() -> None:
    with pytest.raises(ClearpropError, match="delivered update 4 instead of 3"):
        WatchCursor(watch_request("n", "u", start=3)).read(updates(4))


def test_repeated_updates_are_read_once() -> None:
    cursor = WatchCursor(watch_request("n", "u", start=0))
    assert names(cursor.read(updates(0, 1, 2))) == ["0", "1", "2"]
    assert names(cursor.read(updates(1, 2, 3))) == ["3"]
    assert names(cursor.read(event(1, 3))) == ["event 1"]
    assert names(cursor.read(event(1, 3))) == []


def test_repeated_rows_are_read_once_and_a_gap_is_always_an_error() -> None:
    cursor = WatchCursor(watch_request("n", "u", start=0, columns=True))
    assert names(cursor.read(columns(0, 3))) == ["0", "1", "2"]
    assert names(cursor.read(columns(1, 2))) == []
    assert names(cursor.read(columns(1, 4))) == ["3", "4"]
    with pytest.raises(ClearpropError, match="delivered update 6 instead of 5"):
        cursor.read(columns(6, 2))
    thinned = WatchCursor(watch_request("n", "u", start=0, columns=True, stride=10))
    assert names(thinned.read(columns(10, 3, stride=10))) == ["10", "20", "30"]
    assert names(thinned.read(columns(20, 3, stride=10))) == ["40"]
    assert thinned.request().start_update == 41


def test_only_the_end_of_its_run_completes_a_watch() -> None:
    cursor = WatchCursor(watch_request("n", "u", start=0, until_run=2))
    cursor.read(event(1, 0, RUN_STATE_SUCCEEDED, run=1))
    cursor.read(event(2, 0, RUN_STATE_PAUSED, run=2))
    assert not cursor.complete
    cursor.read(event(3, 0, RUN_STATE_SUCCEEDED, run=2))
    assert cursor.complete
