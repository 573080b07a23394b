"""Updates that a run computes here while somebody reads them: they need not be recomputed."""

from threading import Condition
from time import monotonic

from cachetools import LRUCache

#: For how long after a read the updates of a network are wanted, in seconds: longer than most of
#: the times between two updates.
_WANTED_SECONDS = 30.0

#: The number of networks whose reads are remembered.
_MOST_NETWORKS = 1_000

#: The size of announced updates at which no more are wanted, in bytes: the store may be slow.
_MOST_BYTES = 64 * 2**20

#: How long a read waits for an announced page, in seconds. It arrives directly after the wake-ups
#: of the commit that makes it durable.
_ARRIVAL_SECONDS = 0.1


class LiveUpdates:
    """Says which networks are read, and which pages are about to be there. Thread-safe."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._wanted: LRUCache[str, float] = LRUCache(_MOST_NETWORKS)  # until when, by network
        self._announced: dict[tuple[str, int], int] = {}

    def want(self, uid: str) -> None:
        """Note that the updates of a network are read."""
        with self._changed:
            self._wanted[uid] = monotonic() + _WANTED_SECONDS

    def are_wanted(self, uid: str) -> bool:
        """Return whether updates of a network have been read recently, and few are announced."""
        with self._changed:
            is_read = monotonic() < self._wanted.get(uid, 0.0)
            return is_read and sum(self._announced.values()) < _MOST_BYTES

    def announce(self, uid: str, first: int, nbytes: int) -> None:
        """Note that updates from `first` on are in memory here, and will perhaps be durable."""
        with self._changed:
            self._announced[uid, first] = nbytes

    def arrive(self, uid: str, first: int) -> None:
        """Note that announced updates are where they are read, or are not durable after all."""
        with self._changed:
            self._announced.pop((uid, first), None)
            self._changed.notify_all()

    def wait(self, uid: str, first: int) -> None:
        """Wait until updates have arrived if they were announced; they are durable already."""
        with self._changed:
            self._changed.wait_for(
                lambda: (uid, first) not in self._announced, timeout=_ARRIVAL_SECONDS
            )
