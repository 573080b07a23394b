"""What is read from a file: an input row and a target row for each example."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

#: Numbers of whatever type the file has.
Numbers: TypeAlias = NDArray[np.number | np.bool]


class BadFile(Exception):
    """What is wrong with a file, in words that say where and what to do."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of numbers [examples, numbers], each divided by `divisor` when it is looked at."""

    numbers: Numbers
    divisor: float = 1.0

    def __len__(self) -> int:
        return len(self.numbers)

    def __iter__(self) -> Iterator[Numbers]:
        if self.divisor == 1.0:
            return iter(self.numbers)
        return (row / self.divisor for row in self.numbers)


class OneHot:
    """Labels as rows of numbers: 1 in the place of the label's class, 0 elsewhere.

    The classes are the labels that there are, sorted as numbers where all of them are numbers, else
    as texts.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.classes = sorted(set(labels), key=_order(set(labels)))
        places = {label: place for place, label in enumerate(self.classes)}
        self._places = [places[label] for label in labels]

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[list[float]]:
        for place in self._places:
            row = [0.0] * len(self.classes)
            row[place] = 1.0
            yield row


@dataclass(frozen=True, slots=True)
class Imported:
    """The examples of a file, and what its targets mean."""

    inputs: Rows
    targets: Rows | OneHot
    target_names: list[str]


def _order(labels: set[str]) -> "type[float | str]":
    try:
        return float if all(isfinite(float(label)) for label in labels) else str
    except ValueError:
        return str
