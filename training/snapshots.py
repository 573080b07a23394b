"""Updates of one run as arrays, with their costs and parameters."""

from dataclasses import dataclass, replace

import numpy as np

from training.network import Array
from training.run import Run
from training.update import State, UpdateKind


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Updates of one kind and one run, with their parameters, as arrays.

    Their numbers are `first_update` and each `stride` further; consecutive ones where it is 1.
    `costs` (count), empty where no run made the updates; `parameters` (count, parameters) after
    each update, or (count, 0) where only the costs were asked for; `gradients` in the same form,
    None where there are none. `run` is None where no run made them, else the run as it was when it
    was read: use it for what never changes, such as its settings. `run_offset` is how many updates
    it had made before the first of these. `last_state` is the whole state after the last of them,
    with its optimizer state; None where that was not recomputed.
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

    @property
    def count(self) -> int:
        """How many updates these are."""
        return len(self.parameters)

    @property
    def last_update(self) -> int:
        """The number of the last update."""
        return self.first_update + (self.count - 1) * self.stride

    @property
    def numbers(self) -> range:
        """The numbers of the updates."""
        return range(self.first_update, self.last_update + 1, self.stride)

    def part(self, first: int, last: int) -> "Snapshots":
        """Return those of consecutive updates from `first` to `last`, which are among them."""
        return self.rows(slice(first - self.first_update, last - self.first_update + 1))

    def every(self, stride: int) -> "Snapshots":
        """Return those of consecutive updates whose numbers are divisible by `stride`."""
        return self.rows(slice(-self.first_update % stride, None, stride))

    def rows(self, chosen: slice) -> "Snapshots":
        """Return some of these updates as views; `chosen` has a start that is not negative."""
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
        return replace(part, last_state=self.last_state) if self._ends_with(part) else part

    def detached(self) -> "Snapshots":
        """Return these updates in arrays of their own, so that others need not stay in memory."""
        gradients = None if self.gradients is None else self.gradients.copy()
        return replace(
            self,
            costs=self.costs.copy(),
            parameters=self.parameters.copy(),
            gradients=gradients,
        )

    @property
    def nbytes(self) -> int:
        """How many bytes the numbers of the updates take, without the whole state."""
        gradients = 0 if self.gradients is None else self.gradients.nbytes
        return self.costs.nbytes + self.parameters.nbytes + gradients

    def _ends_with(self, part: "Snapshots") -> bool:
        return self.last_state is not None and part.last_update == self.last_update

    def is_followed_by(self, later: "Snapshots") -> bool:
        """Return whether `later` are the next updates of the same run."""
        return (
            self.run is not None
            and later.run is not None
            and self.run.number == later.run.number
            and self.last_update + 1 == later.first_update
        )

    def joined(self, later: "Snapshots") -> "Snapshots":
        """Return these updates and those that follow them as one."""
        return replace(
            self,
            costs=np.concatenate([self.costs, later.costs]),
            parameters=np.concatenate([self.parameters, later.parameters]),
            last_state=later.last_state,
        )
