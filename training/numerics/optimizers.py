"""How a gradient becomes a step: a table of optimizers, each as what it does to one parameter.

The letters: w the parameter, g its mean gradient G/n with weight decay added, and two numbers that
an optimizer may remember for each parameter: v, a velocity or first moment, and s, a second moment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.definition import Defined, Definition
from training.numerics.jit import shared


class Rates(NamedTuple):
    """The numbers that steps are made with; an optimizer uses those that it knows of."""

    learning_rate: float
    weight_decay: float = 0.0
    """λ: g is G/n + λ·w where it is not 0."""
    momentum: float = 0.0
    """μ of momentum and Nesterov."""
    beta1: float = 0.0
    """β₁ of Adam, the decay of the first moment."""
    beta2: float = 0.0
    """β₂ of Adam, the decay of the second moment."""
    epsilon: float = 0.0
    """ε of Adam, added outside of the root."""
    correction1: float = 1.0
    """1 − β₁^t of Adam at its step t, from 1."""
    correction2: float = 1.0
    """√(1 − β₂^t) of Adam at its step t, from 1."""


Step = Callable[[float, float, float, float, Rates], tuple[float, float, float]]
"""From w, g, v, s and the rates to the new w, v and s."""


Numbers = Mapping[str, float]


def _no_numbers() -> Numbers:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class OptimizerDefinition(Definition):
    """What an optimizer does, and what it remembers.

    The formula has an assignment for each of v, s and w that changes, one after the other. η is the
    learning rate, μ the momentum, t the number of Adam's step, from 1.
    """

    step: Step
    memories: int
    """How many numbers it remembers for each parameter: 0, v alone, or v and s."""
    powers: int = 0
    """How many numbers it remembers besides: the running products β₁^t and β₂^t of Adam."""
    defaults: Numbers = field(default_factory=_no_numbers)
    """Which of the `Rates` it is set by, beside the learning rate and the weight decay, and what
    they are where they are not given."""

    def size(self, parameters: int) -> int:
        """Return how many numbers it remembers for so many parameters."""
        return self.memories * parameters + self.powers

    def fresh(self, parameters: int) -> NDArray[np.float64]:
        """Return what it remembers before its first step: v, then s, then the products."""
        memory = np.zeros(self.size(parameters))
        memory[self.memories * parameters :] = 1.0  # β⁰
        return memory


@shared
def decayed(mean_gradient: float, w: float, rates: Rates) -> float:
    """Return g = G/n + λ·w, and G/n itself where there is no weight decay."""
    decay = rates.weight_decay
    return mean_gradient + decay * w if decay != 0.0 else mean_gradient


@shared
def gradient_descent(
    w: float, g: float, v: float, s: float, rates: Rates
) -> tuple[float, float, float]:
    """Take a step against the gradient: w ← w − g·learning rate."""
    return w - g * rates.learning_rate, v, s


@shared
def momentum(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step with a velocity: v ← μ·v + g; w ← w − v·learning rate.

    Source: Polyak (1964), in the form of Sutskever et al. (ICML 2013) that PyTorch has.
    """
    v = rates.momentum * v + g
    return w - v * rates.learning_rate, v, s


@shared
def nesterov(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step that looks ahead: v ← μ·v + g; w ← w − (g + μ·v)·learning rate.

    Source: Nesterov (1983), in the form of Sutskever et al. (ICML 2013) that PyTorch has.
    """
    v = rates.momentum * v + g
    return w - (g + rates.momentum * v) * rates.learning_rate, v, s


@shared
def adam(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step by the gradient's mean and size so far.

    v ← β₁·v + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g²; w ← w − (learning rate/c₁)·(v/(√s/c₂ + ε)), where
    c₁ = 1 − β₁^t and c₂ = √(1 − β₂^t) make up for the zeros that the moments start from.
    Source: Kingma and Ba (ICLR 2015), in the order of operations of PyTorch.
    """
    v = rates.beta1 * v + (1.0 - rates.beta1) * g
    s = rates.beta2 * s + (1.0 - rates.beta2) * (g * g)
    root = sqrt(s) / rates.correction2 + rates.epsilon
    return w - (rates.learning_rate / rates.correction1) * (v / root), v, s


class OptimizerKind(Defined):
    """The optimizers that a run can use."""

    definition: OptimizerDefinition

    GRADIENT_DESCENT = OptimizerDefinition(
        name="gradient-descent",
        number=1,
        formula="w ← w − g·η",
        step=gradient_descent,
        memories=0,
    )
    MOMENTUM = OptimizerDefinition(
        name="momentum",
        number=2,
        formula="v ← μ·v + g; w ← w − v·η",
        step=momentum,
        memories=1,
        defaults=MappingProxyType({"momentum": 0.9}),
    )
    NESTEROV = OptimizerDefinition(
        name="nesterov",
        number=3,
        formula="v ← μ·v + g; w ← w − (g + μ·v)·η",
        step=nesterov,
        memories=1,
        defaults=MappingProxyType({"momentum": 0.9}),
    )
    ADAM = OptimizerDefinition(
        name="adam",
        number=4,
        formula=(
            "v ← β₁·v + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g·g;"
            " w ← w − (η / c₁)·(v / (√s / c₂ + ε)), c₁ = 1 − β₁^t, c₂ = √(1 − β₂^t)"
        ),
        step=adam,
        memories=2,
        powers=2,
        defaults=MappingProxyType({"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
    )
