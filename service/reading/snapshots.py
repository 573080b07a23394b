"""Any update of any network, recomputed once and shared by all who ask for it.

History is immutable, so what is kept here is never wrong, only sometimes absent: another replica
needs none of it. It may outlive what the store keeps: who asks for an update has found out first
that it is not before the earliest kept one.
"""

from contextlib import suppress
from threading import Lock
from typing import TypeVar

import numpy as np
from cachetools import LRUCache

from service.reading.update_numbers import check_kept
from training.engine import Engine
from training.errors import DamagedHistory
from training.network import Network
from training.ports import Reader, Store
from training.replay import ReplayContext, replay
from training.run import Run
from training.snapshots import Snapshots
from training.training_set import Examples
from training.update import Segment, State, UpdateKind

#: Parameters of one page of updates, in bytes; one update where that is more. It is what is
#: recomputed and kept at a time: several messages, so that reading the history for it is the least.
PAGE_BYTES = 4 * 2**20

#: The work of one page, in updates × batch × parameters, takes up to some 50 ms.
_MOST_WORK = 5_000_000

_PAGES_BYTES = 64 * 2**20
_STATES_BYTES = 64 * 2**20
_EXAMPLES_BYTES = 64 * 2**20
_OVERHEAD = 1_500  # of Python's objects, roughly, for each entry
_SEGMENTS_AT_ONCE = 1_000

Page = tuple[Snapshots, ...]

K = TypeVar("K")
V = TypeVar("V")


class SnapshotReader:
    """Reads updates with their parameters, through bounded caches. Thread-safe."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = Lock()
        self._page_locks = [Lock() for _ in range(64)]
        self._pages: LRUCache[tuple[str, int], Page] = LRUCache(_PAGES_BYTES, _size_of_page)
        self._states: LRUCache[tuple[str, int], State] = LRUCache(
            _STATES_BYTES, lambda state: state.nbytes + _OVERHEAD
        )
        self._examples: LRUCache[str, Examples] = LRUCache(_EXAMPLES_BYTES, _size_of_examples)

    def remember(self, uid: str, state: State) -> None:
        """Keep a state that is durable, because it is likely to be asked for."""
        with self._lock:
            _put(self._states, (uid, state.update), state)

    def examples(self, reader: Reader, training_set_uid: str) -> Examples:
        """Return the numbers of a training set. Raises TrainingSetNotFound, DamagedHistory."""
        with self._lock:
            examples = self._examples.get(training_set_uid)
        if examples is None:
            examples = reader.examples(training_set_uid)
            with self._lock:
                _put(self._examples, training_set_uid, examples)
        return examples

    def examples_of(self, run: Run) -> Examples:
        """Return the numbers that a run trains on. Raises TrainingSetNotFound, DamagedHistory."""
        with self._lock:
            examples = self._examples.get(run.training_set_uid)
        if examples is None:
            with self._store.read() as reader:
                examples = self.examples(reader, run.training_set_uid)
        return examples

    def state(self, network: Network, update: int) -> State:
        """Return the state after a committed update. Raises HistoryCompacted, DamagedHistory."""
        return self._known(network.uid, update) or _last_state(self.snapshot(network, update))

    def kept_state(self, network: Network, update: int) -> State | None:
        """Return the state after a committed update, None where it is not kept any more.

        Raises DamagedHistory.
        """
        with self._store.read() as reader:
            if update < reader.head(network.uid).earliest_update:
                return None
        return self.state(network, update)

    def snapshot(self, network: Network, update: int) -> Snapshots:
        """Return one committed update. Raises HistoryCompacted, DamagedHistory."""
        state = self._known(network.uid, update)
        if state is None:
            snapshot = self._stored(network, update)
            if snapshot is None:
                base = self._known(network.uid, update - 1)
                (snapshot,) = self._recompute(network, base, update, update, update)
            self.remember(network.uid, _last_state(snapshot))
            return snapshot
        with self._store.read() as reader:
            return _with_state(reader, network.uid, state)

    def outline(self, network: Network, first: int, last: int) -> Page:
        """Return committed updates without their parameters: read, not recomputed.

        Raises HistoryCompacted, DamagedHistory.
        """
        with self._store.read() as reader:
            segments = _all_segments(reader, network.uid, first, last)
            runs = {
                number: reader.run(network.uid, number)
                for number in {segment.run for segment in segments if segment.run}
            }
        return _joined(
            tuple(_outlined(segment, runs.get(segment.run), first, last) for segment in segments)
        )

    def page(self, network: Network, first: int, latest: int) -> Page:
        """Return the updates from `first` on, as many as are read at a time, up to `latest`.

        Both are committed. Those who read on from the same update share what was recomputed. Raises
        HistoryCompacted, DamagedHistory.
        """
        key = (network.uid, first)
        until = min(first + updates_in_page(network) - 1, latest)
        with self._page_locks[hash(key) % len(self._page_locks)]:
            with self._lock:
                page = self._pages.get(key, ())
            if page:
                with self._store.read() as reader:
                    check_kept(network, reader.head(network.uid), first)
            else:
                base = self._known(network.uid, first - 1)
                page = _joined(self._recompute(network, base, first, until, first))
                self.remember(network.uid, _last_state(page[-1]))
                with self._lock:
                    _put(self._pages, key, page)
        return tuple(
            part.part(part.first_update, min(until, part.last_update))
            for part in page
            if part.first_update <= until
        )

    def _stored(self, network: Network, update: int) -> Snapshots | None:
        """Return an update that has a keyframe of its own, whatever became of those before it."""
        with suppress(DamagedHistory), self._store.read() as reader:
            state = reader.keyframe(network.uid, update).state
            if state.update == update:
                return _with_state(reader, network.uid, state)
        return None  # it may be recomputed all the same

    def _known(self, uid: str, update: int) -> State | None:
        with self._lock:
            return self._states.get((uid, update))

    def _recompute(
        self, network: Network, base: State | None, first: int, last: int, wanted: int
    ) -> Page:
        """Return the updates from `first`, or the earliest kept one if that is later, to `last`.

        `base` is the state before `first`, None where it is not at hand. Where it would take long
        it may end earlier, but not before `wanted`. What a replay needs is gathered in one short
        read, then it goes on without holding the store. Raises HistoryCompacted when `wanted` is
        not kept, DamagedHistory.
        """
        with self._store.read() as reader:
            head = reader.head(network.uid)
            check_kept(network, head, wanted)
            begun: Page = ()
            if first <= head.earliest_update and head.earliest_update:
                # Nothing before it is left: its state is stored, and its cost is not checked.
                base = reader.keyframe(network.uid, head.earliest_update).state
                begun = (_with_state(reader, network.uid, base),)
                first = base.update + 1
            elif first and (base is None or base.update != first - 1):
                base = reader.keyframe(network.uid, first - 1).state
            begin = base.update + 1 if first and base is not None else 0
            segments = _all_segments(reader, network.uid, begin, last)
            runs: dict[int, Run] = {}
            engines: dict[int, Engine] = {}
            stored: dict[int, State] = {}
            for segment in segments:
                if segment.kind is not UpdateKind.GRADIENT:
                    update = segment.first_update
                    stored[update] = reader.keyframe(network.uid, update).state
                elif segment.run not in runs:
                    run = runs[segment.run] = reader.run(network.uid, segment.run)
                    examples = self.examples(reader, run.training_set_uid)
                    engines[segment.run] = Engine(network, run, examples)
        if first > last:
            return begun
        last = max(wanted, _soon_replayed(network, segments, runs, first, last))
        context = ReplayContext(
            network,
            runs.__getitem__,
            lambda run: engines[run.number],
            stored.__getitem__,
        )
        return begun + tuple(replay(context, base, segments, first, last))


def updates_in_page(network: Network) -> int:
    """Return how many updates a page of this network holds, at least 1."""
    return max(1, PAGE_BYTES // (8 * network.parameter_count + 64))


def _soon_replayed(
    network: Network, segments: list[Segment], runs: dict[int, Run], first: int, last: int
) -> int:
    """Return up to which update a replay from `first` does not take long."""
    left = _MOST_WORK
    for segment in segments:
        if segment.run and segment.last_update >= first:
            work = runs[segment.run].settings.batch_size * network.parameter_count
            begin = max(first, segment.first_update)
            count = segment.last_update - begin + 1
            if count * work > left:
                return min(last, begin + left // work)
            left -= count * work
    return last


def _all_segments(reader: Reader, uid: str, first: int, last: int) -> list[Segment]:
    segments: list[Segment] = []
    while first <= last:
        more = reader.segments(uid, first, last, _SEGMENTS_AT_ONCE)
        if not more:
            break  # the replay says which update is missing
        segments += more
        first = more[-1].last_update + 1
    return segments


def _with_state(reader: Reader, uid: str, state: State) -> Snapshots:
    """Return the update whose state this is."""
    (segment,) = reader.segments(uid, state.update, state.update, 1)
    offset = state.update - segment.first_update
    return Snapshots(
        segment.kind,
        state.update,
        reader.run(uid, segment.run) if segment.run else None,
        segment.run_offset + offset,
        segment.costs[offset : offset + 1],
        state.parameters.reshape(1, -1),
        state,
    )


def _outlined(segment: Segment, run: Run | None, first: int, last: int) -> Snapshots:
    """Return the updates of a segment that lie within the bounds, with no parameters."""
    whole = Snapshots(
        segment.kind,
        segment.first_update,
        run,
        segment.run_offset,
        segment.costs,
        np.empty((segment.count, 0)),
    )
    return whole.part(max(first, segment.first_update), min(last, segment.last_update))


def _joined(page: Page) -> Page:
    """Make one part of neighbours from the same run: many single steps read like one long run."""
    parts: list[Snapshots] = []
    for part in page:
        if parts and parts[-1].is_followed_by(part):
            parts[-1] = parts[-1].joined(part)
        else:
            parts.append(part)
    return tuple(parts)


def _last_state(snapshots: Snapshots) -> State:
    assert snapshots.last_state is not None  # they were recomputed, up to their end
    return snapshots.last_state


def _size_of_page(page: Page) -> int:
    return sum(
        part.parameters.nbytes
        + part.costs.nbytes
        + (part.last_state.nbytes if part.last_state else 0)
        + _OVERHEAD
        for part in page
    )


def _size_of_examples(examples: Examples) -> int:
    # A set that is larger than the cache is kept as the only one: every step of a run needs it.
    return min(examples.inputs.nbytes + examples.targets.nbytes + _OVERHEAD, _EXAMPLES_BYTES)


def _put(cache: "LRUCache[K, V]", key: K, value: V) -> None:
    """Keep a value, unless it alone is more than the cache holds."""
    if cache.getsizeof(value) <= cache.maxsize:
        cache[key] = value
