"""What the parameters are before the first update: a table of ways to make them from a seed."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from training.numerics.random import RandomStream

Initializer = Callable[[int, float, float, int], NDArray[np.float64]]
"""Makes parameters from a seed, the lowest and the highest value, and how many they are."""


def uniform(seed: int, low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return `count` parameters, uniformly distributed in [low, high).

    Raises:
        ValueError: if not low < high, or if high − low is infinite.
    """
    return RandomStream(seed).uniform(low, high, count)


INITIALIZERS: Mapping[str, Initializer] = MappingProxyType({"uniform": uniform})
