"""Activation functions, each beside its derivative."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from training.numerics.elementary import exp
from training.numerics.jit import shared


@dataclass(frozen=True)
class Activation:
    """An activation function a = f(z) and its derivative."""

    function: Callable[[float], float]
    """From a logit z to the activation a."""
    derivative: Callable[[float], float]
    """f′(z), computed from the activation a = f(z)."""


@shared
def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^−z), with no power of e above 1, so that nothing overflows.

    Below 0 the fraction is multiplied by e^z above and below: e^z / (1 + e^z).
    """
    e = exp(-abs(z))
    return (1.0 if z >= 0.0 else e) / (1.0 + e)


@shared
def sigmoid_derivative(a: float) -> float:
    """Return f′(z) = a·(1 − a), where a is the sigmoid of z."""
    return a * (1.0 - a)


ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "sigmoid": Activation(sigmoid, sigmoid_derivative),
    }
)
