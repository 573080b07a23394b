"""What is done to gradients before the optimizer: penalties, clipping, and frozen parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, sqrt

import numpy as np
from numpy.typing import NDArray

from training.errors import Violations
from training.numerics.gradient_rule import (
    NO_RULE,
    GradientRule,
    ParameterGroup,
    ParameterRule,
    groups_of,
    limited_gradient,
)
from training.numerics.layout import Structure
from training.optimizer import Optimizer


@dataclass(frozen=True, slots=True)
class Penalty:
    """What is added to the cost: l1·Σ|w| + ½·l2·Σw² of all weights w; both are ≥ 0 and finite."""

    l1: float = 0.0
    l2: float = 0.0


@dataclass(frozen=True, slots=True)
class Clipping:
    """Limits of the gradient, > 0 and finite: of each number in it, and then of its norm."""

    value: float | None = None
    norm: float | None = None


@dataclass(frozen=True, slots=True)
class Frozen:
    """Parameters that stay as they are: layers, from 1, the first after the inputs; or biases."""

    layers: tuple[int, ...] = ()
    biases: bool = False


@dataclass(frozen=True, slots=True)
class UpdateRule:
    """All that a run does to the gradients of a network before the optimizer's step.

    `groups` are empty if it changes nothing.
    """

    gradient_rule: GradientRule = NO_RULE
    groups: tuple[ParameterGroup, ...] = ()

    @property
    def frozen(self) -> NDArray[np.int64]:
        """For each group, whether it is frozen; as an argument of kernels."""
        return np.array([group.frozen for group in self.groups], dtype=np.int64)

    def group_of(self, parameter: int) -> ParameterGroup | None:
        """Return the group of a parameter; None if the rule changes nothing."""
        found = (group for group in self.groups if group.first <= parameter < group.end)
        return next(found, None)


def update_rule(
    structure: Structure,
    optimizer: Optimizer,
    penalty: Penalty,
    clipping: Clipping,
    frozen: Frozen,
) -> UpdateRule:
    """Return the rule of a run with these settings."""
    rule = GradientRule(
        penalty.l1,
        penalty.l2,
        inf if clipping.value is None else clipping.value,
        inf if clipping.norm is None else clipping.norm,
        0.0 if optimizer.decay_weights_only else 1.0,
    )
    if rule == NO_RULE and frozen == Frozen():
        return UpdateRule()
    groups = groups_of(structure, frozen.layers, frozen_biases=frozen.biases)
    return UpdateRule(rule, tuple(groups))


def limited_gradients(
    rules: Sequence[ParameterRule], parameters: Sequence[float], mean_gradient: Sequence[float]
) -> list[float]:
    """Return the gradients after the penalty and clipping by value, 0 for frozen parameters."""
    each = zip(mean_gradient, parameters, rules, strict=True)
    return [0.0 if rule.frozen else limited_gradient(mean, w, rule) for mean, w, rule in each]


def gradient_norm(limited: Sequence[float]) -> float:
    """Return the norm of these gradients; the 0 of a frozen parameter adds nothing."""
    squares = 0.0
    for g in limited:
        squares = squares + g * g
    return sqrt(squares)


def check_update_rule(
    violations: Violations, name: str, penalty: Penalty, clipping: Clipping, frozen: Frozen
) -> None:
    """Require penalties, limits and layers in range."""
    for field, factor in (("l1", penalty.l1), ("l2", penalty.l2)):
        violations.require(
            isfinite(factor) and factor >= 0.0,
            f"{name}.penalty.{field}",
            f"must be finite and at least 0, not {factor}",
        )
    for field, limit in (("value", clipping.value), ("norm", clipping.norm)):
        violations.require(
            limit is None or (isfinite(limit) and limit > 0.0),
            f"{name}.clipping.{field}",
            f"must be finite and greater than 0, not {limit}",
        )
    for index, layer in enumerate(frozen.layers):
        field = f"{name}.frozen.layers[{index}]"
        violations.require(layer >= 1, field, f"must be at least 1, not {layer}")
        if layer in frozen.layers[:index]:
            violations.add(field, f"is layer {layer} again")


def check_frozen_layers(
    violations: Violations, name: str, layers: Sequence[int], layer_count: int
) -> None:
    """Require frozen layers that a network with this number of layers has."""
    for index, layer in enumerate(layers):
        violations.require(
            layer <= layer_count,
            f"{name}.frozen.layers[{index}]",
            f"must be at most {layer_count} (the output layer), not {layer}",
        )
