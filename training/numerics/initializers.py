"""Initializers: how the weights of update 0 are drawn. Biases are 0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import sqrt
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from training.numerics.definition import Defined, Definition
from training.numerics.orthonormal_rows import make_orthonormal
from training.numerics.random import RandomStream

Draw = Callable[[RandomStream, int, int, Mapping[str, float]], NDArray[np.float64]]
"""Draws the weights of one layer, row by row, from the random stream that all layers share, the
number of inputs and units of the layer, and the arguments of the initializer."""


def _no_arguments() -> Mapping[str, float]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class InitializerDefinition(Definition):
    """An initializer; the formula is the range of the weights, or N(mean, variance)."""

    draw: Draw | None
    """None if the weights are given."""
    seeded: bool = True
    """Whether the weights depend on the seed."""
    defaults: Mapping[str, float] = field(default_factory=_no_arguments)
    """Its arguments, with their default values."""


def uniform(
    stream: RandomStream, inputs: int, units: int, given: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return weights that are uniformly distributed in [low, high).

    Raises:
        ValueError: if not low < high, or if high − low is infinite.
    """
    return stream.uniform(given["low"], given["high"], units * inputs)


def glorot(
    stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return weights uniformly distributed in ±√(6 / (inputs + units)), for sigmoid and tanh.

    Source: Glorot and Bengio (AISTATS 2010).
    """
    bound = sqrt(6.0 / (inputs + units))
    return stream.uniform(-bound, bound, units * inputs)


def he(
    stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return weights uniformly distributed in ±√(6 / inputs), for relu and leaky relu.

    Source: He et al. (ICCV 2015).
    """
    bound = sqrt(6.0 / inputs)
    return stream.uniform(-bound, bound, units * inputs)


def lecun(
    stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return weights uniformly distributed in ±√(3 / inputs), for selu.

    Source: LeCun et al., Efficient BackProp (1998).
    """
    bound = sqrt(3.0 / inputs)
    return stream.uniform(-bound, bound, units * inputs)


def lecun_normal(
    stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return normally distributed weights with deviation √(1 / inputs), for selu.

    Source: LeCun et al., Efficient BackProp (1998); Klambauer et al. (NeurIPS 2017) for selu.
    """
    return stream.normal(sqrt(1.0 / inputs), units * inputs)


def glorot_normal(
    stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return normally distributed weights with deviation √(2 / (inputs + units)).

    Source: as `glorot`.
    """
    return stream.normal(sqrt(2.0 / (inputs + units)), units * inputs)


def he_normal(
    stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return normally distributed weights with deviation √(2 / inputs).

    Source: as `he`.
    """
    return stream.normal(sqrt(2.0 / inputs), units * inputs)


def normal(
    stream: RandomStream, inputs: int, units: int, given: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return normally distributed weights with the given deviation."""
    return stream.normal(given["deviation"], units * inputs)


def orthogonal(
    stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return a matrix w[unit, input] with orthonormal rows, or columns if there are more units.

    It is the factor Q of a matrix of standard normal numbers, drawn row by row, with a positive
    diagonal of R. Source: Saxe et al. (ICLR 2014), arXiv 1312.6120.
    """
    drawn = stream.normal(1.0, units * inputs).reshape(units, inputs)
    rows = np.ascontiguousarray(drawn if units <= inputs else drawn.T)
    make_orthonormal(rows)
    return (rows if units <= inputs else rows.T).reshape(-1)


def zeros(
    _stream: RandomStream, inputs: int, units: int, _: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return weights that are all 0: the hidden units of a layer then stay equal in training."""
    return np.zeros(units * inputs)


class InitializerKind(Defined):
    """How the parameters of update 0 were chosen."""

    definition: InitializerDefinition

    UNIFORM = InitializerDefinition(
        name="uniform",
        formula="[low, high)",
        draw=uniform,
        defaults=MappingProxyType({"low": -0.12, "high": 0.12}),
    )
    GLOROT = InitializerDefinition(
        name="glorot",
        formula="±√(6 / (inputs + units))",
        draw=glorot,
    )
    HE = InitializerDefinition(
        name="he",
        formula="±√(6 / inputs)",
        draw=he,
    )
    LECUN = InitializerDefinition(
        name="lecun",
        formula="±√(3 / inputs)",
        draw=lecun,
    )
    LECUN_NORMAL = InitializerDefinition(
        name="lecun-normal",
        formula="N(0, 1 / inputs)",
        draw=lecun_normal,
    )
    GLOROT_NORMAL = InitializerDefinition(
        name="glorot-normal",
        formula="N(0, 2 / (inputs + units))",
        draw=glorot_normal,
    )
    HE_NORMAL = InitializerDefinition(
        name="he-normal",
        formula="N(0, 2 / inputs)",
        draw=he_normal,
    )
    NORMAL = InitializerDefinition(
        name="normal",
        formula="N(0, deviation²)",
        draw=normal,
        defaults=MappingProxyType({"deviation": 0.05}),
    )
    ORTHOGONAL = InitializerDefinition(
        name="orthogonal",
        formula="orthonormal rows or columns",
        draw=orthogonal,
    )
    ZEROS = InitializerDefinition(
        name="zeros",
        formula="0",
        draw=zeros,
        seeded=False,
    )
    EXPLICIT = InitializerDefinition(
        name="explicit",
        formula="given",
        draw=None,
        seeded=False,
    )


#: The initializers that can be requested, by name.
INITIALIZERS: Mapping[str, Draw] = MappingProxyType(
    {each: each.definition.draw for each in InitializerKind if each.definition.draw is not None}
)
