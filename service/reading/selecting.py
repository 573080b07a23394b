"""What is read of updates: which of them, and how much of each."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from service.reading.snapshots import Page, SnapshotReader, updates_in_page
from training.batch_update import batch_gradient
from training.network import Array, Network
from training.snapshots import Snapshots
from training.update import UpdateKind

# Without parameters so many updates can be read at once without keeping a thread for long.
_OUTLINED_AT_ONCE = 40_000


class Detail(StrEnum):
    """How much of each update is read."""

    COST = "cost"
    PARAMETERS = "parameters"
    GRADIENTS = "gradients"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which updates are read, and how much of each.

    With `stride` those whose numbers are divisible by it, the first of each run, and those that no
    run made. `parameters` are the indices of those that are read, in this order; empty: all.
    """

    detail: Detail = Detail.PARAMETERS
    stride: int = 1
    parameters: tuple[int, ...] = ()

    @property
    def arrays(self) -> int:
        """How many numbers are read for each parameter."""
        return {Detail.COST: 0, Detail.PARAMETERS: 1, Detail.GRADIENTS: 2}[self.detail]


#: Every update with all of its parameters, and every update with its cost alone.
ALL = Selection()
COSTS = Selection(Detail.COST)


class Selecting:
    """Reads what is selected of updates. Thread-safe."""

    def __init__(self, snapshots: SnapshotReader) -> None:
        self._snapshots = snapshots

    def updates_at_once(self, network: Network, selection: Selection) -> int:
        """Return over how many updates one read may go, at least 1."""
        if selection.detail is Detail.COST:
            return _OUTLINED_AT_ONCE
        return updates_in_page(network) // selection.arrays or 1

    def read(self, network: Network, first: int, last: int, selection: Selection) -> Page:
        """Return all of the updates `first` to `last`, committed, with what the selection needs.

        With parameters it may end earlier: it is one page. Raises HistoryCompacted, DamagedHistory.
        """
        if selection.detail is Detail.COST:
            return self._snapshots.outline(network, first, last)
        return self._snapshots.page(network, first, last)

    def selected(
        self, network: Network, page: Page, first: int, last: int, selection: Selection
    ) -> Page:
        """Return what is selected of the updates `first` to `last` of those that were read.

        Raises DamagedHistory.
        """
        parts = [
            chosen
            for part in page
            if part.last_update >= first and part.first_update <= last
            for chosen in _thinned(
                part.part(max(first, part.first_update), min(last, part.last_update)),
                selection.stride,
            )
        ]
        if selection.detail is Detail.GRADIENTS:
            parts = [each for part in parts for each in self._with_gradients(network, page, part)]
        if selection.parameters:
            indices = np.array(selection.parameters)
            parts = [_only(part, indices) for part in parts]
        return tuple(parts)

    def _with_gradients(self, network: Network, page: Page, part: Snapshots) -> list[Snapshots]:
        """Return updates with their gradients; one that has none comes without, by itself."""
        run = part.run
        if run is None or not part.count:
            return [part]
        before = self._before(network, page, part.first_update)
        if before is None:
            alone, rest = part.rows(slice(0, 1)), part.rows(slice(1, None))
            return [alone, *self._with_gradients(network, page, rest)] if rest.count else [alone]
        examples = self._snapshots.examples_of(run)
        gradients = np.empty_like(part.parameters)
        for row, number in enumerate(part.numbers):
            if row:
                before = self._before(network, page, number)
            assert before is not None  # only the earliest kept update has nothing before it
            index = part.run_offset + row * part.stride
            gradients[row] = batch_gradient(network, run, index, before, examples)
        return [replace(part, gradients=gradients)]

    def _before(self, network: Network, page: Page, number: int) -> Array | None:
        """Return the parameters before an update; None where they are not kept."""
        for part in page:
            if part.first_update < number <= part.last_update + 1:
                parameters: Array = part.parameters[number - 1 - part.first_update]
                return parameters
        state = self._snapshots.kept_state(network, number - 1)
        return None if state is None else state.parameters


def _thinned(part: Snapshots, stride: int) -> list[Snapshots]:
    """Return what a stride leaves of consecutive updates of one kind and run."""
    if stride == 1 or part.kind is not UpdateKind.GRADIENT:
        return [part]
    chosen = part.every(stride)
    begins = part.run_offset == 0 and part.first_update % stride != 0
    parts = [part.rows(slice(0, 1)), chosen] if begins else [chosen]
    return [each.detached() for each in parts if each.count]


def _only(part: Snapshots, indices: NDArray[np.intp]) -> Snapshots:
    """Return updates with some of their parameters."""
    return replace(
        part,
        parameters=part.parameters[:, indices],
        gradients=None if part.gradients is None else part.gradients[:, indices],
        last_state=None,
    )
