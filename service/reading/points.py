"""Updates that are chosen from a history, without their parameters."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.batches import Integers
from training.learning_rates import learning_rates_at
from training.network import Array
from training.run import Run
from training.snapshots import Snapshots
from training.update import UpdateKind
from training.validation import NO_VALIDATIONS, Validations


@dataclass(frozen=True, slots=True)
class Points:
    """Updates of one kind and one run as arrays, in order, but not at equal distances.

    They have no parameters. `updates` (count) are their numbers, `indices` (count) those in the
    run, from 0; `costs` (count), empty for kinds other than GRADIENT. `run` is None if no run made
    the updates; see Snapshots. `validations` are those after some of these updates.
    """

    kind: UpdateKind
    run: Run | None
    updates: Integers
    indices: Integers
    costs: Array
    validations: Validations = NO_VALIDATIONS

    @property
    def run_of_batches(self) -> Run | None:
        """The run whose batches made the updates; None if they have no batches."""
        return self.run if self.kind is UpdateKind.GRADIENT else None

    @property
    def count(self) -> int:
        """The number of updates."""
        return len(self.updates)

    @property
    def numbers(self) -> list[int]:
        """The numbers of the updates."""
        numbers: list[int] = self.updates.tolist()
        return numbers

    @property
    def last_update(self) -> int:
        """The number of the last update."""
        return int(self.updates[-1])

    @property
    def learning_rates(self) -> Array:
        """The learning rate (count) of each update; empty for kinds other than GRADIENT."""
        run = self.run_of_batches
        return np.empty(0) if run is None else learning_rates_at(run, self.indices)

    @property
    def parameters(self) -> Array:
        """None of each update: (count, 0)."""
        return np.empty((self.count, 0))

    @property
    def gradients(self) -> Array | None:
        """None."""
        return None

    def rows(self, chosen: NDArray[np.bool_]) -> "Points":
        """Return some of these updates, each of which has a validation."""
        costs, validations = self.costs[chosen], self.validations.rows(chosen)
        return Points(
            self.kind, self.run, self.updates[chosen], self.indices[chosen], costs, validations
        )

    @property
    def nbytes(self) -> int:
        """The size of the arrays in bytes."""
        return self.costs.nbytes + self.updates.nbytes + self.indices.nbytes


#: Updates of one kind and one run.
Part: TypeAlias = Snapshots | Points
