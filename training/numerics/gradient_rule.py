"""What is done to the mean gradient of a batch before the optimizer's step.

For each parameter in this order: the gradient of the penalty is added, the sum is clipped by value,
all are clipped by their norm, and weight decay is added.  A frozen parameter has the gradient 0,
and stays as it is.  Penalties are of weights only, never of biases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt
from typing import NamedTuple

from training.numerics.jit import shared
from training.numerics.layout import Structure
from training.numerics.optimizers import Rates, decayed

#: Added to a norm before the division by it, as in PyTorch.
_NORM_EPSILON = 1e-6


class GradientRule(NamedTuple):
    """The settings for all parameters."""

    l1: float = 0.0
    """The factor of Σ|w| in the cost."""
    l2: float = 0.0
    """The factor of ½·Σw² in the cost."""
    clip_value: float = inf
    """The maximum size of each gradient; ∞ for none."""
    clip_norm: float = inf
    """The maximum norm of the gradient of all parameters; ∞ for none."""
    decays_biases: float = 1.0
    """0 if weight decay is of weights only, else 1."""


#: The rule that changes nothing.
NO_RULE = GradientRule()


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """The weights of a layer, or its biases: the flat parameters from `first` to `end` − 1."""

    first: int
    end: int
    are_weights: bool
    frozen: bool = False


def groups_of(
    structure: Structure, frozen_layers: Sequence[int] = (), *, frozen_biases: bool = False
) -> list[ParameterGroup]:
    """Return two groups for each layer: its weights and its biases, which may be none.

    `frozen_layers` count from 1, the first after the inputs.
    """
    groups: list[ParameterGroup] = []
    first = 0
    for layer, (inputs, units) in enumerate(pairwise(structure.layer_sizes), start=1):
        frozen = layer in frozen_layers
        end = first + units * inputs
        groups.append(ParameterGroup(first, end, are_weights=True, frozen=frozen))
        first, end = end, end + units * structure.bias
        groups.append(ParameterGroup(first, end, are_weights=False, frozen=frozen or frozen_biases))
        first = end
    return groups


class ParameterRule(NamedTuple):
    """The settings for one parameter."""

    rates: Rates
    penalties: tuple[float, float] | None = None
    """λ₁ and λ₂ of its penalty."""
    clip_value: float = inf
    norm_factor: float = 1.0
    """What all gradients are multiplied by, so that their norm is not too large."""
    frozen: bool = False


def parameter_rules(
    rule: GradientRule,
    groups: Sequence[ParameterGroup],
    rates: Rates,
    parameters: Sequence[float],
    mean_gradient: Sequence[float],
) -> list[ParameterRule]:
    """Return the settings for each parameter in an update with this mean gradient."""
    rules: list[ParameterRule] = []
    squares = 0.0
    for group in groups:
        own = group_rule(rule, group, rates)
        for p in range(group.first, group.end):
            if not own.frozen:
                g = limited_gradient(mean_gradient[p], parameters[p], own)
                squares = squares + g * g
            rules.append(own)
    factor = norm_factor(sqrt(squares), rule.clip_norm)
    return [own._replace(norm_factor=factor) for own in rules]


def group_rule(rule: GradientRule, group: ParameterGroup, rates: Rates) -> ParameterRule:
    """Return the settings for each parameter of a group, without the factor of the norm."""
    penalized = group.are_weights and penalizes(rule)
    return ParameterRule(
        rates if group.are_weights or rule.decays_biases else without_decay(rates),
        (rule.l1, rule.l2) if penalized else None,
        rule.clip_value,
        frozen=group.frozen,
    )


def limited_gradient(mean: float, w: float, rule: ParameterRule) -> float:
    """Return a mean gradient with that of its penalty, clipped by value."""
    g = mean
    if rule.penalties is not None:
        l1, l2 = rule.penalties
        g = g + penalty_gradient(w, l1, l2)
    return clipped(g, rule.clip_value)


def used_gradient(mean: float, w: float, rule: ParameterRule) -> float:
    """Return the gradient of a parameter that the optimizer uses."""
    if rule.frozen:
        return 0.0
    return decayed(limited_gradient(mean, w, rule) * rule.norm_factor, w, rule.rates)


def penalty_cost(
    rule: GradientRule, groups: Sequence[ParameterGroup], parameters: Sequence[float]
) -> float:
    """Return λ₁·Σ|w| + ½·λ₂·Σw² of all weights, those of frozen layers too."""
    absolute, squares = 0.0, 0.0
    for group in groups:
        if group.are_weights:
            for p in range(group.first, group.end):
                w = parameters[p]
                absolute = absolute + abs(w)
                squares = squares + w * w
    return penalty_of(absolute, squares, rule)


@shared
def penalizes(rule: GradientRule) -> bool:
    """Return whether there is a penalty."""
    return rule.l1 != 0.0 or rule.l2 != 0.0


@shared
def penalty_of(absolute: float, squares: float, rule: GradientRule) -> float:
    """Return λ₁·Σ|w| + ½·λ₂·Σw² from the sums."""
    return rule.l1 * absolute + 0.5 * rule.l2 * squares


@shared
def penalty_gradient(w: float, l1: float, l2: float) -> float:
    """Return λ₂·w + λ₁·sign w, where sign 0 is 0."""
    sign = 1.0 if w > 0.0 else (-1.0 if w < 0.0 else 0.0)
    return l2 * w + l1 * sign


@shared
def clipped(g: float, limit: float) -> float:
    """Return g, or ±limit if it is larger."""
    if g > limit:
        return limit
    return -limit if g < -limit else g


@shared
def norm_factor(norm: float, limit: float) -> float:
    """Return min(1, limit / (norm + 1e-6)), as in PyTorch; 1 without a limit."""
    factor = limit / (norm + _NORM_EPSILON)
    return factor if factor < 1.0 else 1.0


@shared
def without_decay(rates: Rates) -> Rates:
    """Return rates without weight decay."""
    return Rates(
        rates.learning_rate,
        0.0,
        rates.momentum,
        rates.beta1,
        rates.beta2,
        rates.epsilon,
        rates.correction1,
        rates.correction2,
        0.0,
        rates.dampening,
        rates.share,
    )
