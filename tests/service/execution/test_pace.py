"""Segments are short for one worker, and long for a thousand: the database sets the pace."""

import pytest

from service.execution.pace import Pace
from training.trainer import SEGMENT_SECONDS

#: The segments that a database can write per second.
CAPACITY = 4_000


def settled(workers: int, transaction: float = 0.001) -> float:
    """Return the seconds of a segment when workers have shared a database for a while.

    A transaction takes longer by what more segments than the database can write have to wait.
    """
    pace, waiting = Pace(), 0.0
    for _ in range(10_000):
        passed = 0.01
        waiting = max(0.0, waiting + passed * (workers / pace.segment_seconds() - CAPACITY))
        pace.transaction_ended(transaction + waiting / CAPACITY, is_committed=True)
    return pace.segment_seconds()


@pytest.mark.parametrize("workers", [1, 10, 35])
def test_few_workers_make_segments_as_long_as_without_a_shared_database(workers: int) -> None:
    assert settled(workers) == SEGMENT_SECONDS


@pytest.mark.parametrize("workers", [100, 1_000, 3_000])
def test_many_workers_write_together_what_the_database_can_bear(workers: int) -> None:
    assert settled(workers) == pytest.approx(workers / CAPACITY, rel=0.05)


def test_a_database_beyond_its_limit_gets_fewer_transactions_at_once() -> None:
    pace = Pace()
    for _ in range(100):
        pace.transaction_ended(0.04, is_committed=True)
    for workers in (1, 100, 150, 1_000):
        length = pace.segment_seconds(workers=workers)
        at_once = workers * 0.04 / (length + 0.04)
        assert at_once == pytest.approx(min(workers / 3, 50), rel=0.001)


def test_segments_stay_short_enough_to_watch_and_failures_say_nothing() -> None:
    pace = Pace()
    pace.transaction_ended(100.0, is_committed=False)
    assert pace.segment_seconds() == SEGMENT_SECONDS
    pace.transaction_ended(100.0, is_committed=True)
    assert pace.segment_seconds() == 1.0


def test_segments_of_runs_that_share_a_thread_are_longer() -> None:
    pace = Pace()
    lengths = [pace.segment_seconds(sharing) for sharing in (0.5, 1, 4, 1_000)]
    assert lengths == [SEGMENT_SECONDS, SEGMENT_SECONDS, 4 * SEGMENT_SECONDS, 1.0]


def test_a_thousand_workers_begin_below_the_limit_of_a_small_database() -> None:
    assert Pace().segment_seconds(workers=1_000) == 0.5
