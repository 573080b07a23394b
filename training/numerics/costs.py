"""Cost functions, each beside its derivative."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from training.numerics.elementary import NAN, exp, log1p
from training.numerics.jit import shared


@dataclass(frozen=True)
class Cost:
    """The cost of one output and its derivative."""

    function: Callable[[float, float], float]
    """From an output's logit z and target y to its cost."""
    derivative: Callable[[float, float], float]
    """∂C/∂z, the output's delta, computed from its activation a and target y."""


@shared
def cross_entropy(z: float, y: float) -> float:
    """Return −(y·ln a + (1 − y)·ln(1 − a)), where a is the sigmoid of z and 0 ≤ y ≤ 1.

    It is computed from the logit, as max(z, 0) − z·y + ln(1 + e^−|z|): the two are equal, but
    the first gives NaN where a rounds to 0 or 1.  NaN where z is infinite and y is 0 or 1.
    """
    cost = ((z if z > 0.0 else 0.0) - z * y) + log1p(exp(-abs(z)))
    return cost if cost == cost else NAN  # of the many NaNs always the same, on every processor


@shared
def cross_entropy_derivative(a: float, y: float) -> float:
    """Return ∂C/∂z = a − y: the sigmoid's derivative a·(1 − a) has cancelled out."""
    return a - y


COSTS: Mapping[str, Cost] = MappingProxyType(
    {
        "cross-entropy": Cost(cross_entropy, cross_entropy_derivative),
    }
)
