"""Random numbers that are the same on every machine and with every version of NumPy.

`examples/from_a_seed.py` is an independent implementation of this module, in plain Python.
"""

import math

import numpy as np
from numpy.typing import NDArray

from training.numerics.normal_numbers import make_normal


class RandomStream:
    """The random numbers of a seed, an integer ≥ 0.

    They are made from the raw 64-bit numbers of NumPy's PCG64, which NumPy guarantees not to
    change; it gives no such guarantee for its distributions. Source: M. E. O'Neill, PCG,
    HMC-CS-2014-0905.
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.PCG64(seed)

    def uniform(self, low: float, high: float, count: int) -> NDArray[np.float64]:
        """Return the next `count` numbers, uniformly distributed in [low, high).

        Each is low + (high − low)·u with u = (raw >> 11)·2⁻⁵³ in [0, 1), from one raw number; a
        result that rounds to `high` is dropped and the next raw number used.

        Raises:
            ValueError: if not low < high, or if high − low is infinite.
        """
        if not (low < high and math.isfinite(high - low)):
            raise ValueError(f"cannot draw uniform numbers in [{low}, {high})")
        numbers = np.empty(count)
        done = 0
        while done < count:
            raw = self._generator.random_raw(count - done)
            u = (raw >> np.uint64(11)) * 2.0**-53
            drawn = low + (high - low) * u
            accepted = drawn[drawn != high]
            numbers[done : done + len(accepted)] = accepted
            done += len(accepted)
        return numbers

    def normal(self, deviation: float, count: int) -> NDArray[np.float64]:
        """Return the next `count` numbers, normally distributed around 0 with this deviation.

        Each pair is deviation times `box_muller` of two numbers of `uniform` in [0, 1); the last of
        an odd count is the first of a pair.
        """
        numbers = self.uniform(0.0, 1.0, count + count % 2)
        make_normal(numbers)
        return deviation * numbers[:count]


def epoch_order(seed: int, epoch: int, examples: int) -> list[int]:
    """Return the order of the examples in a shuffled epoch, a permutation of 0 to examples − 1.

    It is a pure function of the seed and the epoch, which counts from 1. The stream of an epoch is
    that of the seed after `epoch` jumps (NumPy's `PCG64.jumped`), so streams never overlap. The
    shuffle is that of Fisher and Yates: from the last position to the second, each is swapped with
    a position drawn from 0 to itself.
    """
    generator = np.random.PCG64(seed).jumped(epoch)
    order = list(range(examples))
    for place in range(examples - 1, 0, -1):
        other = _below(generator, place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def _below(generator: np.random.PCG64, count: int) -> int:
    """Draw an integer from 0 to count − 1, each with the same probability.

    It is the raw number modulo `count`; raw numbers of 2⁶⁴ − (2⁶⁴ mod count) and above are dropped.
    """
    end = 2**64 - 2**64 % count
    while True:
        raw = int(generator.random_raw())
        if raw < end:
            return raw % count
