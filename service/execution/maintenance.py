"""Keeps the store small while the server runs: removes what was deleted, merges small segments."""

import asyncio
import logging
from contextlib import suppress

from training.errors import StoreFull, StoreUnavailable
from training.ports import Store

logger = logging.getLogger(__name__)

#: How often the store is looked at when there was nothing left to do, in seconds.
_IDLE_SECONDS = 2.0

#: How long calls have the store for themselves between two pieces of work: at least so many
#: seconds, and so many times as long as the last piece took.
_PAUSE_SECONDS = 0.25
_PAUSES = 4


class Maintenance:
    """A task of the event loop that lets the store do one bounded piece of work at a time."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, in the running event loop."""
        self._task = asyncio.create_task(self._repeat())

    async def stop(self) -> None:
        """End after the piece of work under way, if it was started."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _repeat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            has_more = await asyncio.to_thread(self._work)
            pause = max(_PAUSE_SECONDS, _PAUSES * (clock() - started))
            await asyncio.sleep(pause if has_more else _IDLE_SECONDS)

    def _work(self) -> bool:
        """Do one piece of work; return whether there may be more."""
        try:
            return self._store.maintain()
        except (StoreFull, StoreUnavailable):
            return False  # the store itself has reported it
        except Exception:
            logger.exception("maintenance of the store failed; trying again later")
            return False
