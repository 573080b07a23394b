"""What the parameters are before the first update, as a table of ways to make them."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from training.numerics.random import uniform

Initializer = Callable[[int, float, float, int], NDArray[np.float64]]
"""From seed, low, high and a number of parameters to the parameters, float64 [count]."""

INITIALIZERS: Mapping[str, Initializer] = MappingProxyType(
    {
        "uniform": uniform,
    }
)
