"""The lease of a worker ends here before it ends in the store."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from histories import SetClock

from service.execution.lease import MARGIN_SECONDS, SECONDS, Lease
from storage.memory_store import MemoryStore


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def store(clock: SetClock) -> Iterator[MemoryStore]:
    store = MemoryStore(clock, is_shared=True)
    yield store
    store.close()


def living(store: MemoryStore) -> list[str]:
    with store.read() as reader:
        return [each.worker for each in reader.workers()]


def test_a_lease_ends_here_before_others_may_claim(store: MemoryStore, clock: SetClock) -> None:
    lease = Lease(store, clock)
    assert lease.seconds_left == 0.0
    lease.begin()
    clock.pass_(timedelta(seconds=SECONDS - MARGIN_SECONDS))
    assert lease.seconds_left == 0.0
    assert living(store) == [lease.worker]
    clock.pass_(timedelta(seconds=MARGIN_SECONDS))
    assert living(store) == []


def test_a_lease_that_is_renewed_in_time_goes_on(store: MemoryStore, clock: SetClock) -> None:
    lease = Lease(store, clock)
    lease.begin()
    first = lease.worker
    for _ in range(4):
        clock.pass_(timedelta(seconds=lease.seconds_to_renewal))
        assert lease.seconds_left > 0
        assert lease.seconds_to_renewal == 0
        assert lease.renew()
        assert lease.seconds_left == SECONDS - MARGIN_SECONDS
    assert living(store) == [first]


def test_an_ended_lease_is_followed_by_one_with_another_name(
    store: MemoryStore, clock: SetClock
) -> None:
    lease = Lease(store, clock)
    lease.begin()
    first = lease.worker
    ending = lease.end()
    assert ending is not None
    ending.result()
    assert living(store) == []
    assert lease.end() is None
    lease.begin()
    assert lease.worker != first


def test_a_store_that_does_not_answer_in_time_ends_the_attempt(
    store: MemoryStore, clock: SetClock
) -> None:
    lease = Lease(store, clock)
    lease.begin()
    clock.pass_(timedelta(seconds=SECONDS))
    with store._writing, pytest.raises(TimeoutError):
        lease.renew()
