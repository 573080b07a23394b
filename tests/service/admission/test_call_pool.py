"""The threads of a pool do all work, as much at the same time as there are threads."""

import asyncio
from collections.abc import Iterator
from threading import Barrier
from typing import Any

import pytest
from patience import PATIENCE

from service.admission.call_pool import CallPool
from service.admission.fair_queue import FairQueue
from service.admission.time_slices import TimeSlices
from service.threads import Job

THREADS = 8


@pytest.fixture
def pool() -> Iterator[CallPool]:
    queue: FairQueue[Job[Any]] = FairQueue(1_000, 1_000, THREADS)
    pool = CallPool(queue, THREADS, "test", TimeSlices(THREADS))
    yield pool
    assert pool.stop()


async def test_as_many_calls_as_threads_work_at_the_same_time(pool: CallPool) -> None:
    for _ in range(200):
        barrier = Barrier(THREADS, timeout=60)
        calls = [pool.run("one", barrier.wait) for _ in range(THREADS)]
        assert sorted(await asyncio.gather(*calls)) == list(range(THREADS))


async def test_no_work_is_forgotten(pool: CallPool) -> None:
    async def repeat(client: str) -> int:
        return sum([await pool.run(client, lambda: 1) for _ in range(200)])

    async with asyncio.timeout(PATIENCE):
        done = await asyncio.gather(*(repeat(f"client {number}") for number in range(20)))
    assert done == [200] * 20
    assert pool.waiting == 0


async def test_work_of_a_client_at_its_limit_is_done_later() -> None:
    queue: FairQueue[Job[Any]] = FairQueue(1_000, 1_000, 1)
    pool = CallPool(queue, 4, "test", TimeSlices(4))
    running = 0

    def work() -> int:
        nonlocal running
        running += 1
        found, running = running, running - 1
        return found

    async with asyncio.timeout(PATIENCE):
        assert await asyncio.gather(*(pool.run("one", work) for _ in range(500))) == [1] * 500
    assert pool.stop()
