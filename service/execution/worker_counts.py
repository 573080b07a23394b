"""What a server knows of a shared store, as it was a moment ago."""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from service.background_task import BackgroundTask
from service.threads import Threads
from training.errors import StoreUnavailable
from training.ports import Store
from training.run import ACTIVE

logger = logging.getLogger(__name__)

#: The interval between two counts, in seconds.
COUNT_SECONDS: Final = 1.0

#: All workers together count so often in a second: each count reads all active runs.
_COUNTS_PER_SECOND: Final = 200.0

#: A server is not connected after so many counts that failed: some pass by themselves.
_FAILURES: Final = 3


class WorkerCounts(BackgroundTask):
    """A task in the event loop that counts living workers, and runs that wait for one.

    Whoever asks need not wait. The counts stay 0 unless it is started, which is for shared stores.
    `connected` is called when the store cannot be read, or does not tell what others commit, for
    more than a moment, and when it is right again.
    """

    def __init__(
        self, store: Store, threads: Threads, connected: Callable[[bool], None] = lambda _: None
    ) -> None:
        self._store = store
        self._threads = threads
        self._connected = connected
        self._failures = 0
        self.workers = 0
        self.waiting_runs = 0
        self.active_runs = 0  # with those that wait

    async def _repeat(self) -> None:
        while True:
            counting = asyncio.create_task(self._is_counted())
            # A store that does not answer has failed long before the count ends.
            while not (await asyncio.wait([counting], timeout=COUNT_SECONDS))[0]:
                self._note(is_connected=False)
            self._note(is_connected=await counting and self._store.is_listening)
            is_crowded = not self._failures and self.workers > _COUNTS_PER_SECOND * COUNT_SECONDS
            await asyncio.sleep(self.workers / _COUNTS_PER_SECOND if is_crowded else COUNT_SECONDS)

    async def _is_counted(self) -> bool:
        try:
            await self._threads.run(self._count)
        except StoreUnavailable:
            return False  # the store itself has reported it
        except Exception:
            logger.exception("counting workers failed; trying again")
            return False
        return True

    def _note(self, *, is_connected: bool) -> None:
        if is_connected and self._failures >= _FAILURES:
            self._connected(is_connected)
        self._failures = 0 if is_connected else self._failures + 1
        if self._failures == _FAILURES:
            self._connected(is_connected)

    def _count(self) -> None:
        with self._store.read() as reader:
            self.workers, self.waiting_runs = len(reader.workers()), reader.count_waiting_runs()
            of_states = reader.count_runs()
        self.active_runs = sum(of_states.get(state, 0) for state in ACTIVE)
