"""Reductions of the learning rate of a run whose validations do not improve any more."""

from dataclasses import dataclass, replace
from math import inf, isfinite
from typing import Final

from training.schedule import LearningRateSchedule

#: The most reductions of a run, which is stored with them.
MOST_REDUCTIONS: Final = 100


@dataclass(frozen=True, slots=True)
class Plateau:
    """What validations so far mean for the schedule PLATEAU.

    `reductions` are the numbers of updates that the run had made when its rate was reduced,
    ascending. `cost` is that of the last validation that improved by more than `min_delta`, None
    before; `since` is the time, in examples or updates by the unit of the schedule, from which
    patience counts: that of this validation, or of a later reduction.
    """

    reductions: tuple[int, ...] = ()
    cost: float | None = None
    since: int = 0

    def then(
        self, schedule: LearningRateSchedule, cost: float, updates_done: int, time: int, unit: int
    ) -> "Plateau":
        """Return the plateau after a validation with this cost.

        `time` is in examples or updates, and `unit` the length of a unit of the schedule in them.
        A cost that is infinite or NaN does not improve.
        """
        bound = inf if self.cost is None else self.cost - schedule.min_delta
        if isfinite(cost) and cost < bound:
            return replace(self, cost=cost, since=time)
        is_over = time - self.since >= schedule.patience * unit
        if is_over and len(self.reductions) < MOST_REDUCTIONS:
            return replace(self, reductions=(*self.reductions, updates_done), since=time)
        return self


#: The plateau of a run without validations.
NO_PLATEAU = Plateau()
