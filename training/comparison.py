"""Comparison of two states of a network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.network import Array
from training.numerics.overflow import allow_overflow


@dataclass(frozen=True, slots=True)
class Comparison:
    """How parameters differ between two states, largest changes first.

    `before` and `after` (parameters) are flat; `places` (changed) are the indices of those that
    differ, by the size of their change, equal changes in the order of the parameters.
    """

    before: Array
    after: Array
    places: NDArray[np.intp]

    @property
    def changed(self) -> int:
        """How many parameters differ."""
        return len(self.places)


@allow_overflow
def compare(before: Array, after: Array) -> Comparison:
    """Return how two flat vectors of parameters of one network differ."""
    sizes = np.abs(after - before)
    places = np.flatnonzero(sizes)
    order = np.argsort(-sizes[places], kind="stable")
    return Comparison(before, after, places[order])
