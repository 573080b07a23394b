"""Warnings about the costs of a run."""

from typing import Final

import numpy as np

from training.network import Array
from training.numerics.overflow import allow_overflow
from training.run import Run
from training.warnings.warning import TrainingWarning, WarningCode
from training.warnings.words import value

#: A cost has fallen if it is less than before by this part of it.
_LEAST_FALL: Final = 0.01

#: A smaller cost is low enough: a run that continues from there need not lower it.
_LOW_COST: Final = 1e-6

#: The cost of held-out examples has risen if it is more than its minimum by this part of it.
_LEAST_RISE: Final = 0.1

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


def warnings_of_validations(run: Run) -> tuple[TrainingWarning, ...]:
    """Return the warnings about the validations of a run that is over."""
    best, latest = run.validation.best, run.validation.latest
    if best is None or latest is None or run.settings.stop.restore_best:
        return ()
    lowest, cost = best.result.cost, latest.result.cost
    if lowest <= _LOW_COST or cost <= lowest * (1.0 + _LEAST_RISE):
        return ()
    return (
        TrainingWarning(
            WarningCode.VALIDATION_COST_HAS_RISEN,
            f"The cost of the held-out examples was lowest after update {best.update:,}"
            f" ({value(lowest)}), and is {value(cost)} at the end: since then, the network"
            " overfits. It memorizes the training examples.",
            f"Fork the network at update {best.update:,}, or end runs by patience and restore the"
            " best state.",
        ),
    )
