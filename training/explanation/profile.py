"""The cost profile of one weight: the cost of a batch for other values of this weight alone."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import outputs_and_costs
from training.evaluation import mean
from training.network import Array
from training.numerics.overflow import allow_overflow
from training.numerics.scratch import SPARE_SCRATCH

#: How many points a profile has; the one in the middle is the weight before the update.
POINTS: Final = 41


@dataclass(frozen=True, slots=True)
class Profile:
    """The mean cost of a batch for values of one weight; all others are as before the update.

    `values` of the weight and the `costs` at these, POINTS each; the one in the middle is the
    weight before the update. `slope` is G/n, the slope of the tangent there, without weight decay.
    `cost_after` is the cost if only this weight takes its step; NaN if it would not be finite.
    Costs can be infinite or NaN.
    """

    values: Array
    costs: Array
    slope: float
    cost_after: float


#: The limit of points × examples × parameters of a profile: more would take longer than a few
#: seconds.
MOST_WORK: Final = 2**33


@allow_overflow
@SPARE_SCRATCH.kept()
def profile(update: BatchUpdate, parameter: int, after: float, slope: float) -> Profile | None:
    """Return the cost of a batch around the parameter at this index in the flat vector.

    It extends to both sides by twice the step that leads to `after`, and at least by half the size
    of the weight or 0.5, whichever is larger. `slope` is G/n. None for more work than MOST_WORK.
    """
    if POINTS * len(update.numbers) * update.network.parameter_count > MOST_WORK:
        return None
    before = float(update.before.parameters[parameter])
    step = abs(after - before)
    reach = max(2.0 * step if np.isfinite(step) else 0.0, 0.5 * max(1.0, abs(before)))
    middle = POINTS // 2
    values = before + reach * ((np.arange(POINTS) - middle) / middle)
    values[middle] = before
    costs = np.array([_cost(update, parameter, value) for value in values.tolist()])
    return Profile(values, costs, slope, _cost(update, parameter, after))


def _cost(update: BatchUpdate, parameter: int, value: float) -> float:
    parameters = update.before.parameters.copy()
    parameters[parameter] = value
    _, costs = outputs_and_costs(update.network, parameters, update.examples, update.dropout)
    return mean(costs)
