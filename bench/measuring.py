"""Times, as medians of several repetitions with their spread, taken in turn with the peer's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import floor, log10
from statistics import median


@dataclass(frozen=True, slots=True)
class Times:
    """Repeated measurements of one thing, in seconds for each piece of work."""

    seconds: list[float]

    @property
    def median(self) -> float:
        """The one to quote."""
        return median(self.seconds)

    @property
    def least(self) -> float:
        """The minimum, which other work on the machine affects least."""
        return min(self.seconds)

    def text(self, unit: float, name: str) -> str:
        """Return the median and the range, in a unit given in seconds."""
        low, middle, high = (
            _three_digits(seconds / unit)
            for seconds in (self.least, self.median, max(self.seconds))
        )
        return f"{middle} {name} ({low} to {high})"


def _three_digits(number: float) -> str:
    decimals = 2 - floor(log10(number)) if number > 0.0 else 0
    return f"{number:,.{max(decimals, 0)}f}"


def in_turn(repetitions: int, *works: tuple[Callable[[], object], int]) -> list[Times]:
    """Time each work for each of its pieces, in turn: A B A B …, after one round uncounted."""
    seconds: list[list[float]] = [[] for _ in works]
    for repetition in range(repetitions + 1):
        for index, (work, pieces) in enumerate(works):
            started = time.perf_counter()
            work()
            taken = (time.perf_counter() - started) / pieces
            if repetition:
                seconds[index].append(taken)
    return [Times(each) for each in seconds]


def percentile(seconds: list[float], share: float) -> float:
    """Return the time that this share of the measurements does not exceed."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
