"""The examples of a file: a row of inputs and a row of targets for each."""

from array import array
from collections.abc import Iterable, Iterator, Sequence, Sized
from dataclasses import dataclass
from math import isinf
from typing import Any, Protocol


class BadFile(Exception):
    """A file that cannot be imported. The message has sentences that say where and what to do."""


class Matrix(Sized, Iterable[Any], Protocol):
    """Rows of numbers that can be iterated over any number of times."""


class Rows:
    """Rows of `width` numbers, stored one after the other, each number divided by `divisor`."""

    def __init__(self, numbers: "array[float]", width: int, divisor: float = 1.0) -> None:
        self._numbers = numbers
        self._width = width
        self._divisor = divisor

    def __len__(self) -> int:
        return len(self._numbers) // self._width

    def __iter__(self) -> Iterator[Sequence[float]]:
        for start in range(0, len(self._numbers), self._width):
            row = self._numbers[start : start + self._width]
            yield row if self._divisor == 1.0 else [value / self._divisor for value in row]


def check_quotient(largest: float, divisor: float) -> None:
    """Raise BadFile where the input with the largest absolute value cannot be divided."""
    if isinf(largest / divisor):
        raise BadFile(
            f"The input {largest!r} divided by {divisor!r} is too large for a float64: choose"
            " another number for --divide-by."
        )


def check_weight(place: str, weight: float) -> None:
    """Raise BadFile if a number is not a weight."""
    if weight < 0.0:
        raise BadFile(f"{place}: {weight!r} is not a weight, which is at least 0.")


@dataclass(frozen=True, slots=True)
class Imported:
    """The examples of a file and the names of its columns; arrays have no names of inputs.

    `classes` are the classes of the targets in order, if the targets were labels. `weights` has a
    number for each example, if the file has weights.
    """

    inputs: Matrix
    targets: Matrix
    input_names: list[str]
    target_names: list[str]
    classes: list[str] | None = None
    weights: Sequence[float] | None = None
