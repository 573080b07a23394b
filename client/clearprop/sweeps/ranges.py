"""Ranges of numbers from which a random search draws."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from typing import Literal, TypeAlias

#: How the numbers of a range are distributed: uniformly, or their logarithms are.
ScaleName: TypeAlias = Literal["linear", "log"]

#: What a setting can be: a list of values, or a range.
Choices: TypeAlias = "Sequence[object] | Range"


@dataclass(frozen=True, slots=True)
class Range:
    """Numbers from `low` to `high`, both included, from which a sweep with `samples` draws.

    They are whole numbers if both limits are, else numbers of four digits. With the scale `log`,
    which needs limits above 0, each order of magnitude is as likely as another.

    Raises ValueError for limits that are not finite or not in this order.
    """

    low: float
    high: float
    scale: ScaleName = "linear"

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high) and self.low < self.high):
            raise ValueError(
                f"A range needs two finite limits, the lower one first, not {self.low!r} and"
                f" {self.high!r}."
            )
        if self.scale not in {"linear", "log"}:
            raise ValueError(f"Unknown scale {self.scale!r}. Use one of linear, log.")
        if self.scale == "log" and self.low <= 0:
            raise ValueError(f"A range with the scale log starts above 0, not at {self.low!r}.")

    def draw(self, source: random.Random) -> float:
        """Return a number of the range."""
        share = source.random()
        is_whole = isinstance(self.low, int) and isinstance(self.high, int)
        low, high = (self.low, self.high + 1) if is_whole else (self.low, self.high)
        if self.scale == "log":
            value = exp(log(low) + (log(high) - log(low)) * share)
        else:
            value = low + (high - low) * share
        if is_whole:
            return min(int(self.high), int(value // 1))
        return min(max(float(f"{value:.4g}"), self.low), self.high)
