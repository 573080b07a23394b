"""Gradients as backpropagation has them, against gradients as they are measured.

A gradient is measured by a central difference: (C(w + h) − C(w − h)) / 2h, where C is the mean cost
and everything but one parameter w stays as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, isnan

import numpy as np
from numpy.typing import NDArray

from training.engine import activations, cost_and_gradient, outputs_and_costs
from training.network import Array, Network
from training.training_set import Examples

#: The steps h, for parameters up to 1 in size; larger ones take steps in proportion. With the first
#: the error of the difference and that of rounding are about the same. Where it does not confirm a
#: gradient, inputs may be so large that the cost bends too much within it: a smaller one may do.
_STEPS = (6e-6, 6e-7, 6e-8)

_RELATIVE_TOLERANCE = 1e-6
_ABSOLUTE_TOLERANCE = 1e-9

#: In proportion to the cost: what a few units in its last place make of the difference with the
#: first step. Only counts where costs are large.
_ROUNDING = 8 * 2.0**-52 / _STEPS[0]


@dataclass(frozen=True, slots=True)
class GradientDifference:
    """One parameter's gradient, computed and measured.

    `parameter` is its place in the flat vector; `numeric` is measured by moving it by `step` to
    either side; the two may differ by `tolerance`. With `kink` a unit's activation has a corner
    within the step, so that what is measured is no derivative.
    """

    parameter: int
    analytic: float
    numeric: float
    step: float
    tolerance: float
    kink: bool

    @property
    def difference(self) -> float:
        """How far the two gradients are apart."""
        return abs(self.analytic - self.numeric)

    @property
    def passed(self) -> bool:
        """Whether the gradients agree, or cannot be compared."""
        return self.kink or self.difference <= self.tolerance


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """What a check found: of at least one parameter.

    `differences` begin with the worst, measured by their tolerances; kinks stand last.
    """

    example_count: int
    differences: list[GradientDifference]

    @property
    def passed(self) -> bool:
        """Whether no gradient failed."""
        return self.failed == 0

    @property
    def failed(self) -> int:
        """How many gradients are not what is measured."""
        return sum(not difference.passed for difference in self.differences)

    @property
    def kinks(self) -> int:
        """How many parameters cannot be compared, because of a kink."""
        return sum(difference.kink for difference in self.differences)

    @property
    def largest(self) -> GradientDifference:
        """The worst of the differences."""
        return self.differences[0]


def check_gradients(
    network: Network, parameters: Array, examples: Examples, places: Iterable[int]
) -> GradientCheck:
    """Compare the gradients of the mean cost of examples that fit the network.

    `places` are the places, at least one, of the parameters that are looked at in the flat vector.
    """
    _, gradient = cost_and_gradient(network, parameters, examples)
    measuring = _Measuring(network, parameters, examples)
    found = [measuring.difference(int(place), float(gradient[place])) for place in places]
    return GradientCheck(len(examples.inputs), sorted(found, key=_badness, reverse=True))


def _badness(found: GradientDifference) -> tuple[bool, float]:
    ratio = found.difference / found.tolerance
    return not found.kink, inf if isnan(ratio) else ratio


class _Measuring:
    """Measures gradients of one network at one place in the space of its parameters."""

    def __init__(self, network: Network, parameters: Array, examples: Examples) -> None:
        self._network = network
        self._parameters = parameters.copy()
        self._examples = examples
        self._kinked = np.repeat(
            [activation.definition.has_kink for activation in network.activations],
            network.layer_sizes[1:],
        )
        self._sides = self._on_which_sides()

    def difference(self, place: int, analytic: float) -> GradientDifference:
        """Compare the gradient of one parameter, at the first step that confirms it, if any."""
        tried: list[GradientDifference] = []
        for step in _STEPS:
            found = self._measure(place, analytic, step)
            if found.passed:
                return found if not found.kink or not tried else tried[0]
            tried.append(found)
        return tried[0]

    def _measure(self, place: int, analytic: float, step: float) -> GradientDifference:
        w = float(self._parameters[place])
        h = step * max(1.0, abs(w))
        above, kink_above = self._moved(place, w + h)
        below, kink_below = self._moved(place, w - h)
        self._parameters[place] = w
        numeric = (above - below) / ((w + h) - (w - h))  # as far apart as they really are
        tolerance = (
            _RELATIVE_TOLERANCE * max(abs(analytic), abs(numeric))
            + _ABSOLUTE_TOLERANCE
            + _ROUNDING * max(abs(above), abs(below))
        )
        return GradientDifference(
            place, analytic, numeric, h, tolerance, kink=kink_above or kink_below
        )

    def _moved(self, place: int, w: float) -> tuple[float, bool]:
        """Return the mean cost with another value of a parameter, and whether a kink was passed."""
        self._parameters[place] = w
        _, costs = outputs_and_costs(self._network, self._parameters, self._examples)
        with np.errstate(over="ignore", invalid="ignore"):
            # Not added up in their order: rounding shall be as little as can be.
            cost = float(costs.mean())
        return cost, not np.array_equal(self._on_which_sides(), self._sides)

    def _on_which_sides(self) -> NDArray[np.bool_]:
        """Return for each example and each unit with a kink whether its logit is above 0."""
        if not self._kinked.any():
            return np.empty(0, dtype=bool)
        units = activations(self._network, self._parameters, self._examples.inputs)
        return units[:, self._kinked] > 0.0
