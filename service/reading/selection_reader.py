"""Reads selections of updates."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from service.reading.examples_cache import ExamplesCache
from service.reading.selection import Detail, Selection
from service.reading.state_reader import StateReader
from service.reading.stored_updates import UpdatePage, outline
from service.reading.update_pages import UpdatePages, updates_in_page
from training.batch_update import batch_gradient
from training.network import Array, Network
from training.ports import Store
from training.snapshots import Snapshots
from training.update import UpdateKind

# The number of updates that are read at once without parameters, to keep each read short.
_OUTLINED_AT_ONCE = 40_000


class SelectionReader:
    """Reads selections of updates. Thread-safe."""

    def __init__(
        self, store: Store, examples: ExamplesCache, states: StateReader, pages: UpdatePages
    ) -> None:
        self._store = store
        self._examples = examples
        self._states = states
        self._pages = pages

    def updates_at_once(self, network: Network, selection: Selection) -> int:
        """Return the maximum number of updates in one read, at least 1."""
        if selection.detail is Detail.COST:
            return _OUTLINED_AT_ONCE
        return updates_in_page(network) // selection.arrays or 1

    def read(self, network: Network, first: int, last: int, selection: Selection) -> UpdatePage:
        """Return all committed updates `first` to `last`, with everything that the selection needs.

        With parameters it may end earlier, after one page. Raises HistoryCompacted, DamagedHistory.
        """
        if selection.detail is Detail.COST:
            return outline(self._store, network, first, last)
        return self._pages.read(network, first, last)

    def selected(
        self, network: Network, page: UpdatePage, first: int, last: int, selection: Selection
    ) -> UpdatePage:
        """Return the selection of the updates `first` to `last` from those that were read.

        Raises DamagedHistory.
        """
        parts = [
            chosen
            for part in page
            if part.last_update >= first and part.first_update <= last
            for chosen in _strided(
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

    def _with_gradients(
        self, network: Network, page: UpdatePage, part: Snapshots
    ) -> list[Snapshots]:
        """Return updates with their gradients; an update without gradients is a separate part."""
        run = part.run_of_batches
        if run is None or not part.count:
            return [part]
        before = self._before(network, page, part.first_update)
        if before is None:
            alone, rest = part.rows(slice(0, 1)), part.rows(slice(1, None))
            return [alone, *self._with_gradients(network, page, rest)] if rest.count else [alone]
        examples = self._examples.of_stored_run(self._store, network, run)
        gradients = np.empty_like(part.parameters)
        for row, number in enumerate(part.numbers):
            if row:
                before = self._before(network, page, number)
            assert before is not None  # only the earliest kept update has no state before it
            index = part.run_offset + row * part.stride
            gradients[row] = batch_gradient(network, run, index, before, examples)
        return [replace(part, gradients=gradients)]

    def _before(self, network: Network, page: UpdatePage, number: int) -> Array | None:
        """Return the parameters before an update; None if they were deleted."""
        for part in page:
            if part.first_update < number <= part.last_update + 1:
                parameters: Array = part.parameters[number - 1 - part.first_update]
                return parameters
        state = self._states.read_kept(network, number - 1)
        return None if state is None else state.parameters


def _strided(part: Snapshots, stride: int) -> list[Snapshots]:
    """Return the updates that a stride selects from consecutive updates of one kind and run."""
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
