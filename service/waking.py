"""Wakes whoever waits for a network's history to grow. A wake-up carries no data."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from training.errors import Draining


class Waking:
    """Between the store's thread, where commits happen, and the event loop, where clients wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.draining = False

    def committed(self, uids: Sequence[str]) -> None:
        """Wake those who wait for these networks. May be called from any thread."""
        self._loop.call_soon_threadsafe(self._wake, tuple(uids))

    def drain(self) -> None:
        """Wake everyone, for good: the server is stopping. Call in the event loop."""
        self.draining = True
        self._wake(tuple(self._waiting))

    def check(self) -> None:
        """Raise Draining when the server is stopping."""
        if self.draining:
            raise Draining("the server is stopping: repeat the call in a moment")

    @contextmanager
    def listening(self, uid: str) -> Iterator[asyncio.Event]:
        """Give an event that is set whenever this network's history may have grown.

        To miss nothing: clear the event, then read, then wait for it.
        """
        event = asyncio.Event()
        self._waiting[uid].add(event)
        try:
            yield event
        finally:
            self._waiting[uid].discard(event)
            if not self._waiting[uid]:
                del self._waiting[uid]

    def _wake(self, uids: Sequence[str]) -> None:
        for uid in uids:
            for event in self._waiting.get(uid, ()):
                event.set()
