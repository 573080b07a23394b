"""Two states of a network, side by side."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.network import Array


@dataclass(frozen=True, slots=True)
class Comparison:
    """How parameters differ between two states: those that moved most first.

    `before` and `after` (parameters) are flat; `places` (changed) are the places of those that
    differ, by the size of their change, equal ones in the order of the parameters.
    """

    before: Array
    after: Array
    places: NDArray[np.intp]

    @property
    def changed(self) -> int:
        """How many parameters differ."""
        return len(self.places)


def compare(before: Array, after: Array) -> Comparison:
    """Return how two flat vectors of parameters of one network differ."""
    # Parameters are finite, but the difference of two huge ones may not be.
    with np.errstate(over="ignore"):
        sizes = np.abs(after - before)
    places = np.flatnonzero(sizes)
    order = np.argsort(-sizes[places], kind="stable")
    return Comparison(before, after, places[order])
