"""Sums of many numbers in their order."""

import numpy as np
from numpy.typing import NDArray

from training.numerics.overflow import allow_overflow


@allow_overflow
def sum_in_order(numbers: NDArray[np.float64], start: float = 0.0) -> float:
    """Return ((start + x₀) + x₁) + …, as a loop would compute it.

    `np.sum` adds in another order, which rounds differently.
    """
    sums = np.empty(len(numbers) + 1)
    sums[0] = start
    sums[1:] = numbers
    return float(np.add.accumulate(sums, out=sums)[-1])
