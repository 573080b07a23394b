"""The next items of watches, read once for all watches at the same cursor."""

from functools import partial

from service.reading.cache_uses import CacheUses
from service.reading.shared_values import SharedValues
from service.reading.watch_cursor import WatchCursor
from service.reading.watch_reader import WatchReader, WatchReading
from service.threads import Threads

#: The size of the cache for other watches, in bytes.
_SHARED_BYTES = 32 * 2**20


class WatchReadings:
    """Shares items between watches. For one event loop."""

    def __init__(self, reader: WatchReader, threads: Threads) -> None:
        self._reader = reader
        self._threads = threads
        self._shared: SharedValues[WatchReading] = SharedValues(_SHARED_BYTES, threads)

    @property
    def uses(self) -> CacheUses:
        """How often items were cached."""
        return self._shared.uses

    async def next(self, cursor: WatchCursor, version: int) -> WatchReading:
        """Return the next items; `version` is the current one of the network's signal.

        Raises NetworkNotFound, HistoryCompacted, DamagedHistory.
        """
        kept = self._shared.kept(cursor.key)
        if kept is not None and await self._threads.run(self._reader.still_holds, cursor):
            return kept
        read = partial(self._reader.read_on, cursor, version)
        return await self._shared.make(cursor.key, version, read)

    def prefetch(self, cursor: WatchCursor, version: int) -> None:
        """Read the next items in advance."""
        self._shared.begin(cursor.key, version, partial(self._reader.read_on, cursor, version))
