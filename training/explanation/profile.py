"""The cost along one weight: what a batch would cost were this weight another, and no other."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from training.batch_update import BatchUpdate
from training.engine import cost_and_gradient, outputs_and_costs
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


def profile(update: BatchUpdate, parameter: int, after: float) -> Profile:
    """Return a batch's cost around the parameter at this place in the flat vector.

    It reaches as far as twice the step that leads to `after`, and at least half the weight's size
    or 0.5, whichever is larger.
    """
    before = float(update.before.parameters[parameter])
    step = abs(after - before)
    reach = max(2.0 * step if np.isfinite(step) else 0.0, 0.5 * max(1.0, abs(before)))
    middle = POINTS // 2
    values = before + reach * ((np.arange(POINTS) - middle) / middle)
    values[middle] = before
    costs = np.array([_cost(update, parameter, value) for value in values.tolist()])
    _, gradient = cost_and_gradient(update.network, update.before.parameters, update.examples)
    return Profile(values, costs, float(gradient[parameter]), _cost(update, parameter, after))


def _cost(update: BatchUpdate, parameter: int, value: float) -> float:
    parameters = update.before.parameters.copy()
    parameters[parameter] = value
    _, costs = outputs_and_costs(update.network, parameters, update.examples)
    return mean(costs)
