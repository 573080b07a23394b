"""Long walks are executed in the side process, which keeps them, with the same responses."""

from collections.abc import Iterator

import pytest
from explanations import update_of
from worlds import make_world

from service.execution.side_process import SideProcess
from service.faces import walk_responses
from service.faces.messages.walks import walked
from service.faces.walk_responses import walk_response
from service.use_cases.walks import BegunWalks, WalkPage
from training.batch_update import BatchUpdate
from training.cancellation import Cancellation, cancelled_by
from training.errors import CallCancelled, InvalidFields
from training.walking.walk import line_count


@pytest.fixture(scope="module")
def started() -> Iterator[SideProcess]:
    side_process = SideProcess()
    yield side_process
    side_process.stop()


@pytest.fixture(scope="module")
def long_update() -> BatchUpdate:
    update = update_of(make_world((2, 60, 20, 1), batch_size=4), 1)
    assert 40_000 < line_count(update) < 60_000
    return update


def page(update: BatchUpdate, first: int, count: int) -> WalkPage:
    return WalkPage(update, first, count, is_past=True)


def test_pages_from_the_side_process_are_those_of_the_walk(started: SideProcess) -> None:
    update = update_of(make_world((2, 9, 1), batch_size=4), 1)
    assert not page(update, 0, 1).is_short
    for first, count in ((0, 100), (100, 300), (700, 10_000)):
        expected = walked(BegunWalks().read(page(update, first, count)))
        assert walk_response(started, page(update, first, count)) == expected
        assert expected.walk.steps
    with pytest.raises(InvalidFields, match="must be within the walk"):
        walk_response(started, page(update, 100_000, 1))
    assert not walk_responses._BEGUN._begun  # the server keeps none


def test_a_short_walk_does_not_start_the_worker() -> None:
    side_process, update = SideProcess(), update_of(make_world(batch_size=1), 1)
    assert walk_response(side_process, page(update, 0, 10)).next_step == 10
    assert side_process._process is None


def test_a_long_walk_stops_when_it_is_cancelled(
    started: SideProcess, long_update: BatchUpdate
) -> None:
    short = page(update_of(make_world((2, 9, 1), batch_size=4), 1), 0, 1)
    walk_response(started, short)
    cancellation = Cancellation()
    cancellation.cancel(CallCancelled("over"))
    with cancelled_by(cancellation), pytest.raises(CallCancelled):
        walk_response(started, page(long_update, 0, 10_000))
    walk_response(started, short)
