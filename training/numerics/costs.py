"""Cost functions, each beside its derivative."""

from collections.abc import Callable
from dataclasses import dataclass

from training.numerics.activations import Activation
from training.numerics.definition import Defined, Definition
from training.numerics.elementary import NAN, exp, log1p
from training.numerics.jit import shared


@dataclass(frozen=True, kw_only=True)
class CostDefinition(Definition):
    """The cost of one output and its derivative; the cost C of an example is the sum over outputs.

    z is the logit of the output, a its activation, y its target and `outputs` the number of
    outputs.  For softmax outputs, z is ln a.
    """

    function: Callable[[float, float, float, float], float]
    """The cost of an output, from z, a, y and the number of outputs."""
    delta: Callable[[float, float, float, float], float]
    """∂C/∂z, from a, y, the derivative f′(z) of the activation and the number of outputs."""
    activation: Activation | None = None
    """The only activation that the outputs may have, and whose default cost it is; its derivative
    cancels out of δ."""
    probabilities: bool = False
    """Whether the targets are probabilities, in [0, 1]."""


@shared
def cross_entropy(z: float, _a: float, y: float, _outputs: float) -> float:
    """Return −(y·ln a + (1 − y)·ln(1 − a)), where a is the sigmoid of z and 0 ≤ y ≤ 1.

    It is computed from the logit as max(z, 0) − z·y + ln(1 + e^−|z|), which is equal, but is not
    NaN if a rounds to 0 or 1.  NaN if z is infinite and y is 0 or 1.
    """
    cost = ((z if z > 0.0 else 0.0) - z * y) + log1p(exp(-abs(z)))
    return cost if cost == cost else NAN  # of the many NaNs always the same, on every processor


@shared
def cross_entropy_delta(a: float, y: float, _slope: float, _outputs: float) -> float:
    """Return ∂C/∂z = a − y: the derivative of the sigmoid or softmax cancels out."""
    return a - y


@shared
def categorical_cross_entropy(z: float, _a: float, y: float, _outputs: float) -> float:
    """Return −y·ln a, where z is ln a and 0 ≤ y ≤ 1; 0 if y is 0, even if a is 0."""
    cost = -(y * z) if y > 0.0 else 0.0
    return cost if cost == cost else NAN


@shared
def squared_error(_z: float, a: float, y: float, _outputs: float) -> float:
    """Return ½·(a − y)²."""
    return 0.5 * ((a - y) * (a - y))


@shared
def squared_error_delta(a: float, y: float, slope: float, _outputs: float) -> float:
    """Return ∂C/∂z = (a − y)·f′(z)."""
    return (a - y) * slope


@shared
def quadratic(_z: float, a: float, y: float, outputs: float) -> float:
    """Return ½·(a − y)² / outputs: the sum over the outputs is their mean."""
    return 0.5 * ((a - y) * (a - y)) / outputs


@shared
def quadratic_delta(a: float, y: float, slope: float, outputs: float) -> float:
    """Return ∂C/∂z = ((a − y)/outputs)·f′(z)."""
    return (a - y) / outputs * slope


class CostFunction(Defined):
    """The cost functions that training can minimise."""

    definition: CostDefinition

    CROSS_ENTROPY = CostDefinition(
        name="cross-entropy",
        formula="−Σ [ y·ln a + (1 − y)·ln(1 − a) ]",
        function=cross_entropy,
        delta=cross_entropy_delta,
        activation=Activation.SIGMOID,
        probabilities=True,
    )
    CATEGORICAL_CROSS_ENTROPY = CostDefinition(
        name="categorical-cross-entropy",
        formula="−Σ y·ln a",
        function=categorical_cross_entropy,
        delta=cross_entropy_delta,
        activation=Activation.SOFTMAX,
        probabilities=True,
    )
    SQUARED_ERROR = CostDefinition(
        name="squared-error",
        formula="½·Σ (a − y)²",
        function=squared_error,
        delta=squared_error_delta,
    )
    QUADRATIC = CostDefinition(
        name="quadratic",
        formula="½·Σ (a − y)² / K",
        function=quadratic,
        delta=quadratic_delta,
    )


def natural_cost_function(outputs: Activation) -> CostFunction:
    """Return the default cost function for outputs with this activation."""
    for cost in CostFunction:
        if cost.definition.activation is outputs:
            return cost
    return CostFunction.SQUARED_ERROR
