"""An open watch, from its cursor on."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import ExitStack

from service.execution.wakeups import Wakeups
from service.reading.watch_cursor import WatchCursor
from service.reading.watch_readings import WatchReadings
from service.reading.watched_items import Bookmark, WatchedItem, WatchedPart
from training.errors import Draining

#: The number of seconds without items after which a bookmark is sent.
BOOKMARK_SECONDS = 10.0


class OpenWatch:
    """The durable history from a cursor on, in order, without gaps or duplicates.

    Iterate it once, then close it. Iterating raises NetworkNotFound if the network is deleted,
    HistoryCompacted if the next update is deleted, DamagedHistory, and Draining with the update to
    resume from. `opened` is closed with it.
    """

    def __init__(
        self,
        readings: WatchReadings,
        wakeups: Wakeups,
        cursor: WatchCursor,
        greeting: Sequence[WatchedItem],
        opened: ExitStack,
    ) -> None:
        self._readings = readings
        self._wakeups = wakeups
        self._signal = opened.enter_context(wakeups.listening(cursor.network.uid))
        self._cursor = cursor
        self._greeting = tuple(greeting)
        self._opened = opened
        self._behind_since: float | None = None
        self._clock = asyncio.get_running_loop().time
        self._parts = self._read()

    def __aiter__(self) -> "OpenWatch":
        return self

    async def __anext__(self) -> WatchedPart:
        return await anext(self._parts)

    @property
    def lag_seconds(self) -> float:
        """For how long there has been more than what was sent."""
        return 0.0 if self._behind_since is None else self._clock() - self._behind_since

    async def aclose(self) -> None:
        """Close the watch, so that it does not count for the limits any more."""
        self._behind_since = None
        self._opened.close()
        await self._parts.aclose()

    async def _read(self) -> AsyncGenerator[WatchedPart, None]:
        clock = self._clock
        if self._greeting:
            yield WatchedPart(self._greeting)
        sent_at = clock()
        while not self._cursor.ended:
            self._check_draining()
            part, caught_up_at = await self._next()
            if part.items:
                self._behind_since = self._behind_since or clock()
                yield part
                sent_at = clock()
            if caught_up_at is not None:
                self._behind_since = None
            del part  # it may be large, and the wait long
            if caught_up_at == self._signal.version:
                await self._signal.changed(caught_up_at, sent_at + BOOKMARK_SECONDS - clock())
            if clock() - sent_at >= BOOKMARK_SECONDS:
                yield WatchedPart((Bookmark(self._cursor.next_update - 1),))
                sent_at = clock()

    async def _next(self) -> tuple[WatchedPart, int | None]:
        """Return the next items, and read the ones after them in advance, if there are more."""
        reading = await self._readings.next(self._cursor, self._signal.version)
        self._cursor = reading.cursor
        if reading.part.items and reading.caught_up_at is None and not reading.cursor.ended:
            self._readings.prefetch(reading.cursor, self._signal.version)
        return reading.part, reading.caught_up_at

    def _check_draining(self) -> None:
        if self._wakeups.draining:
            raise Draining(
                "the server is stopping: resume from the update after the last one"
                " that you have read",
                next_update=self._cursor.next_update,
            )
