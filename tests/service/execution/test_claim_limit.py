"""How many runs a worker claims at once."""

from service.execution.claim_limit import POLL_SECONDS, ClaimLimit, pause_among

LONG = 60.0


def test_a_worker_first_claims_one_run_for_each_free_thread() -> None:
    limit = ClaimLimit(threads=4)
    assert limit.next(executed=0, now=0.0) == 4
    limit.claimed(count=3, limit=4, now=0.0, workers=2)
    assert limit.next(executed=3, now=LONG) == 1


def test_it_claims_more_if_runs_still_wait_after_a_moment_up_to_a_maximum() -> None:
    limit, executed, now = ClaimLimit(threads=2), 0, 0.0
    taken = []
    while not limit.is_full(executed):
        count = limit.next(executed, now)
        taken.append(count)
        limit.claimed(count, count, now, workers=2)
        executed += count
        assert limit.next(executed, now + POLL_SECONDS / 2) == 0
        now += POLL_SECONDS
    assert taken == [2, 2, 2, 2]
    assert limit.next(executed, LONG) == 0


def test_it_claims_short_runs_in_advance_as_long_as_there_are_any() -> None:
    limit, now = ClaimLimit(threads=2), 0.0
    taken = []
    for _ in range(4):  # all runs end at once
        count = limit.next(executed=0, now=now)
        taken.append(count)
        limit.claimed(count, count, now, workers=2)
        now += POLL_SECONDS / 10
    assert taken == [2, 3, 5, 8]
    limit.claimed(count=1, limit=8, now=now, workers=2)  # there are no more
    assert limit.next(executed=0, now=now + LONG) == 2


def test_runs_that_are_not_short_are_not_claimed_in_advance() -> None:
    limit = ClaimLimit(threads=2)
    for index in range(4):
        now = index * LONG
        assert limit.next(executed=1, now=now) == 1
        limit.claimed(1, 1, now, workers=2)


def test_the_more_workers_there_are_the_less_often_does_each_look() -> None:
    pauses = [pause_among(workers) for workers in (1, 100, 200, 300, 1_000, 10_000)]
    assert pauses == [POLL_SECONDS, POLL_SECONDS, 1.0, 1.5, 5.0, 5.0]
    limit = ClaimLimit(threads=1)
    limit.claimed(count=0, limit=1, now=0.0, workers=1_000)
    assert not limit.is_due(4.9)
    assert limit.is_due(5.0)
