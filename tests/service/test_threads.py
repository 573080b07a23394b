"""Threads for work of the server itself."""

import asyncio
import weakref
from threading import Event

import pytest
from patience import PATIENCE

from service.threads import Threads


class Result:
    pass


async def test_they_return_results_and_raise_errors(threads: Threads) -> None:
    assert await threads.run(int, "7") == 7
    with pytest.raises(ValueError, match="seven"):
        await threads.run(int, "seven")


async def test_work_that_nobody_waits_for_is_not_begun() -> None:
    threads = Threads(1, "only")
    may_end = Event()
    done: list[int] = []
    first = threads.begin(may_end.wait, PATIENCE)
    second = threads.begin(done.append, 2)
    second.cancel()
    may_end.set()
    assert await first
    await threads.run(done.append, 3)
    assert done == [3]
    threads.stop()


def test_an_event_loop_can_close_before_its_work_ends(threads: Threads) -> None:
    may_end, ended = Event(), Event()

    def work() -> None:
        may_end.wait(PATIENCE)

    async def begin() -> None:
        threads.begin(work)

    asyncio.run(begin())
    may_end.set()
    asyncio.run(threads.run(ended.set))
    assert ended.is_set()


async def test_a_thread_that_waits_keeps_neither_its_last_work_nor_the_result(
    threads: Threads,
) -> None:
    loop, gone = asyncio.get_running_loop(), asyncio.Event()
    result = await threads.run(Result)
    kept = weakref.ref(result, lambda _: loop.call_soon_threadsafe(gone.set))
    del result
    async with asyncio.timeout(PATIENCE):
        await gone.wait()
    assert kept() is None
