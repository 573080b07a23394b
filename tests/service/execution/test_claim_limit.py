"""How many runs a worker claims at once."""

from service.execution.claim_limit import POLL_SECONDS, ClaimLimit

LONG = 60.0


def test_a_worker_first_claims_one_run_for_each_free_thread() -> None:
    limit = ClaimLimit(threads=4)
    assert limit.next(executed=0, now=0.0) == 4
    limit.claimed(count=3, limit=4, now=0.0, seconds=0.0)
    assert limit.next(executed=3, now=LONG) == 1


def test_it_claims_more_if_runs_still_wait_after_a_moment_up_to_a_maximum() -> None:
    limit, executed, now = ClaimLimit(threads=2), 0, 0.0
    taken = []
    while not limit.is_full(executed):
        count = limit.next(executed, now)
        taken.append(count)
        limit.claimed(count, count, now, seconds=0.0)
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
        limit.claimed(count, count, now, seconds=0.0)
        now += POLL_SECONDS / 10
    assert taken == [2, 3, 5, 8]
    limit.claimed(count=1, limit=8, now=now, seconds=0.0)  # there are no more
    assert limit.next(executed=0, now=now + LONG) == 2


def test_runs_that_are_not_short_are_not_claimed_in_advance() -> None:
    limit = ClaimLimit(threads=2)
    for index in range(4):
        now = index * LONG
        assert limit.next(executed=1, now=now) == 1
        limit.claimed(1, 1, now, seconds=0.0)


def test_a_worker_looks_less_often_where_looking_takes_long() -> None:
    limit = ClaimLimit(threads=1)
    limit.claimed(count=0, limit=1, now=0.0, seconds=0.001)
    assert limit.is_due(POLL_SECONDS)
    limit.claimed(count=0, limit=1, now=0.0, seconds=0.1)  # this may be chance
    assert limit.is_due(POLL_SECONDS)
    for _ in range(10):
        limit.claimed(count=0, limit=1, now=0.0, seconds=0.1)
    assert not limit.is_due(1.0)
    assert limit.is_due(2.0)
