"""A cache of states of networks."""

from collections.abc import Hashable

from service.reading.bounded_cache import BoundedCache
from service.reading.cache_uses import CacheUses
from training.update import State

_STATES_BYTES = 64 * 2**20
_OVERHEAD = 1_500  # the approximate size of Python's objects for each entry, in bytes

#: How many states of a network are known as recent, of the networks with the most recent ones.
_RECENT_STATES, _RECENT_NETWORKS = 8, 1_000


class StateCache:
    """A cache of states by timeline, network and update. Thread-safe.

    History on one timeline of the store is immutable, so a cached state is never stale. It may be
    cached longer than the store keeps it: callers check first that an update is not before the
    earliest kept one.
    """

    def __init__(self) -> None:
        self._states: BoundedCache[tuple[Hashable, str, int], State] = BoundedCache(
            _STATES_BYTES, lambda state: state.nbytes + _OVERHEAD
        )
        #: The numbers of the latest states of each network, newest last.
        self._recent: BoundedCache[tuple[Hashable, str], tuple[int, ...]] = BoundedCache(
            _RECENT_NETWORKS, lambda _: 1
        )

    @property
    def uses(self) -> CacheUses:
        """How often it had a state."""
        return self._states.uses

    def remember(self, timeline: Hashable, uid: str, state: State) -> None:
        """Add a durable state; `timeline` is that of the store before it was read or written."""
        self._states.put((timeline, uid, state.update), state)
        numbers = self._recent.get((timeline, uid)) or ()
        self._recent.put((timeline, uid), (*numbers, state.update)[-_RECENT_STATES:])

    def find(self, timeline: Hashable, uid: str, update: int) -> State | None:
        """Return the state after an update, None if it is not cached."""
        return self._states.get((timeline, uid, update))

    def recent_before(self, timeline: Hashable, uid: str, update: int) -> State | None:
        """Return the latest of the recently cached states of a network before an update.

        None if there is none: earlier states can be in the cache.
        """
        numbers = self._recent.get((timeline, uid)) or ()
        earlier = [number for number in numbers if number < update]
        return self.find(timeline, uid, max(earlier)) if earlier else None
