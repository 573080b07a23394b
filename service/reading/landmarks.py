"""What a watch remembers of the last that it has passed, to find it again on another timeline.

A database that has lost commits may have others in their place, with the same numbers.
"""

from collections.abc import Hashable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from service.reading.stored_updates import UpdatePage
from training.errors import DamagedHistory, HistoryCompacted
from training.network import Array, Network
from training.ports import Reader
from training.run import Run
from training.update import RunEvent, UpdateKind

#: What two updates, or two changes of runs, have in common only if they are the same. The update of
#: a batch is that of the same batch of the same run, with a cost of the same bits; any other update
#: was committed at the same time. None: unknown.
Landmark = Hashable


@dataclass(frozen=True, slots=True)
class ReceivedUpdate:
    """An update as a client has received it; `cost` is None if it has none, or if it is unknown."""

    update: int
    cost: float | None = None


def is_stored(reader: Reader, network: Network, received: ReceivedUpdate) -> bool:
    """Return whether the stored update with this number has the cost, if that can be compared."""
    if received.cost is None:
        return True
    with suppress(DamagedHistory, HistoryCompacted):
        for segment in reader.segments(network.uid, received.update, received.update, 1):
            offset = received.update - segment.first_update
            return np.array_equal(segment.costs[offset:][:1], [received.cost], equal_nan=True)
    return True


def landmark_of(reader: Reader, network: Network, update: int) -> Landmark:
    """Return the landmark of a stored update; None if there is none, or if it is damaged."""
    if update < 0:
        return None
    with suppress(DamagedHistory, HistoryCompacted):
        for segment in reader.segments(network.uid, update, update, 1):
            if segment.kind is not UpdateKind.GRADIENT:
                return update, segment.kind, segment.commit_time
            run, offset = reader.run(network.uid, segment.run), update - segment.first_update
            return _of_batch(update, run, segment.run_offset + offset, segment.costs[offset:])
    return None


def landmark_in(page: UpdatePage, update: int) -> Landmark:
    """Return the landmark of an update that was read; None if a page does not show it."""
    for part in page:
        if part.first_update <= update <= part.last_update and part.run_of_batches is not None:
            offset = update - part.first_update
            return _of_batch(
                update, part.run_of_batches, part.run_offset + offset, part.costs[offset:]
            )
    return None


def landmark_of_event(event: RunEvent) -> Landmark:
    """Return the landmark of a change of a run."""
    return event.number, event.update, event.run.number, event.run.create_time, event.run.state


def _of_batch(update: int, run: Run, offset: int, costs: Array) -> Landmark:
    return update, run.number, run.create_time, offset, costs[:1].tobytes()
