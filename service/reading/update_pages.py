"""Pages of updates with their parameters: as a run computed them, or recomputed, once for all."""

from collections.abc import Callable, Hashable
from functools import partial
from threading import Lock

from service.reading.bounded_cache import BoundedCache
from service.reading.cache_uses import CacheUses
from service.reading.history_replay import HistoryReplay
from service.reading.live_updates import LiveUpdates
from service.reading.one_timeline import on_one_timeline
from service.reading.state_cache import StateCache
from service.reading.stored_updates import UpdatePage, joined
from service.reading.update_numbers import check_kept
from training.network import Network
from training.ports import Store
from training.snapshots import Snapshots
from training.update import State

#: The size of the parameters in one page of updates, in bytes; one update if that is larger. A page
#: is recomputed and cached as a whole. It has several messages, so that reading the history for it
#: takes a small part of the time.
PAGE_BYTES = 4 * 2**20

#: The size of each cache: of the pages that were recomputed, and of those of runs. A reader that is
#: behind would otherwise replace the pages that it reads next by those that it has read.
_PAGES_BYTES = 64 * 2**20
#: The maximum size of the updates of a run that are announced at once, in bytes.
_MOST_LIVE_BYTES = 16 * 2**20

_OVERHEAD = 1_500  # the approximate size of Python's objects for each part, in bytes


class UpdatePages:
    """Reads pages of updates, through a bounded cache. Thread-safe.

    Those of a run that somebody reads need not be recomputed: its executor adds them.
    """

    def __init__(self, store: Store, state_cache: StateCache, replay: HistoryReplay) -> None:
        self._store = store
        self._state_cache = state_cache
        self._replay = replay
        self._page_locks = [Lock() for _ in range(64)]
        self._pages: BoundedCache[tuple[Hashable, str, int], UpdatePage] = BoundedCache(
            _PAGES_BYTES, _size
        )
        self._computed: BoundedCache[tuple[Hashable, str, int], UpdatePage] = BoundedCache(
            _PAGES_BYTES, _size
        )
        self._live = LiveUpdates()

    @property
    def uses(self) -> CacheUses:
        """How often it had a page that was recomputed."""
        return self._pages.uses

    @property
    def live_uses(self) -> CacheUses:
        """How often it had a page as a run computed it."""
        return self._computed.uses

    def are_wanted(self, network: Network, count: int) -> bool:
        """Return whether the next `count` updates of a network will be read, and are not too many.

        It has been read recently, and little waits to be durable.
        """
        nbytes = 8 * network.parameter_count * count
        return nbytes <= _MOST_LIVE_BYTES and self._live.are_wanted(network.uid)

    def announce(
        self, timeline: Hashable, network: Network, state: State, updates: Snapshots | None
    ) -> Callable[[bool], None]:
        """Return a function to call when the latest updates are durable (True), or rejected.

        Then their last state is cached, and they are added, unless they are None. `timeline` is
        that of the store before they are written.
        """
        uid = network.uid
        if updates is not None:
            self._live.announce(uid, updates.first_update, updates.nbytes)

        def arrive(is_durable: bool) -> None:
            if is_durable:
                self._state_cache.remember(timeline, uid, state)
            if updates is not None:
                if is_durable:
                    self._add(timeline, network, updates)
                self._live.arrive(uid, updates.first_update)

        return arrive

    def read(self, network: Network, first: int, latest: int) -> UpdatePage:
        """Return one page of updates from `first` on, up to `latest`; both are committed.

        It may end earlier, where a page ends that a run or another reader has left here. Readers
        that start at the same update share the page. Raises HistoryCompacted, HistoryLost,
        DamagedHistory.
        """
        return on_one_timeline(self._store, partial(self._read, network, first, latest))

    def _read(self, network: Network, first: int, latest: int, timeline: Hashable) -> UpdatePage:
        key = (timeline, network.uid, first)
        until = min(first + updates_in_page(network) - 1, latest)
        self._live.want(network.uid)
        with self._page_locks[hash(key) % len(self._page_locks)]:
            self._live.wait(network.uid, first)
            page = self._computed.get(key) or self._pages.get(key)
            if page is not None:
                with self._store.read() as reader:
                    check_kept(network, reader.head(network.uid), first)
                page = self._continued(timeline, network, page, until)
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

    def _add(self, timeline: Hashable, network: Network, updates: Snapshots) -> None:
        size = updates_in_page(network)
        for begin in range(0, updates.count, size):
            part = updates.rows(slice(begin, begin + size))
            self._computed.put((timeline, network.uid, part.first_update), (part,))

    def _continued(
        self, timeline: Hashable, network: Network, page: UpdatePage, until: int
    ) -> UpdatePage:
        """Return a page with the whole ones of its run that follow it, up to `until`.

        The next read starts at the next one of them, if no page is cut.
        """
        while page[-1].last_update < until:
            more = self._computed.get((timeline, network.uid, page[-1].last_update + 1))
            if more is None or more[-1].last_update > until:
                break
            page += more
        return page


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
