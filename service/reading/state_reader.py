"""Reads any state of any network: from the cache, from its keyframe, or recomputed."""

from collections.abc import Hashable
from contextlib import suppress
from functools import partial

from service.reading.history_replay import HistoryReplay
from service.reading.one_timeline import on_one_timeline
from service.reading.shared_computations import SharedComputations
from service.reading.state_cache import StateCache
from service.reading.stored_updates import snapshot_of
from training.errors import DamagedHistory
from training.network import Network
from training.ports import Store
from training.snapshots import Snapshots
from training.update import State


class StateReader:
    """Reads single updates with their parameters, through the cache of states. Thread-safe."""

    def __init__(self, store: Store, cache: StateCache, replay: HistoryReplay) -> None:
        self._store = store
        self._cache = cache
        self._replay = replay
        self._recomputed: SharedComputations[Snapshots] = SharedComputations()

    def remember(self, timeline: Hashable, uid: str, state: State) -> None:
        """Cache a durable state that is likely to be requested; see StateCache."""
        self._cache.remember(timeline, uid, state)

    def read(self, network: Network, update: int) -> State:
        """Return the state after a committed update. Raises HistoryCompacted, DamagedHistory."""
        state = self._cache.find(self._store.timeline, network.uid, update)
        state = state or self.snapshot(network, update).last_state
        assert state is not None  # it was recomputed, up to the update
        return state

    def read_kept(self, network: Network, update: int) -> State | None:
        """Return the state after a committed update, None if it was deleted.

        Raises DamagedHistory.
        """
        with self._store.read() as reader:
            if update < reader.head(network.uid).earliest_update:
                return None
        return self.read(network, update)

    def snapshot(self, network: Network, update: int, earlier: State | None = None) -> Snapshots:
        """Return one committed update; `earlier` is a state before it that may be near.

        Raises HistoryCompacted, HistoryLost, DamagedHistory.
        """
        return on_one_timeline(self._store, partial(self._snapshot, network, update, earlier))

    def _snapshot(
        self, network: Network, update: int, earlier: State | None, timeline: Hashable
    ) -> Snapshots:
        state = self._cache.find(timeline, network.uid, update)
        if state is None:
            recompute = partial(self._recompute, network, update, earlier, timeline)
            return self._recomputed.compute((timeline, network.uid, update), recompute)
        with self._store.read() as reader:
            return snapshot_of(reader, network.uid, state)

    def _recompute(
        self, network: Network, update: int, earlier: State | None, timeline: Hashable
    ) -> Snapshots:
        base = self._cache.recent_before(timeline, network.uid, update)
        if base is None or (earlier is not None and earlier.update > base.update):
            base = earlier
        snapshot = None
        if base is None or base.update < update - 1:
            snapshot = self._stored(network, update)
        if snapshot is None:
            (snapshot,) = self._replay.recompute(network, base, update, update, update)
        assert snapshot.last_state is not None
        self._cache.remember(timeline, network.uid, snapshot.last_state)
        return snapshot

    def _stored(self, network: Network, update: int) -> Snapshots | None:
        """Return an update with its own keyframe, even if the updates before it are corrupt."""
        with suppress(DamagedHistory), self._store.read() as reader:
            if reader.keyframe_update(network.uid, update) == update:
                return snapshot_of(reader, network.uid, reader.keyframe(network.uid, update).state)
        return None  # it may be possible to recompute it
