"""Reads updates without a replay."""

import numpy as np

from training.network import Network
from training.ports import Reader, Store
from training.run import Run
from training.snapshots import Snapshots
from training.update import Segment, State

_SEGMENTS_AT_ONCE = 1_000

#: Consecutive updates of a network.
UpdatePage = tuple[Snapshots, ...]


def outline(store: Store, network: Network, first: int, last: int) -> UpdatePage:
    """Return committed updates without their parameters, from the store only.

    Raises HistoryCompacted, DamagedHistory.
    """
    with store.read() as reader:
        segments = all_segments(reader, network.uid, first, last)
        runs = {
            number: reader.run(network.uid, number)
            for number in {segment.run for segment in segments if segment.run}
        }
    return joined(
        tuple(_outlined(segment, runs.get(segment.run), first, last) for segment in segments)
    )


def all_segments(reader: Reader, uid: str, first: int, last: int) -> list[Segment]:
    """Return the segments that contain the updates `first` to `last`."""
    segments: list[Segment] = []
    while first <= last:
        more = reader.segments(uid, first, last, _SEGMENTS_AT_ONCE)
        if not more:
            break  # the replay reports which update is missing
        segments += more
        first = more[-1].last_update + 1
    return segments


def snapshot_of(reader: Reader, uid: str, state: State) -> Snapshots:
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
        validations=segment.validations.within(range(state.update, state.update + 1)),
    )


def joined(page: UpdatePage) -> UpdatePage:
    """Join neighbouring parts of the same run, such as many single steps."""
    parts: list[Snapshots] = []
    for part in page:
        if parts and parts[-1].is_followed_by(part):
            parts[-1] = parts[-1].joined(part)
        else:
            parts.append(part)
    return tuple(parts)


def _outlined(segment: Segment, run: Run | None, first: int, last: int) -> Snapshots:
    """Return the updates of a segment within the bounds, without parameters."""
    whole = Snapshots(
        segment.kind,
        segment.first_update,
        run,
        segment.run_offset,
        segment.costs,
        np.empty((segment.count, 0)),
        validations=segment.validations,
    )
    return whole.part(max(first, segment.first_update), min(last, segment.last_update))
