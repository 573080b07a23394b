"""Lists the updates with a validation after them."""

from collections.abc import Iterator
from itertools import groupby

import numpy as np

from service.reading.points import Points
from training.network import Array, Network
from training.ports import Reader
from training.run import Run
from training.update import Segment, UpdateKind
from training.validation import Validations

_SEGMENTS_AT_ONCE = 1_000


def validated_updates(
    reader: Reader, network: Network, first: int, last: int, most: int
) -> tuple[Points, ...]:
    """Return up to `most` updates with a validation, from `first` to `last`, run by run.

    Raises HistoryCompacted, DamagedHistory.
    """
    found: list[tuple[Segment, Validations]] = []
    for segment in _segments(reader, network.uid, first, last):
        validations = segment.validations.within(range(first, last + 1)).rows(slice(most))
        if len(validations):
            found.append((segment, validations))
            most -= len(validations)
        if not most:
            break
    return tuple(
        _joined(reader.run(network.uid, run), list(parts))
        for run, parts in groupby(found, key=lambda each: each[0].run)
    )


def downsampled(page: tuple[Points, ...], most: int) -> tuple[Points, ...]:
    """Return up to `most` of these updates, at least 2, if there are more.

    They are the first and the last one; and for each of several stretches of the same length those
    with the smallest and the largest cost of their validation, NaN only if there is nothing else.
    """
    if sum(part.count for part in page) <= most:
        return page
    costs = np.concatenate([part.validations.costs for part in page])
    is_chosen = np.zeros(len(costs), dtype=np.bool_)
    is_chosen[[0, -1]] = True
    stretches = (most - 2) // 2
    for indices in np.array_split(np.arange(len(costs)), stretches) if stretches else []:
        is_chosen[indices[list(_extremes(costs[indices]))]] = True
    ends = np.cumsum([part.count for part in page])[:-1]
    chosen = zip(page, np.split(is_chosen, ends), strict=True)
    return tuple(part.rows(of_part) for part, of_part in chosen if of_part.any())


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


def _joined(run: Run, parts: list[tuple[Segment, Validations]]) -> Points:
    """Return the updates of a run with a validation, from its segments."""
    begins = np.repeat(
        [segment.run_offset - segment.first_update for segment, _ in parts],
        [len(validations) for _, validations in parts],
    )
    updates = np.concatenate([validations.updates for _, validations in parts])
    return Points(
        UpdateKind.GRADIENT,
        run,
        updates,
        updates + begins,
        np.concatenate([s.costs[v.updates - s.first_update] for s, v in parts]),
        Validations(
            updates,
            np.concatenate([validations.costs for _, validations in parts]),
            np.concatenate([validations.accuracies for _, validations in parts]),
        ),
    )
