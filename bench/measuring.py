"""Times, as medians of several repetitions with their spread, taken in turn with the peer's."""

import time
from collections.abc import Callable
from dataclasses import dataclass
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
        """The one that other work on the machine disturbed least."""
        return min(self.seconds)

    def text(self, unit: float, name: str) -> str:
        """Say the median and the spread in a unit of so many seconds."""
        low, high = min(self.seconds) / unit, max(self.seconds) / unit
        return f"{self.median / unit:,.3g} {name} ({low:,.3g} to {high:,.3g})"


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
