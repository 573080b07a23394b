"""Wakes tasks that wait for the history of a network to grow. A wake-up carries no data."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from training.errors import Draining


class Signal:
    """Notifies tasks that the history of one network may have grown.

    To miss nothing: read the `version`, read the history, then wait until the version changes.
    """

    def __init__(self, version: int) -> None:
        self.version = version
        self.listeners = 0
        self._changed = asyncio.Event()

    def ring(self, version: int) -> None:
        """Wake all waiting tasks."""
        self.version = version
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def changed(self, version: int, seconds: float | None = None) -> None:
        """Wait until the version changes, with a timeout in seconds (None: without)."""
        with suppress(TimeoutError):
            async with asyncio.timeout(None if seconds is None else max(0.0, seconds)):
                while self.version == version:
                    await self._changed.wait()


class Wakeups:
    """Connects the thread that writes to the store with the event loop, where tasks wait."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._signals: dict[str, Signal] = {}
        # Shared by all networks, so that no two signals of one have the same version.
        self._version = 0
        self.draining = False

    def committed(self, uids: Sequence[str]) -> None:
        """Wake tasks that wait for these networks. May be called from any thread."""
        # A task that starts to listen after this check reads after the commit.
        if any(uid in self._signals for uid in uids):
            self._loop.call_soon_threadsafe(self._ring, tuple(uids))

    @property
    def uids(self) -> list[str]:
        """The networks that tasks wait for. Read it in the event loop."""
        return list(self._signals)

    def drain(self) -> None:
        """Wake all tasks permanently: the server is stopping. Call in the event loop."""
        self.draining = True
        self._ring(tuple(self._signals))

    def check(self) -> None:
        """Raise Draining if the server is stopping."""
        if self.draining:
            raise Draining("the server is stopping: retry in a moment")

    @contextmanager
    def listening(self, uid: str) -> Iterator[Signal]:
        """Return the signal of a network."""
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
