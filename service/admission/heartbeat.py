"""Notices when calls would have to wait too long."""

import asyncio
from collections.abc import Awaitable, Callable

from service.background_task import BackgroundTask
from training.errors import TooManyCalls

#: The interval between two beats, in seconds.
INTERVAL_SECONDS = 0.5

#: A server in which a quick call takes longer than this, in seconds, does not respond.
MOST_SECONDS = 5.0


class Heartbeat(BackgroundTask):
    """A task in the event loop that does what a quick call does, and measures how long it takes.

    `changed` is called with False when this begins to take too long, and with True when it no
    longer does.
    """

    def __init__(
        self, quick_call: Callable[[], Awaitable[None]], changed: Callable[[bool], None]
    ) -> None:
        self._quick_call = quick_call
        self._changed = changed

    async def _repeat(self) -> None:
        is_responding = True
        while True:
            before, is_responding = is_responding, await self._beat()
            if is_responding != before:
                self._changed(is_responding)

    async def _beat(self) -> bool:
        """Return whether a quick call is served in time after an interval."""
        clock = asyncio.get_running_loop().time
        last = clock() + INTERVAL_SECONDS + MOST_SECONDS
        await asyncio.sleep(INTERVAL_SECONDS)
        try:
            async with asyncio.timeout_at(last):
                await self._quick_call()
        except (TimeoutError, TooManyCalls):
            return False
        return clock() < last
