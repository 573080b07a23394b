"""Recomputation of updates of stored histories."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from service.reading.examples_cache import ExamplesCache
from service.reading.stored_updates import UpdatePage, all_segments, snapshot_of
from service.reading.update_numbers import check_kept, check_there
from training.engine import Engine
from training.network import Network
from training.ports import Reader, Store
from training.replay import ReplayContext, replay
from training.run import Run
from training.update import Segment, State, UpdateKind

#: The work of one page, in updates × batch × parameters: about 50 ms.
_MOST_WORK = 5_000_000


class HistoryReplay:
    """Reads what a replay needs, and replays. Thread-safe."""

    def __init__(self, store: Store, examples: ExamplesCache) -> None:
        self._store = store
        self._examples = examples
        #: Is entered for the time of each recomputation.
        self.observe: Callable[[], AbstractContextManager[object]] = nullcontext

    def recompute(
        self, network: Network, base: State | None, first: int, last: int, wanted: int
    ) -> UpdatePage:
        """Return the updates from `first`, or the earliest kept one if that is later, to `last`.

        `base` is a state before `first`, None if there is none at hand: the replay starts there, or
        from the latest keyframe if that is nearer. The result may end earlier if it would take
        long, but not before `wanted`. Everything is read in one short transaction before the
        replay. Raises HistoryCompacted or HistoryLost if `wanted` was, DamagedHistory.
        """
        with self.observe():
            return self._recompute(network, base, first, last, wanted)

    def _recompute(
        self, network: Network, base: State | None, first: int, last: int, wanted: int
    ) -> UpdatePage:
        with self._store.read() as reader:
            head = reader.head(network.uid)
            check_kept(network, head, wanted)
            check_there(network, head, wanted)
            last = min(last, head.latest_update)
            begun: UpdatePage = ()
            if first <= head.earliest_update and head.earliest_update:
                # All updates before it were deleted: its state is stored, and its cost is not
                # checked.
                base = reader.keyframe(network.uid, head.earliest_update).state
                begun = (snapshot_of(reader, network.uid, base),)
                first = base.update + 1
            elif first and (base is None or not _is_nearest(reader, network, base, first - 1)):
                base = reader.keyframe(network.uid, first - 1).state
            begin = base.update + 1 if first and base is not None else 0
            segments = all_segments(reader, network.uid, begin, last)
            runs: dict[int, Run] = {}
            engines: dict[int, Engine] = {}
            stored: dict[int, State] = {}
            for segment in segments:
                if segment.run and segment.run not in runs:
                    runs[segment.run] = reader.run(network.uid, segment.run)
                if segment.kind is not UpdateKind.GRADIENT:
                    update = segment.first_update
                    stored[update] = reader.keyframe(network.uid, update).state
                elif segment.run not in engines:
                    run = runs[segment.run]
                    examples = self._examples.of_run(reader, network, run)
                    engines[segment.run] = Engine(network, run, examples.training)
        if first > last:
            return begun
        last = max(wanted, _soon_replayed(network, segments, runs, first, last))
        last = _end_of_segment(segments, wanted, last)
        context = ReplayContext(
            network,
            runs.__getitem__,
            lambda run: engines[run.number],
            stored.__getitem__,
        )
        return begun + tuple(replay(context, base, segments, first, last))


def _is_nearest(reader: Reader, network: Network, base: State, update: int) -> bool:
    """Return whether no keyframe up to `update` is later than this state."""
    return base.update == update or base.update >= reader.keyframe_update(network.uid, update)


def _end_of_segment(segments: list[Segment], first: int, last: int) -> int:
    """Return the last end of a segment in a range of updates, or its end if there is none.

    So most readers of a history have the same pages, wherever they begin.
    """
    ends = (each.last_update for each in reversed(segments) if each.last_update <= last)
    end = next(ends, last)
    return end if end >= first else last


def _soon_replayed(
    network: Network, segments: list[Segment], runs: dict[int, Run], first: int, last: int
) -> int:
    """Return the last update of a replay from `first` that does not take long."""
    left = _MOST_WORK
    for segment in segments:
        if segment.kind is UpdateKind.GRADIENT and segment.last_update >= first:
            work = runs[segment.run].settings.batch_size * network.parameter_count
            begin = max(first, segment.first_update)
            count = segment.last_update - begin + 1
            if count * work > left:
                return min(last, begin + left // work)
            left -= count * work
    return last
