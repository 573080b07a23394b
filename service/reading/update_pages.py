"""Pages of updates with their parameters, recomputed once for all readers."""

from collections.abc import Hashable
from functools import partial
from threading import Lock

from service.reading.bounded_cache import BoundedCache
from service.reading.cache_uses import CacheUses
from service.reading.history_replay import HistoryReplay
from service.reading.one_timeline import on_one_timeline
from service.reading.state_cache import StateCache
from service.reading.stored_updates import UpdatePage, joined
from service.reading.update_numbers import check_kept
from training.network import Network
from training.ports import Store

#: The size of the parameters in one page of updates, in bytes; one update if that is larger. A page
#: is recomputed and cached as a whole. It has several messages, so that reading the history for it
#: takes a small part of the time.
PAGE_BYTES = 4 * 2**20

_PAGES_BYTES = 64 * 2**20
_OVERHEAD = 1_500  # the approximate size of Python's objects for each part, in bytes


class UpdatePages:
    """Reads pages of updates, through a bounded cache. Thread-safe."""

    def __init__(self, store: Store, state_cache: StateCache, replay: HistoryReplay) -> None:
        self._store = store
        self._state_cache = state_cache
        self._replay = replay
        self._page_locks = [Lock() for _ in range(64)]
        self._pages: BoundedCache[tuple[Hashable, str, int], UpdatePage] = BoundedCache(
            _PAGES_BYTES, _size
        )

    @property
    def uses(self) -> CacheUses:
        """How often it had a page."""
        return self._pages.uses

    def read(self, network: Network, first: int, latest: int) -> UpdatePage:
        """Return one page of updates from `first` on, up to `latest`; both are committed.

        Readers that start at the same update share the page. Raises HistoryCompacted,
        HistoryLost, DamagedHistory.
        """
        return on_one_timeline(self._store, partial(self._read, network, first, latest))

    def _read(self, network: Network, first: int, latest: int, timeline: Hashable) -> UpdatePage:
        key = (timeline, network.uid, first)
        until = min(first + updates_in_page(network) - 1, latest)
        with self._page_locks[hash(key) % len(self._page_locks)]:
            page = self._pages.get(key)
            if page is not None:
                with self._store.read() as reader:
                    check_kept(network, reader.head(network.uid), first)
            else:
                base = self._state_cache.find(timeline, network.uid, first - 1)
                page = joined(self._replay.recompute(network, base, first, until, first))
                last_state = page[-1].last_state
                assert last_state is not None  # it was recomputed, up to its end
                self._state_cache.remember(timeline, network.uid, last_state)
                self._pages.put(key, page)
        return tuple(
            part.part(part.first_update, min(until, part.last_update))
            for part in page
            if part.first_update <= until
        )


def updates_in_page(network: Network) -> int:
    """Return the number of updates in a page of this network, at least 1."""
    return max(1, PAGE_BYTES // (8 * network.parameter_count + 64))


def _size(page: UpdatePage) -> int:
    return sum(
        part.parameters.nbytes
        + part.costs.nbytes
        + (part.last_state.nbytes if part.last_state else 0)
        + _OVERHEAD
        for part in page
    )
