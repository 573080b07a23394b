"""A selection of updates and their fields."""

from dataclasses import dataclass
from enum import StrEnum


class Detail(StrEnum):
    """How much of each update is read."""

    COST = "cost"
    PARAMETERS = "parameters"
    GRADIENTS = "gradients"


@dataclass(frozen=True, slots=True)
class Selection:
    """The updates that are read, and how much of each.

    With `stride`, only updates whose numbers are divisible by it, the first of each run, and
    updates other than GRADIENT. `parameters` are the indices of the parameters to read, in this
    order; empty means all.
    """

    detail: Detail = Detail.PARAMETERS
    stride: int = 1
    parameters: tuple[int, ...] = ()

    @property
    def arrays(self) -> int:
        """The number of values that are read for each parameter."""
        return {Detail.COST: 0, Detail.PARAMETERS: 1, Detail.GRADIENTS: 2}[self.detail]


#: Every update with all of its parameters, and every update with its cost only.
ALL = Selection()
COSTS = Selection(Detail.COST)
