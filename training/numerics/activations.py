"""Activation functions, each beside its derivative."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from training.numerics.definition import Defined, Definition
from training.numerics.elementary import INFINITY, exp, expm1, log, log1p, tanh
from training.numerics.jit import shared
from training.numerics.normal_distribution import bell, density, probability_below, tail_ratio
from training.numerics.onnx_nodes import (
    ELU_NODES,
    GELU_NODES,
    LEAK,
    LEAKY_RELU_NODES,
    SELU_ALPHA,
    SELU_BELOW,
    SELU_NODES,
    SELU_SCALE,
    SOFTPLUS_NODES,
    OnnxNode,
)


@dataclass(frozen=True)
class UnitFunction:
    """An activation function a = f(z) of one unit and its derivative."""

    function: Callable[[float], float]
    """The activation a from a logit z."""
    derivative: Callable[[float, float], float]
    """f′(z) from the logit z and the activation a = f(z), whichever is more accurate."""


@dataclass(frozen=True, kw_only=True)
class ActivationDefinition(Definition):
    """An activation function; the formula is that of a."""

    of_unit: UnitFunction | None
    """None if it depends on all units of the layer."""
    has_kink: bool = False
    """Whether the derivative jumps at 0."""
    reach: tuple[float, float] = (-INFINITY, INFINITY)
    """The greatest lower and the least upper bound of its activations."""
    onnx: tuple[OnnxNode, ...]
    """The computation of a from z with operators that ONNX has for float64."""


@shared
def sigmoid(z: float) -> float:
    """Return 1 / (1 + e^−z), with no power of e above 1, so that nothing overflows.

    For z < 0 it is computed as e^z / (1 + e^z).
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
    """Return z if it is above 0, else 0; NaN at NaN."""
    return 0.0 if z <= 0.0 else z


@shared
def relu_derivative(z: float, _: float) -> float:
    """Return f′(z): 1 above 0, else 0; it is defined as 0 at 0."""
    return 1.0 if z > 0.0 else 0.0


@shared
def leaky_relu(z: float) -> float:
    """Return z if it is above 0, else 0.01·z."""
    return z if z > 0.0 else LEAK * z


@shared
def leaky_relu_derivative(z: float, _: float) -> float:
    """Return f′(z): 1 above 0, else 0.01; it is defined as 0.01 at 0."""
    return 1.0 if z > 0.0 else LEAK


@shared
def elu(z: float) -> float:
    """Return z if it is above 0, else e^z − 1.

    Source: Clevert et al. (ICLR 2016), with α = 1.
    """
    return z if z > 0.0 else expm1(z)


@shared
def elu_derivative(z: float, _: float) -> float:
    """Return f′(z): 1 above 0, else e^z; computed from a as a + 1, it is inaccurate near −1."""
    return 1.0 if z > 0.0 else exp(z)


@shared
def selu(z: float) -> float:
    """Return λ·z if z is above 0, else λ·α·(e^z − 1).

    Source: Klambauer et al. (NeurIPS 2017).
    """
    return SELU_SCALE * z if z > 0.0 else SELU_BELOW * expm1(z)


@shared
def selu_derivative(z: float, _: float) -> float:
    """Return f′(z): λ above 0, else λ·α·e^z; it is defined as λ·α at 0."""
    return SELU_SCALE if z > 0.0 else SELU_BELOW * exp(z)


@shared
def gelu(z: float) -> float:
    """Return z·Φ(z), where Φ is the standard normal distribution: not its approximation by tanh.

    With r = Φ(−|z|), it is z − z·r above 0 and z·r below, so that no digits of small values are
    lost.  Source: Hendrycks and Gimpel (arXiv 1606.08415).
    """
    size = abs(z)
    inside = size if size < INFINITY else 0.0
    beyond = bell(size) * (inside * tail_ratio(size))
    return (z if z > 0.0 else 0.0) - beyond if z == z else z


@shared
def gelu_derivative(z: float, _: float) -> float:
    """Return f′(z) = Φ(z) + z·φ(z), with the standard normal density φ."""
    phi = density(z)
    return probability_below(z) + (0.0 if phi == 0.0 else z * phi)


@shared
def silu(z: float) -> float:
    """Return z·s(z), where s is the sigmoid; 0 at −∞.

    Source: Elfwing et al. (Neural Networks 107, 2018).
    """
    s = sigmoid(z)
    return 0.0 if s == 0.0 else z * s


@shared
def silu_derivative(z: float, a: float) -> float:
    """Return f′(z) = s + a·(1 − s), where s is the sigmoid of z."""
    s = sigmoid(z)
    rest = 1.0 - s
    return s + (0.0 if rest == 0.0 else a * rest)


@shared
def softplus(z: float) -> float:
    """Return ln(1 + e^z) = max(z, 0) + ln(1 + e^−|z|), which does not overflow."""
    return (z if z > 0.0 else 0.0) + log1p(exp(-abs(z)))


@shared
def softplus_derivative(z: float, _: float) -> float:
    """Return f′(z), the sigmoid of z: computed from a as 1 − e^−a, it is inaccurate for small a."""
    return sigmoid(z)


@shared
def identity(z: float) -> float:
    """Return z."""
    return z


@shared
def identity_derivative(_z: float, _a: float) -> float:
    """Return f′(z) = 1."""
    return 1.0


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


class Activation(Defined):
    """The activations that a layer can have."""

    definition: ActivationDefinition

    SIGMOID = ActivationDefinition(
        name="sigmoid",
        formula="1 / (1 + e^−z)",
        of_unit=UnitFunction(sigmoid, sigmoid_derivative),
        reach=(0.0, 1.0),
        onnx=(("Sigmoid", ("z",), "a"),),
    )
    TANH = ActivationDefinition(
        name="tanh",
        formula="tanh z",
        of_unit=UnitFunction(tanh, tanh_derivative),
        reach=(-1.0, 1.0),
        onnx=(("Tanh", ("z",), "a"),),
    )
    RELU = ActivationDefinition(
        name="relu",
        formula="max(z, 0)",
        of_unit=UnitFunction(relu, relu_derivative),
        has_kink=True,
        reach=(0.0, INFINITY),
        onnx=(("Relu", ("z",), "a"),),
    )
    LEAKY_RELU = ActivationDefinition(
        name="leaky-relu",
        formula="max(z, 0.01·z)",
        of_unit=UnitFunction(leaky_relu, leaky_relu_derivative),
        has_kink=True,
        onnx=LEAKY_RELU_NODES,
    )
    ELU = ActivationDefinition(
        name="elu",
        formula="max(z, 0) + min(e^z − 1, 0)",
        of_unit=UnitFunction(elu, elu_derivative),
        reach=(-1.0, INFINITY),
        onnx=ELU_NODES,
    )
    SELU = ActivationDefinition(
        name="selu",
        formula=f"{SELU_SCALE}·(max(z, 0) + min({SELU_ALPHA}·(e^z − 1), 0))",
        of_unit=UnitFunction(selu, selu_derivative),
        has_kink=True,
        reach=(-SELU_BELOW, INFINITY),
        onnx=SELU_NODES,
    )
    GELU = ActivationDefinition(
        name="gelu",
        formula="½·z·(1 + erf(z / √2))",
        of_unit=UnitFunction(gelu, gelu_derivative),
        reach=(-0.16997120747990366, INFINITY),  # its minimum, near −0.75
        onnx=GELU_NODES,
    )
    SILU = ActivationDefinition(
        name="silu",
        formula="z / (1 + e^−z)",
        of_unit=UnitFunction(silu, silu_derivative),
        reach=(-0.2784645427610738, INFINITY),  # its minimum, near −1.28
        onnx=(("Sigmoid", ("z",), "s"), ("Mul", ("z", "s"), "a")),
    )
    SOFTPLUS = ActivationDefinition(
        name="softplus",
        formula="ln(1 + e^z)",
        of_unit=UnitFunction(softplus, softplus_derivative),
        reach=(0.0, INFINITY),
        onnx=SOFTPLUS_NODES,
    )
    IDENTITY = ActivationDefinition(
        name="identity",
        formula="z",
        of_unit=UnitFunction(identity, identity_derivative),
        onnx=(("Identity", ("z",), "a"),),
    )
    SOFTMAX = ActivationDefinition(
        name="softmax",
        formula="e^zᵢ / Σₖ e^zₖ",
        of_unit=None,
        reach=(0.0, 1.0),
        onnx=(("Softmax", ("z",), "a"),),
    )


#: The activation that depends on all outputs.  It is allowed only with the categorical
#: cross-entropy, where its derivative cancels out.
SOFTMAX = Activation.SOFTMAX

#: The activations that depend on one unit only, by name.
ACTIVATIONS: Mapping[str, UnitFunction] = MappingProxyType(
    {each: each.definition.of_unit for each in Activation if each.definition.of_unit is not None}
)
