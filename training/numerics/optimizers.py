"""Optimizers, each as a function for one parameter.

The letters: w the parameter, g its mean gradient G/n with weight decay, and the optimizer state of
the parameter: v, a velocity or first moment, and s, a mean or sum of squares.
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
    """The settings of a step; each optimizer uses those that apply to it."""

    learning_rate: float
    weight_decay: float = 0.0
    """λ: g is G/n + λ·w if it is not 0."""
    momentum: float = 0.0
    """μ of momentum and Nesterov."""
    beta1: float = 0.0
    """β₁ of Adam, the decay of the first moment."""
    beta2: float = 0.0
    """β₂ of Adam and RMSprop, the decay of the second moment."""
    epsilon: float = 0.0
    """ε of Adam, RMSprop and Adagrad, added outside the root."""
    correction1: float = 1.0
    """1 − β₁^t of Adam at its step t, from 1."""
    correction2: float = 1.0
    """√(1 − β₂^t) of Adam at its step t, from 1."""
    decoupled_decay: float = 0.0
    """λ of AdamW, which is not part of g."""
    dampening: float = 0.0
    """d of momentum, which is 0 or has a number of its own in the state."""
    share: float = 1.0
    """The factor of g in the velocity: 1 at the first step, then 1 − d."""


Step = Callable[[float, float, float, float, Rates], tuple[float, float, float]]
"""From w, g, v, s and the rates to the step, and the new v and s: w ← w − step."""


Numbers = Mapping[str, float]


def _no_numbers() -> Numbers:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class OptimizerDefinition(Definition):
    """An optimizer: its step and its state.

    The formula has an assignment for each of v, s and w that changes, in order. η is the learning
    rate, μ the momentum, λ the weight decay, t the number of the step of Adam, from 1.
    """

    step: Step
    memory: str
    """The letters of the numbers in the state for each parameter, in order: v, s, both or none."""
    powers: int = 0
    """The other numbers in the state: 2 for the running products β₁^t and β₂^t of Adam."""
    defaults: Numbers = field(default_factory=_no_numbers)
    """The `Rates` that apply, other than the learning rate and the weight decay, with their default
    values."""
    dampens: bool = False
    """Whether dampening applies."""
    decouples_decay: bool = False
    """Whether the step itself has the weight decay, so that g is G/n."""

    @property
    def memories(self) -> int:
        """The number of numbers in the state for each parameter."""
        return len(self.memory)

    def size(self, parameters: int, *, dampened: bool = False) -> int:
        """Return the size of the state for this number of parameters."""
        return self.memories * parameters + self.powers + dampened

    def fresh(self, parameters: int, *, dampened: bool = False) -> NDArray[np.float64]:
        """Return the initial state: v, then s, then the products, or the share with dampening."""
        memory = np.zeros(self.size(parameters, dampened=dampened))
        memory[self.memories * parameters :] = 1.0  # β⁰, or the share of the first gradient
        return memory


@shared
def decayed(mean_gradient: float, w: float, rates: Rates) -> float:
    """Return g = G/n + λ·w, or G/n itself without weight decay."""
    decay = rates.weight_decay
    return mean_gradient + decay * w if decay != 0.0 else mean_gradient


@shared
def gradient_descent(
    w: float, g: float, v: float, s: float, rates: Rates
) -> tuple[float, float, float]:
    """Take a step against the gradient: w ← w − g·learning rate."""
    return g * rates.learning_rate, v, s


@shared
def momentum(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step with a velocity: v ← μ·v + g; w ← w − v·learning rate.

    With dampening d, v ← μ·v + (1 − d)·g, other than at the first step, as in PyTorch. The state
    has the factor of the next g as its last number, because v can be 0 at a later step too.
    Source: Polyak (1964), in the form of Sutskever et al. (ICML 2013), as in PyTorch.
    """
    v = rates.momentum * v + rates.share * g
    return v * rates.learning_rate, v, s


@shared
def nesterov(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step that looks ahead: v ← μ·v + g; w ← w − (g + μ·v)·learning rate.

    Source: Nesterov (1983), in the form of Sutskever et al. (ICML 2013), as in PyTorch.
    """
    v = rates.momentum * v + g
    return (g + rates.momentum * v) * rates.learning_rate, v, s


@shared
def adam(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step with running means of the gradient and of its square.

    v ← β₁·v + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g²; w ← w − (learning rate/c₁)·(v/(√s/c₂ + ε)), where
    c₁ = 1 − β₁^t and c₂ = √(1 − β₂^t) correct the bias from moments that start at zero.
    Source: Kingma and Ba (ICLR 2015), in the order of operations of PyTorch.
    """
    v = rates.beta1 * v + (1.0 - rates.beta1) * g
    s = rates.beta2 * s + (1.0 - rates.beta2) * (g * g)
    root = sqrt(s) / rates.correction2 + rates.epsilon
    return (rates.learning_rate / rates.correction1) * (v / root), v, s


@shared
def adamw(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step of Adam, and decay the parameter beside it: the decay is not part of g.

    w ← w − ((learning rate·λ)·w + the step of Adam).
    Source: Loshchilov and Hutter, Decoupled Weight Decay Regularization (ICLR 2019), as in PyTorch,
    which subtracts the two one after the other.
    """
    step, v, s = adam(w, g, v, s, rates)
    return (rates.learning_rate * rates.decoupled_decay) * w + step, v, s


@shared
def rmsprop(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step divided by the root of a running mean of the squared gradient.

    s ← β₂·s + (1 − β₂)·g²; w ← w − (g/(√s + ε))·learning rate.
    Source: Tieleman and Hinton, Neural Networks for Machine Learning, lecture 6.5 (2012), as in
    PyTorch, which calls β₂ alpha.
    """
    s = rates.beta2 * s + (1.0 - rates.beta2) * (g * g)
    return (g / (sqrt(s) + rates.epsilon)) * rates.learning_rate, v, s


@shared
def adagrad(w: float, g: float, v: float, s: float, rates: Rates) -> tuple[float, float, float]:
    """Take a step divided by the root of the sum of all squared gradients.

    s ← s + g²; w ← w − (g/(√s + ε))·learning rate.
    Source: Duchi, Hazan and Singer (JMLR 12, 2011), as in PyTorch.
    """
    s = s + g * g
    return (g / (sqrt(s) + rates.epsilon)) * rates.learning_rate, v, s


class OptimizerKind(Defined):
    """The optimizers that a run can use."""

    definition: OptimizerDefinition

    GRADIENT_DESCENT = OptimizerDefinition(
        name="gradient-descent",
        formula="w ← w − g·η",
        step=gradient_descent,
        memory="",
    )
    MOMENTUM = OptimizerDefinition(
        name="momentum",
        formula="v ← μ·v + g; w ← w − v·η",
        step=momentum,
        memory="v",
        dampens=True,
        defaults=MappingProxyType({"momentum": 0.9}),
    )
    NESTEROV = OptimizerDefinition(
        name="nesterov",
        formula="v ← μ·v + g; w ← w − (g + μ·v)·η",
        step=nesterov,
        memory="v",
        defaults=MappingProxyType({"momentum": 0.9}),
    )
    ADAM = OptimizerDefinition(
        name="adam",
        formula=(
            "v ← β₁·v + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g·g;"
            " w ← w − (η / c₁)·(v / (√s / c₂ + ε)), c₁ = 1 − β₁^t, c₂ = √(1 − β₂^t)"
        ),
        step=adam,
        memory="vs",
        powers=2,
        defaults=MappingProxyType({"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
    )
    RMSPROP = OptimizerDefinition(
        name="rmsprop",
        formula="s ← β₂·s + (1 − β₂)·g·g; w ← w − (g / (√s + ε))·η",
        step=rmsprop,
        memory="s",
        defaults=MappingProxyType({"beta2": 0.99, "epsilon": 1e-8}),
    )
    ADAMW = OptimizerDefinition(
        name="adamw",
        formula=(
            "v ← β₁·v + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g·g;"
            " w ← w − (η·λ·w + (η / c₁)·(v / (√s / c₂ + ε))), c₁ = 1 − β₁^t, c₂ = √(1 − β₂^t)"
        ),
        step=adamw,
        memory="vs",
        powers=2,
        defaults=MappingProxyType({"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}),
        decouples_decay=True,
    )
    ADAGRAD = OptimizerDefinition(
        name="adagrad",
        formula="s ← s + g·g; w ← w − (g / (√s + ε))·η",
        step=adagrad,
        memory="s",
        defaults=MappingProxyType({"epsilon": 1e-10}),
    )
