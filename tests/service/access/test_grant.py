"""A grant ends at its time or when it is revoked, and so do the streams that depend on it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
from histories import SetClock
from patience import PATIENCE

from service.access.grant import Grant
from service.access.principal import Principal
from service.clock import SystemClock
from training.access import Scope
from training.errors import Unauthenticated

CI = Principal("token:ci", Scope.READ)


async def endless(first: int = 0) -> AsyncIterator[int]:
    """Yield some numbers, and then wait."""
    for number in range(first):
        yield number
    await asyncio.Event().wait()


def test_it_ends_at_its_time() -> None:
    clock = SetClock()
    grant = Grant(CI, clock, clock.now() + timedelta(seconds=1))
    grant.check()
    clock.pass_(timedelta(seconds=1))

    with pytest.raises(Unauthenticated, match="have expired, or were revoked"):
        grant.check()


async def test_without_an_end_it_lasts() -> None:
    items = Grant(CI, SetClock()).during(endless(3))
    assert [await anext(items) for _ in range(3)] == [0, 1, 2]


@pytest.mark.parametrize("end", [Grant.revoke, lambda _: None])
async def test_a_stream_that_waits_ends_with_it(end: Callable[[Grant], None]) -> None:
    clock = SystemClock()
    grant = Grant(CI, clock, clock.now() + timedelta(milliseconds=500))
    items = grant.during(endless(1))
    assert await anext(items) == 0
    waiting = asyncio.ensure_future(anext(items))
    await asyncio.sleep(0)
    end(grant)

    with pytest.raises(Unauthenticated):
        await asyncio.wait_for(waiting, PATIENCE)


async def test_a_stream_that_was_not_waiting_ends_before_its_next_item() -> None:
    grant = Grant(CI, SetClock())
    items = grant.during(endless(2))
    assert await anext(items) == 0
    grant.revoke()

    with pytest.raises(Unauthenticated):
        await anext(items)


async def test_timeouts_of_a_stream_are_its_own() -> None:
    async def failing() -> AsyncIterator[int]:
        async with asyncio.timeout(0):
            await asyncio.Event().wait()
        yield 0

    with pytest.raises(TimeoutError):
        await anext(Grant(CI, SetClock()).during(failing()))
