"""How well a network does on a training set, without training on it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cost of some examples, and how many of them the network gets right.

    `cost` is the mean of the examples' costs. `correct` is None where right and wrong have no
    meaning: where the targets are no classes.
    """

    example_count: int
    cost: float
    correct: int | None

    @property
    def accuracy(self) -> float | None:
        """The part of the examples that the network gets right, in [0, 1]."""
        return None if self.correct is None else self.correct / self.example_count
