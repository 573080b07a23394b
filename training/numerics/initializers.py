"""What the weights are before the first update: a table of ways to draw them. Biases are 0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from training.numerics.definition import Defined, Definition
from training.numerics.random import RandomStream

Draw = Callable[[RandomStream, int, int, float, float], NDArray[np.float64]]
"""Makes one layer's weights, row after row: from the stream of random numbers that all layers are
drawn from, one after the other, how many inputs and units the layer has, and the bounds that
`uniform` draws between."""


def _no_bounds() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class InitializerDefinition(Definition):
    """What belongs to a recipe; the formula says which numbers weights are drawn from."""

    draw: Draw | None
    """None where the weights are given."""
    seeded: bool = True
    """Whether the weights depend on the seed."""
    defaults: Mapping[str, float] = field(default_factory=_no_bounds)
    """Its bounds, where it is asked for without them."""


def uniform(
    stream: RandomStream, inputs: int, units: int, low: float, high: float
) -> NDArray[np.float64]:
    """Return weights that are uniformly distributed in [low, high).

    Raises:
        ValueError: if not low < high, or if high − low is infinite.
    """
    return stream.uniform(low, high, units * inputs)


def glorot(
    stream: RandomStream, inputs: int, units: int, _low: float, _high: float
) -> NDArray[np.float64]:
    """Return weights uniformly distributed within ±√(6 / (inputs + units)): for sigmoid and tanh.

    Source: Glorot and Bengio (AISTATS 2010).
    """
    bound = sqrt(6.0 / (inputs + units))
    return stream.uniform(-bound, bound, units * inputs)


def he(
    stream: RandomStream, inputs: int, units: int, _low: float, _high: float
) -> NDArray[np.float64]:
    """Return weights uniformly distributed within ±√(6 / inputs): for relu and its relatives.

    Source: He et al. (ICCV 2015).
    """
    bound = sqrt(6.0 / inputs)
    return stream.uniform(-bound, bound, units * inputs)


def zeros(
    _stream: RandomStream, inputs: int, units: int, _low: float, _high: float
) -> NDArray[np.float64]:
    """Return weights that are all 0: of several hidden units, all stay alike for ever."""
    return np.zeros(units * inputs)


class InitializerKind(Defined):
    """How the parameters of update 0 were made."""

    definition: InitializerDefinition

    UNIFORM = InitializerDefinition(
        name="uniform",
        number=1,
        formula="[low, high)",
        draw=uniform,
        defaults=MappingProxyType({"low": -0.12, "high": 0.12}),
    )
    GLOROT = InitializerDefinition(
        name="glorot",
        number=3,
        formula="±√(6 / (inputs + units))",
        draw=glorot,
    )
    HE = InitializerDefinition(
        name="he",
        number=4,
        formula="±√(6 / inputs)",
        draw=he,
    )
    ZEROS = InitializerDefinition(
        name="zeros",
        number=5,
        formula="0",
        draw=zeros,
        seeded=False,
    )
    EXPLICIT = InitializerDefinition(
        name="explicit",
        number=2,
        formula="given",
        draw=None,
        seeded=False,
    )


#: The recipes that can be asked for, by name.
INITIALIZERS: Mapping[str, Draw] = MappingProxyType(
    {each: each.definition.draw for each in InitializerKind if each.definition.draw is not None}
)
