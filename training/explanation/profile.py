"""The cost along one weight: what a batch would cost were this weight another, and no other."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import outputs_and_costs
from training.evaluation import mean
from training.network import Array

#: How many points a profile has; the one in the middle is the weight as it was.
POINTS: Final = 41


@dataclass(frozen=True, slots=True)
class Profile:
    """The mean cost of a batch along one weight, where all others are as before the update.

    `values` of the weight and `costs` there, POINTS each; the one in the middle is the weight
    before the update. `slope` is G/n, the tangent's there: weight decay is no part of it.
    `cost_after` is the cost where only this weight has taken its step; NaN where it became no
    finite number.
    """

    values: Array
    costs: Array
    slope: float
    cost_after: float


#: A profile that takes more than so much work, points × examples × parameters, is not made: it
#: would take longer than a few seconds.
MOST_WORK: Final = 2**33


def profile(update: BatchUpdate, parameter: int, after: float, slope: float) -> Profile | None:
    """Return a batch's cost around the parameter at this place in the flat vector.

    It reaches as far as twice the step that leads to `after`, and at least half the weight's size
    or 0.5, whichever is larger. `slope` is G/n. None where it is more work than MOST_WORK.
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
    _, costs = outputs_and_costs(update.network, parameters, update.examples)
    return mean(costs)
