"""Cost functions, each beside its derivative."""

from collections.abc import Callable
from dataclasses import dataclass

from training.numerics.activations import Activation
from training.numerics.definition import Defined, Definition
from training.numerics.elementary import INFINITY, NAN, exp, log1p
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
    lowest_target: float = -INFINITY
    highest_target: float = INFINITY
    target_choices: tuple[float, ...] = ()
    """The only targets that are allowed, if any."""
    has_kink: bool = False
    """Whether the derivative jumps where the cost begins to be 0."""


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


@shared
def huber(_z: float, a: float, y: float, _outputs: float) -> float:
    """Return ½·d² with d = a − y if |d| ≤ 1, else |d| − ½.

    It is computed as m·(|d| − ½·m), where m is |d| or 1, the smaller.  Source: Huber (Annals of
    Mathematical Statistics 35, 1964), with δ = 1.
    """
    size = abs(a - y)
    m = 1.0 if size > 1.0 else size
    return m * (size - 0.5 * m)


@shared
def huber_delta(a: float, y: float, slope: float, _outputs: float) -> float:
    """Return ∂C/∂z = d·f′(z), where d is a − y, but at least −1 and at most 1."""
    d = a - y
    return (1.0 if d > 1.0 else (-1.0 if d < -1.0 else d)) * slope


@shared
def hinge(_z: float, a: float, y: float, _outputs: float) -> float:
    """Return max(0, 1 − s·a), where s is 1 if y > 0, else −1.

    Source: Cortes and Vapnik (Machine Learning 20, 1995).
    """
    s = 1.0 if y > 0.0 else -1.0
    missing = 1.0 - s * a
    return 0.0 if missing <= 0.0 else missing


@shared
def hinge_delta(a: float, y: float, slope: float, _outputs: float) -> float:
    """Return ∂C/∂z = −s·f′(z), or 0 where s·a is at least 1."""
    s = 1.0 if y > 0.0 else -1.0
    return (0.0 if 1.0 - s * a <= 0.0 else -s) * slope


@shared
def poisson(_z: float, a: float, y: float, _outputs: float) -> float:
    """Return e^a − y·a: −ln of the Poisson probability of y without ln y!, if a is ln of the mean.

    Source: McCullagh and Nelder, Generalized Linear Models (1989), with the logarithm as link.
    """
    cost = exp(a) - y * a
    return cost if cost == cost else NAN


@shared
def poisson_delta(a: float, y: float, slope: float, _outputs: float) -> float:
    """Return ∂C/∂z = (e^a − y)·f′(z)."""
    return (exp(a) - y) * slope


class CostFunction(Defined):
    """The cost functions that training can minimise."""

    definition: CostDefinition

    CROSS_ENTROPY = CostDefinition(
        name="cross-entropy",
        formula="−Σ [ y·ln a + (1 − y)·ln(1 − a) ]",
        function=cross_entropy,
        delta=cross_entropy_delta,
        activation=Activation.SIGMOID,
        lowest_target=0.0,
        highest_target=1.0,
    )
    CATEGORICAL_CROSS_ENTROPY = CostDefinition(
        name="categorical-cross-entropy",
        formula="−Σ y·ln a",
        function=categorical_cross_entropy,
        delta=cross_entropy_delta,
        activation=Activation.SOFTMAX,
        lowest_target=0.0,
        highest_target=1.0,
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
    HUBER = CostDefinition(
        name="huber",
        formula="Σ m·(abs(a − y) − ½·m), m = min(abs(a − y), 1)",
        function=huber,
        delta=huber_delta,
    )
    HINGE = CostDefinition(
        name="hinge",
        formula="Σ max(0, 1 − s·a), s = 1 if y > 0 else −1",
        function=hinge,
        delta=hinge_delta,
        target_choices=(-1.0, 0.0, 1.0),
        has_kink=True,
    )
    POISSON = CostDefinition(
        name="poisson",
        formula="Σ (e^a − y·a)",
        function=poisson,
        delta=poisson_delta,
        lowest_target=0.0,
    )


def natural_cost_function(outputs: Activation) -> CostFunction:
    """Return the default cost function for outputs with this activation."""
    for cost in CostFunction:
        if cost.definition.activation is outputs:
            return cost
    return CostFunction.SQUARED_ERROR
