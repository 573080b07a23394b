"""Wakes whoever waits for a network's history to grow. A wake-up carries no data."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from training.errors import Draining


class Signal:
    """Tells those who wait for one network that its history may have grown.

    To miss nothing: note the `version`, read, then wait until it has changed.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self.listeners = 0
        self._changed = asyncio.Event()

    def ring(self, version: int) -> None:
        """Wake all who wait."""
        self.version = version
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def changed(self, version: int, seconds: float | None = None) -> None:
        """Wait until the version is another one, for so many seconds at most (None: for good)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None if seconds is None else max(0.0, seconds)):
                while self.version == version:
                    await self._changed.wait()


class Wakeups:
    """Between the store's thread, where commits happen, and the event loop, where clients wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._signals: dict[str, Signal] = {}
        self._version = 0  # counts for all networks, so that no two signals of one have the same
        self.draining = False

    def committed(self, uids: Sequence[str]) -> None:
        """Wake those who wait for these networks. May be called from any thread."""
        # Who begins to listen after this look reads after the commit, and need not be woken.
        if any(uid in self._signals for uid in uids):
            self._loop.call_soon_threadsafe(self._ring, tuple(uids))

    def drain(self) -> None:
        """Wake everyone, for good: the server is stopping. Call in the event loop."""
        self.draining = True
        self._ring(tuple(self._signals))

    def check(self) -> None:
        """Raise Draining when the server is stopping."""
        if self.draining:
            raise Draining("the server is stopping: repeat the call in a moment")

    @contextmanager
    def listening(self, uid: str) -> Iterator[Signal]:
        """Give the signal of a network."""
        signal = self._signals.setdefault(uid, Signal(self._next_version()))
        signal.listeners += 1
        try:
            yield signal
        finally:
            signal.listeners -= 1
            if not signal.listeners:
                del self._signals[uid]

    def _ring(self, uids: Sequence[str]) -> None:
        for uid in uids:
            if signal := self._signals.get(uid):
                signal.ring(self._next_version())

    def _next_version(self) -> int:
        self._version += 1
        return self._version
