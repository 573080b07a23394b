"""Warnings about the costs of a run."""

from typing import Final

import numpy as np

from training.network import Array
from training.numerics.overflow import allow_overflow
from training.warnings.warning import TrainingWarning, WarningCode
from training.warnings.words import value

#: A cost has fallen if it is less than before by this part of it.
_LEAST_FALL: Final = 0.01

#: A smaller cost is low enough: a run that continues from there need not lower it.
_LOW_COST: Final = 1e-6

#: The number of updates at either end of a run whose costs are compared; with an epoch at least.
LEAST_COMPARED: Final = 10
MOST_COMPARED: Final = 10_000


def compared_updates(updates_per_epoch: int) -> int:
    """Return how many of the first and of the last updates of a run are compared."""
    return min(max(updates_per_epoch, LEAST_COMPARED), MOST_COMPARED)


@allow_overflow
def warnings_of_costs(first: Array, last: Array) -> tuple[TrainingWarning, ...]:
    """Return the warnings about the costs of the first and the last updates of a run, each ≥ 1."""
    before, after = float(np.mean(first)), float(np.mean(last))
    if before <= _LOW_COST or after < before * (1.0 - _LEAST_FALL):
        return ()
    return (
        TrainingWarning(
            WarningCode.COST_HAS_NOT_FALLEN,
            f"The cost has not fallen by 1 %: its mean was {value(before)} in the first"
            f" {len(first):,} updates of the run, and {value(after)} in the last ones.",
            "Look at the other warnings; otherwise try a learning rate that is 10 times larger or"
            " smaller, another seed, or more hidden units. If the cost is low enough, the network"
            " does not need more training.",
        ),
    )
