"""Measures how late the event loop is."""

import asyncio
from collections.abc import Callable

from service.background_task import BackgroundTask

_INTERVAL_SECONDS = 0.5


class LoopLag(BackgroundTask):
    """A task in the event loop that calls `was_late` with the seconds by which it woke up late."""

    def __init__(self, was_late: Callable[[float], None]) -> None:
        self._was_late = was_late

    async def _repeat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + _INTERVAL_SECONDS
            await asyncio.sleep(_INTERVAL_SECONDS)
            self._was_late(max(0.0, clock() - due))
