"""Random numbers that are the same on every machine and with every version of NumPy."""

import math

import numpy as np
from numpy.typing import NDArray


class RandomStream:
    """The numbers that follow from a seed, a whole number ≥ 0.

    Only the raw 64-bit numbers of the generator PCG64 are taken from NumPy, which promises never to
    change them; for the distributions made from them it promises nothing.
    Source: M. E. O'Neill, PCG, HMC-CS-2014-0905.
    """

    def __init__(self, seed: int) -> None:
        self._generator = np.random.PCG64(seed)

    def uniform(self, low: float, high: float, count: int) -> NDArray[np.float64]:
        """Return the next `count` numbers, uniformly distributed in [low, high).

        The upper 53 bits of a raw number make u = (raw >> 11)·2⁻⁵³ in [0, 1), and from it
        low + (high − low)·u is drawn; again, where rounding makes it equal `high`.

        Raises:
            ValueError: if not low < high, or if high − low is infinite.
        """
        if not (low < high and math.isfinite(high - low)):
            raise ValueError(f"there are no uniform numbers in [{low}, {high})")
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


def epoch_order(seed: int, epoch: int, examples: int) -> list[int]:
    """Return the order of the examples in a shuffled epoch, a permutation of 0 to examples − 1.

    It is a pure function of the seed and the epoch, which counts from 1: the stream of the seed is
    moved on by `epoch` jumps of NumPy's `PCG64.jumped`, so that those of two epochs never overlap.
    The shuffle is that of Fisher and Yates: from the last place to the second, each is exchanged
    with one drawn from it and those before it.
    """
    generator = np.random.PCG64(seed).jumped(epoch)
    order = list(range(examples))
    for place in range(examples - 1, 0, -1):
        other = _below(generator, place + 1)
        order[place], order[other] = order[other], order[place]
    return order


def _below(generator: np.random.PCG64, count: int) -> int:
    """Draw a whole number from 0 to count − 1, each as likely as the others.

    A raw number beyond the last multiple of `count` that 2⁶⁴ has room for is drawn again.
    """
    end = 2**64 - 2**64 % count
    while True:
        raw = int(generator.random_raw())
        if raw < end:
            return raw % count
