"""Whether a server accepts calls."""

import asyncio

from service.insight.readiness import Readiness, Status


async def test_each_change_is_passed_on_and_the_first_reason_counts() -> None:
    seen: list[Status] = []
    readiness = Readiness(asyncio.get_running_loop(), seen.append)
    assert readiness.status == Status("serving")

    await asyncio.to_thread(readiness.store_changed, is_writable=False)
    readiness.response_changed(is_responding=False)
    await asyncio.sleep(0)
    assert readiness.status.status == "store failing"
    readiness.store_changed(is_writable=True)
    await asyncio.sleep(0)
    assert readiness.status.status == "slow"
    readiness.response_changed(is_responding=True)
    assert seen[-1].is_ready
    assert [each.is_ready for each in seen[:-1]] == [False] * (len(seen) - 1)


async def test_a_server_that_stops_is_draining_permanently() -> None:
    readiness = Readiness(asyncio.get_running_loop(), lambda _: None)
    readiness.drain()
    readiness.response_changed(is_responding=True)
    assert readiness.status.status == "draining"
    assert not readiness.status.is_ready
