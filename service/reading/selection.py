"""A selection of updates: which of them are read, and how much of each."""

from dataclasses import dataclass
from enum import StrEnum


class Detail(StrEnum):
    """How much of each update is read."""

    COST = "cost"
    PARAMETERS = "parameters"
    GRADIENTS = "gradients"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which updates are read, and how much of each.

    With `stride` those whose numbers are divisible by it, the first of each run, and those that no
    run made. `parameters` are the indices of those that are read, in this order; empty: all.
    """

    detail: Detail = Detail.PARAMETERS
    stride: int = 1
    parameters: tuple[int, ...] = ()

    @property
    def arrays(self) -> int:
        """How many numbers are read for each parameter."""
        return {Detail.COST: 0, Detail.PARAMETERS: 1, Detail.GRADIENTS: 2}[self.detail]


#: Every update with all of its parameters, and every update with its cost alone.
ALL = Selection()
COSTS = Selection(Detail.COST)
