"""How many workers live, and how many runs wait for one, as it was a moment ago."""

import asyncio
import logging
from typing import Final

from service.background_task import BackgroundTask
from service.threads import Threads
from training.errors import StoreUnavailable
from training.ports import Store

logger = logging.getLogger(__name__)

#: The interval between two counts, in seconds.
_SECONDS: Final = 1.0


class WorkerCounts(BackgroundTask):
    """A task in the event loop that counts regularly, so that whoever asks need not wait.

    Both counts stay 0 unless it is started, which is for shared stores.
    """

    def __init__(self, store: Store, threads: Threads) -> None:
        self._store = store
        self._threads = threads
        self.workers = 0
        self.waiting_runs = 0

    async def _repeat(self) -> None:
        while True:
            try:
                self.workers, self.waiting_runs = await self._threads.run(self._count)
            except StoreUnavailable:
                pass  # the store itself has reported it
            except Exception:
                logger.exception("counting workers failed; trying again")
            await asyncio.sleep(_SECONDS)

    def _count(self) -> tuple[int, int]:
        with self._store.read() as reader:
            return len(reader.workers()), reader.count_waiting_runs()
