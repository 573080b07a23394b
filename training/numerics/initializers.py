"""What the weights are before the first update: a table of ways to draw them. Biases are 0."""

from collections.abc import Callable, Mapping
from math import sqrt
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from training.numerics.random import RandomStream

Initializer = Callable[[RandomStream, int, int, float, float], NDArray[np.float64]]
"""Makes one layer's weights, row after row: from the stream of random numbers that all layers are
drawn from, one after the other, how many inputs and units the layer has, and the bounds that
`uniform` draws between."""


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


INITIALIZERS: Mapping[str, Initializer] = MappingProxyType(
    {"uniform": uniform, "glorot": glorot, "he": he, "zeros": zeros}
)
