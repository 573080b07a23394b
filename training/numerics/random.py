"""Random numbers that are the same on every machine and in every version."""

import math

import numpy as np
from numpy.typing import NDArray


def uniform(seed: int, low: float, high: float, count: int) -> NDArray[np.float64]:
    """Return `count` numbers, uniformly distributed in [low, high).

    Only the raw 64-bit stream of PCG64 is taken from NumPy, which promises never to change it;
    the distributions built on it carry no such promise.  A raw number's upper 53 bits make
    u = (raw >> 11)·2⁻⁵³ in [0, 1), and low + (high − low)·u is the result, drawn again if
    rounding made it equal `high`.

    Args:
        seed: any whole number ≥ 0.
        low: the lowest result.
        high: above every result; high − low must be finite.
        count: ≥ 0.

    Raises:
        ValueError: if not low < high, or high − low is not finite.
    """
    if not (low < high and math.isfinite(high - low)):
        raise ValueError(f"no uniform numbers in [{low}, {high})")
    stream = np.random.PCG64(seed)
    numbers = np.empty(count, dtype=np.float64)
    done = 0
    while done < count:
        raw = stream.random_raw(count - done)
        u = (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53
        drawn = low + (high - low) * u
        accepted = drawn[drawn != high]
        numbers[done : done + accepted.size] = accepted
        done += accepted.size
    return numbers
