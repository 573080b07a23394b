"""Gradients from backpropagation, compared with measured slopes.

A slope is measured by a central difference: (C(w + h) − C(w − h)) / 2h, where C is the mean cost
and all parameters other than w are unchanged.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite, isnan, nan

import numpy as np
from numpy.typing import NDArray

from training.cancellation import cancellable, check_cancelled
from training.engine import activations, cost_and_gradient, outputs_and_costs, structure_of
from training.network import Array, Network
from training.numerics import loops
from training.numerics.layout import to_layers
from training.numerics.overflow import allow_overflow
from training.numerics.scratch import SPARE_SCRATCH
from training.training_set import Examples

#: The steps h for parameters of size up to 1; the steps of larger ones are proportional to their
#: size. With the first step, the truncation error and the rounding error are about equal. If it
#: does not confirm a gradient, a smaller one may: with large inputs the cost can be too curved
#: within it.
_STEPS = (6e-6, 6e-7, 6e-8)

_RELATIVE_TOLERANCE = 1e-6
_ABSOLUTE_TOLERANCE = 1e-9

#: Relative to the cost: the effect of a few units in its last place on the slope with the first
#: step. It matters only if costs are large.
_ROUNDING = 8 * 2.0**-52 / _STEPS[0]


#: A factor for estimates of the error of a slope, which are not bounds.
_SAFETY = 4.0

#: A bound of the error of a logit, in proportion to the sum of the sizes of its terms.
_LOGIT_ROUNDING = 8 * 2.0**-52


@dataclass(frozen=True, slots=True)
class GradientDifference:
    """The gradient of one parameter, computed and measured.

    `parameter` is its index in the flat vector; `numeric` is measured by moving it by `step` to
    either side; the two may differ by `tolerance`. With `kink` a unit's activation has a corner
    within the step, so `numeric` is not a derivative. With `unmeasurable` one of the two, or a
    number that `numeric` is computed from, is infinite or NaN; or the difference is within the
    error of `numeric`, because logits are rounded, or because the cost bends too much within even
    the smallest step. Only one of both is set.
    """

    parameter: int
    analytic: float
    numeric: float
    step: float
    tolerance: float
    kink: bool
    unmeasurable: bool = False

    @property
    def difference(self) -> float:
        """The absolute difference of the two gradients."""
        return abs(self.analytic - self.numeric)

    @property
    def comparable(self) -> bool:
        """Whether `numeric` says anything about `analytic`."""
        return not (self.kink or self.unmeasurable)

    @property
    def passed(self) -> bool:
        """Whether the gradients agree, or cannot be compared."""
        return not self.comparable or self.difference <= self.tolerance


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """The result of a check of at least one parameter.

    `differences` begin with the largest, relative to its tolerance; those that cannot be compared
    come last.
    """

    example_count: int
    differences: list[GradientDifference]

    @property
    def passed(self) -> bool:
        """Whether no gradient failed."""
        return self.failed == 0

    @property
    def failed(self) -> int:
        """How many gradients differ from what is measured."""
        return sum(not difference.passed for difference in self.differences)

    @property
    def kinks(self) -> int:
        """How many parameters cannot be compared because of a kink."""
        return sum(difference.kink for difference in self.differences)

    @property
    def unmeasurable(self) -> int:
        """How many parameters cannot be compared because their slope cannot be measured."""
        return sum(difference.unmeasurable for difference in self.differences)

    @property
    def largest(self) -> GradientDifference:
        """The largest of the differences, relative to its tolerance."""
        return self.differences[0]


@SPARE_SCRATCH.kept()
@allow_overflow
def check_gradients(
    network: Network, parameters: Array, examples: Examples, places: Iterable[int]
) -> GradientCheck:
    """Compare the gradients of the mean cost of examples that fit the network.

    `places` are the indices, at least one, of the parameters to check in the flat vector. All
    examples have the weight 1.
    """
    examples = examples.unweighted
    _, gradient = cost_and_gradient(network, parameters, examples)
    measuring = _Measuring(network, parameters, examples)
    found = [measuring.difference(int(place), float(gradient[place])) for place in places]
    return GradientCheck(len(examples.inputs), sorted(found, key=_badness, reverse=True))


def _badness(found: GradientDifference) -> tuple[bool, float]:
    return found.comparable, found.difference / found.tolerance if found.comparable else 0.0


class _Measuring:
    """Measures the slopes of one network with given parameters."""

    def __init__(self, network: Network, parameters: Array, examples: Examples) -> None:
        self._network = network
        self._parameters = parameters.copy()
        self._examples = examples
        self._kinked = np.repeat(
            [activation.definition.has_kink for activation in network.activations],
            network.layer_sizes[1:],
        )
        self._output_kinked = network.cost_function.definition.has_kink
        self._sides = self._on_which_sides()

    def difference(self, place: int, analytic: float) -> GradientDifference:
        """Compare the gradient of one parameter with the first step that confirms it, if any."""
        tried: list[GradientDifference] = []
        for step in _STEPS:
            found = self._measure(place, analytic, step)
            if found.passed:
                return found if found.comparable or not tried else tried[0]
            tried.append(found)
        failed = tried[0]
        errors = (
            self._rounding / failed.step,
            _SAFETY * self._bend(place, tried[-1]),
            _SAFETY * abs(failed.numeric - tried[1].numeric),  # the slope depends on the step
        )
        is_wrong = all(failed.difference > error for error in errors)  # False if one is NaN
        return replace(failed, unmeasurable=not is_wrong)

    def _bend(self, place: int, found: GradientDifference) -> float:
        """Return how much a gradient changes within a step: the slope can be wrong by that much."""
        w = float(self._parameters[place])
        changes = []
        for moved in (w + found.step, w - found.step):
            self._parameters[place] = moved
            _, gradient = cost_and_gradient(self._network, self._parameters, self._examples)
            changes.append(abs(float(gradient[place]) - found.analytic))
        self._parameters[place] = w
        return nan if any(map(isnan, changes)) else max(changes)

    @cached_property
    def _rounding(self) -> float:
        """The effect of rounded logits on the mean cost, to first order: Σ |δ|·ε·|w|·|a|."""
        structure = structure_of(self._network)
        layers = to_layers(structure, self._parameters.tolist())
        total = 0.0
        examples = zip(self._examples.inputs.tolist(), self._examples.targets.tolist(), strict=True)
        for x, y in cancellable(examples):
            logits, units = loops.forward(structure, layers, x)
            check_cancelled()
            deltas = loops.backward(structure, layers, logits, units, y)
            for layer, below, delta in zip(layers, [x, *units[:-1]], deltas, strict=True):
                sizes = np.abs(layer.weights) @ np.abs(below)
                sizes[: len(layer.biases)] += np.abs(layer.biases)
                total += float(np.abs(delta) @ sizes)
        return _LOGIT_ROUNDING * total / len(self._examples.inputs)

    def _measure(self, place: int, analytic: float, step: float) -> GradientDifference:
        w = float(self._parameters[place])
        h = step * max(1.0, abs(w))
        above, kink_above = self._moved(place, w + h)
        below, kink_below = self._moved(place, w - h)
        self._parameters[place] = w
        distance = (w + h) - (w - h)  # 2h, rounded as w + h and w − h are
        numeric = (above - below) / distance
        measurable = isfinite(analytic) and isfinite(numeric) and isfinite(distance)
        tolerance = (
            _RELATIVE_TOLERANCE * max(abs(analytic), abs(numeric))
            + _ABSOLUTE_TOLERANCE
            + _ROUNDING * max(abs(above), abs(below))
        )
        return GradientDifference(
            place,
            analytic,
            numeric,
            h,
            tolerance,
            kink=measurable and (kink_above or kink_below),
            unmeasurable=not measurable,
        )

    def _moved(self, place: int, w: float) -> tuple[float, bool]:
        """Return the mean cost with another value of a parameter, and whether it passes a kink."""
        self._parameters[place] = w
        _, costs = outputs_and_costs(self._network, self._parameters, self._examples)
        cost = float(costs.mean())  # pairwise, not in their order: it rounds less
        return cost, not np.array_equal(self._on_which_sides(), self._sides)

    def _on_which_sides(self) -> NDArray[np.bool_]:
        """Return for each example and each unit with a kink whether its logit is above 0.

        For a cost with a kink also whether each output has a cost.
        """
        if not (self._kinked.any() or self._output_kinked):
            return np.empty(0, dtype=bool)
        units = activations(self._network, self._parameters, self._examples.inputs)
        sides = [units[:, self._kinked] > 0.0]
        if self._output_kinked:
            targets = self._examples.targets
            signs = np.where(targets > 0.0, 1.0, -1.0)
            sides.append(signs * units[:, -targets.shape[1] :] < 1.0)
        return np.concatenate(sides, axis=1)
