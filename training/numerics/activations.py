"""Activation functions, each beside its derivative."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from training.numerics.elementary import exp, log, log1p, tanh
from training.numerics.jit import shared

#: What a leaky relu multiplies negative logits by.
LEAK = 0.01


@dataclass(frozen=True)
class Activation:
    """An activation function a = f(z) of one unit and its derivative."""

    function: Callable[[float], float]
    """From a logit z to the activation a."""
    derivative: Callable[[float, float], float]
    """f′(z), from the logit z and the activation a = f(z), whichever is the better to have."""


@shared
def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^−z), with no power of e above 1, so that nothing overflows.

    Below 0 the fraction is multiplied by e^z above and below: e^z / (1 + e^z).
    """
    e = exp(-abs(z))
    return (1.0 if z >= 0.0 else e) / (1.0 + e)


@shared
def sigmoid_derivative(_: float, a: float) -> float:
    """Return f′(z) = a·(1 − a)."""
    return a * (1.0 - a)


@shared
def tanh_derivative(_: float, a: float) -> float:
    """Return f′(z) = 1 − a²."""
    return 1.0 - a * a


@shared
def relu(z: float) -> float:
    """Return z where it is above 0, else 0; NaN at NaN."""
    return 0.0 if z <= 0.0 else z


@shared
def relu_derivative(z: float, _: float) -> float:
    """Return f′(z): 1 above 0, else 0; there is none at 0, where 0 is taken."""
    return 1.0 if z > 0.0 else 0.0


@shared
def leaky_relu(z: float) -> float:
    """Return z where it is above 0, else a hundredth of it."""
    return z if z > 0.0 else LEAK * z


@shared
def leaky_relu_derivative(z: float, _: float) -> float:
    """Return f′(z): 1 above 0, else 0.01, which is taken at 0 too."""
    return 1.0 if z > 0.0 else LEAK


@shared
def softplus(z: float) -> float:
    """Return ln(1 + e^z) = max(z, 0) + ln(1 + e^−|z|), which does not overflow."""
    return (z if z > 0.0 else 0.0) + log1p(exp(-abs(z)))


@shared
def softplus_derivative(z: float, _: float) -> float:
    """Return f′(z), the sigmoid of z: from a, as 1 − e^−a, it would be wrong where a is small."""
    return sigmoid(z)


@shared
def identity(z: float) -> float:
    """Return z."""
    return z


@shared
def identity_derivative(_z: float, _a: float) -> float:
    """Return f′(z) = 1."""
    return 1.0


#: Those that look at one unit alone, by name.
ACTIVATIONS: Mapping[str, Activation] = MappingProxyType(
    {
        "sigmoid": Activation(sigmoid, sigmoid_derivative),
        "tanh": Activation(tanh, tanh_derivative),
        "relu": Activation(relu, relu_derivative),
        "leaky-relu": Activation(leaky_relu, leaky_relu_derivative),
        "softplus": Activation(softplus, softplus_derivative),
        "identity": Activation(identity, identity_derivative),
    }
)

#: The one that looks at all outputs at once.  It goes with the categorical cross-entropy alone, and
#: its derivative cancels out there.
SOFTMAX = "softmax"


def softmax(z: Sequence[float]) -> tuple[list[float], list[float]]:
    """Return the logarithms and the values of aₖ = e^zₖ / Σ e^zₖ over the outputs.

    They are computed as e^(zₖ − m) / S with m the largest logit and S = Σ e^(zₖ − m), so that
    nothing overflows, and ln aₖ as (zₖ − m) − ln S.
    """
    m = z[0]
    for z_k in z:
        m = z_k if z_k > m else m
    powers = [exp(z_k - m) for z_k in z]
    s = 0.0
    for power in powers:
        s = s + power
    log_s = log(s)
    return [(z_k - m) - log_s for z_k in z], [power / s for power in powers]
