"""Lists the updates with a validation after them."""

from collections.abc import Iterator

import numpy as np

from service.reading.stored_updates import UpdatePage
from training.network import Array, Network
from training.ports import Reader
from training.run import Run
from training.snapshots import Snapshots
from training.update import Segment

_SEGMENTS_AT_ONCE = 1_000


def validated_updates(
    reader: Reader, network: Network, first: int, last: int, most: int
) -> UpdatePage:
    """Return up to `most` updates with a validation, from `first` to `last`, without parameters.

    Raises HistoryCompacted, DamagedHistory.
    """
    found: list[Snapshots] = []
    runs: dict[int, Run] = {}
    for segment in _segments(reader, network.uid, first, last):
        for update in segment.validations.within(range(first, last + 1)).updates.tolist():
            if segment.run not in runs:
                runs[segment.run] = reader.run(network.uid, segment.run)
            found.append(_alone(segment.part(update, update), runs[segment.run]))
            if len(found) == most:
                return tuple(found)
    return tuple(found)


def downsampled(page: UpdatePage, most: int) -> UpdatePage:
    """Return up to `most` of these updates, at least 2, if there are more.

    They are the first and the last one; and for each of several stretches of the same length those
    with the smallest and the largest cost of their validation, NaN only if there is nothing else.
    """
    if len(page) <= most:
        return page
    costs = np.concatenate([part.validations.costs for part in page])
    chosen = {0, len(page) - 1}
    stretches = (most - 2) // 2
    for indices in np.array_split(np.arange(len(page)), stretches) if stretches else []:
        chosen |= set(indices[list(_extremes(costs[indices]))].tolist())
    return tuple(page[index] for index in sorted(chosen))


def _extremes(costs: Array) -> tuple[int, int]:
    if np.isnan(costs).all():
        return 0, 0
    return int(np.nanargmin(costs)), int(np.nanargmax(costs))


def _segments(reader: Reader, uid: str, first: int, last: int) -> Iterator[Segment]:
    while first <= last:
        segments = reader.segments(uid, first, last, _SEGMENTS_AT_ONCE)
        if not segments:
            return
        yield from segments
        first = segments[-1].last_update + 1


def _alone(segment: Segment, run: Run) -> Snapshots:
    return Snapshots(
        segment.kind,
        segment.first_update,
        run,
        segment.run_offset,
        segment.costs,
        np.empty((1, 0)),
        validations=segment.validations,
    )
