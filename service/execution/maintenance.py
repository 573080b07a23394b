"""Background maintenance of the store: deletes hidden rows and merges small segments."""

import asyncio
import logging

from service.background_task import BackgroundTask
from service.threads import Threads
from training.errors import StoreFull, StoreUnavailable
from training.ports import Store

logger = logging.getLogger(__name__)

#: The interval between checks of the store if there was nothing to do, in seconds.
_IDLE_SECONDS = 2.0

#: The pause between two steps, in which calls can use the store: at least this many seconds, and
#: this many times the duration of the last step.
_PAUSE_SECONDS = 0.25
_PAUSES = 4


class Maintenance(BackgroundTask):
    """A task in the event loop that has the store do one bounded step at a time."""

    def __init__(self, store: Store, threads: Threads) -> None:
        self._store = store
        self._threads = threads

    async def _repeat(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            started = clock()
            has_more = await self._threads.run(self._work)
            pause = max(_PAUSE_SECONDS, _PAUSES * (clock() - started))
            await asyncio.sleep(pause if has_more else _IDLE_SECONDS)

    def _work(self) -> bool:
        """Do one step; return whether there may be more."""
        try:
            return self._store.maintain()
        except (StoreFull, StoreUnavailable):
            return False  # the store itself has reported it
        except Exception:
            logger.exception("maintenance of the store failed; trying again later")
            return False
