"""Wakes tasks whose networks were changed by other processes, also if nobody told this one."""

import asyncio
import logging
from typing import Final

from service.background_task import BackgroundTask
from service.execution.wakeups import Wakeups
from service.threads import Threads
from training.errors import StoreUnavailable
from training.ports import Store

logger = logging.getLogger(__name__)

#: The interval between two looks, in seconds: so long a change can take to be seen.
POLL_SECONDS: Final = 0.25


class HeadPolling(BackgroundTask):
    """A task in the event loop that compares the heads of all networks that somebody waits for.

    It is for a shared store, whose listeners can miss a commit of another process.
    """

    def __init__(self, store: Store, wakeups: Wakeups, threads: Threads) -> None:
        self._store = store
        self._wakeups = wakeups
        self._threads = threads
        self._tokens: dict[str, int | None] = {}

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            uids = self._wakeups.uids
            if not uids:
                self._tokens = {}
                continue
            try:
                self._look(await self._threads.run(self._read, uids))
            except StoreUnavailable:
                continue  # the store itself has reported it
            except Exception:
                logger.exception("looking for changes failed; trying again")

    def _read(self, uids: list[str]) -> dict[str, int | None]:
        """Return the token of the head of each network, None for a deleted one."""
        with self._store.read() as reader:
            heads = reader.heads(uids)
        return dict.fromkeys(uids) | {head.network_uid: head.token for head in heads}

    def _look(self, tokens: dict[str, int | None]) -> None:
        # A network that was not looked at before may have changed since a task has read it.
        unknown = object()
        changed = [uid for uid, token in tokens.items() if self._tokens.get(uid, unknown) != token]
        self._tokens = tokens
        self._wakeups.committed(changed)
