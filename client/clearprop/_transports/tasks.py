"""Work on several items at once, as tasks of an event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from itertools import islice
from typing import Any, TypeVar

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


async def completed(
    work: Callable[[ItemT], Coroutine[Any, Any, ResultT]], items: Iterable[ItemT], at_once: int
) -> AsyncIterator[ResultT]:
    """Yield the result of each item as soon as it is there; up to `at_once` items are worked on.

    The first exception is raised, and ends the work on all other items.
    """
    waiting = iter(items)
    active: set[asyncio.Task[ResultT]] = set()
    try:
        while True:
            active |= {
                asyncio.create_task(work(item)) for item in islice(waiting, at_once - len(active))
            }
            if not active:
                return
            done, active = await asyncio.wait(active, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in active:
            task.cancel()
        await asyncio.gather(*active, return_exceptions=True)
