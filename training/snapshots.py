"""Updates of one run as arrays, with their costs and parameters."""

from dataclasses import dataclass, replace

import numpy as np

from training.batches import Integers
from training.learning_rates import learning_rates
from training.network import Array
from training.run import Run
from training.update import State, UpdateKind
from training.validation import NO_VALIDATIONS, Validations


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Updates of one kind and one run, with their parameters, as arrays.

    Their numbers are `first_update`, `first_update + stride` and so on. `costs` (count), empty for
    kinds other than GRADIENT; `parameters` (count, parameters) after each update, or (count, 0) if
    only costs were requested; `gradients` in the same form, or None. `run` is None if no run made
    the updates, else the run as it was when it was read: use it only for what never changes, such
    as its settings. `run_offset` is the number of updates of the run before the first of these.
    `last_state` is the whole state after the last update, with its optimizer state; None if it was
    not recomputed. `validations` are those after some of these updates.
    """

    kind: UpdateKind
    first_update: int
    run: Run | None
    run_offset: int
    costs: Array
    parameters: Array
    last_state: State | None = None
    stride: int = 1
    gradients: Array | None = None
    validations: Validations = NO_VALIDATIONS

    @property
    def run_of_batches(self) -> Run | None:
        """The run whose batches made the updates; None if they have no batches."""
        return self.run if self.kind is UpdateKind.GRADIENT else None

    @property
    def count(self) -> int:
        """The number of updates."""
        return len(self.parameters)

    @property
    def last_update(self) -> int:
        """The number of the last update."""
        return self.first_update + (self.count - 1) * self.stride

    @property
    def learning_rates(self) -> Array:
        """The learning rate (count) of each update; empty for kinds other than GRADIENT."""
        run = self.run_of_batches
        if run is None:
            return np.empty(0)
        return learning_rates(run, self.run_offset, self.count, self.stride)

    @property
    def numbers(self) -> range:
        """The numbers of the updates."""
        return range(self.first_update, self.last_update + 1, self.stride)

    @property
    def indices(self) -> Integers:
        """The index (count) of each update in its run, from 0."""
        return self.run_offset + self.stride * np.arange(self.count, dtype=np.int64)

    def part(self, first: int, last: int) -> "Snapshots":
        """Return the updates `first` to `last` of these consecutive updates."""
        return self.rows(slice(first - self.first_update, last - self.first_update + 1))

    def every(self, stride: int) -> "Snapshots":
        """Return those of these consecutive updates whose numbers are divisible by `stride`."""
        return self.rows(slice(-self.first_update % stride, None, stride))

    def rows(self, chosen: slice) -> "Snapshots":
        """Return some of these updates as views; the start of `chosen` is not negative."""
        start, step = chosen.start * self.stride, (chosen.step or 1) * self.stride
        part = replace(
            self,
            first_update=self.first_update + start,
            run_offset=self.run_offset + start,
            costs=self.costs[chosen],
            parameters=self.parameters[chosen],
            last_state=None,
            stride=step,
            gradients=None if self.gradients is None else self.gradients[chosen],
        )
        if len(self.validations):
            part = replace(part, validations=self.validations.within(part.numbers))
        return replace(part, last_state=self.last_state) if self._ends_with(part) else part

    def detached(self) -> "Snapshots":
        """Return a copy of these updates that does not keep larger arrays in memory."""
        gradients = None if self.gradients is None else self.gradients.copy()
        return replace(
            self,
            costs=self.costs.copy(),
            parameters=self.parameters.copy(),
            gradients=gradients,
            validations=self.validations.copy(),
        )

    @property
    def nbytes(self) -> int:
        """The size of the arrays in bytes, without the whole state."""
        gradients = 0 if self.gradients is None else self.gradients.nbytes
        arrays = self.costs.nbytes + self.parameters.nbytes + gradients
        return arrays + self.validations.nbytes

    def _ends_with(self, part: "Snapshots") -> bool:
        return self.last_state is not None and part.last_update == self.last_update

    def is_followed_by(self, later: "Snapshots") -> bool:
        """Return whether `later` are the next updates of the same run."""
        return (
            self.kind is later.kind is UpdateKind.GRADIENT
            and self.run is not None
            and later.run is not None
            and self.run.number == later.run.number
            and self.last_update + 1 == later.first_update
        )

    def joined(self, later: "Snapshots") -> "Snapshots":
        """Return these updates and the ones that follow them as one object."""
        return replace(
            self,
            run=later.run,  # with all reductions of the learning rate
            costs=np.concatenate([self.costs, later.costs]),
            parameters=np.concatenate([self.parameters, later.parameters]),
            last_state=later.last_state,
            validations=self.validations.then(later.validations),
        )
