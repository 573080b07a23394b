"""Gradients as backpropagation has them, against gradients as they are measured."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GradientDifference:
    """One parameter's gradient, computed and measured.

    `parameter` is its place in the flat vector; `numeric` is measured by moving it by `step` to
    either side; the two may differ by `tolerance`. At a `kink` the cost has a corner within the
    step, so that what is measured is no derivative.
    """

    parameter: int
    analytic: float
    numeric: float
    step: float
    tolerance: float
    kink: bool

    @property
    def difference(self) -> float:
        """How far the two gradients are apart."""
        return abs(self.analytic - self.numeric)

    @property
    def passed(self) -> bool:
        """Whether the gradients agree, or cannot be compared."""
        return self.kink or self.difference <= self.tolerance


@dataclass(frozen=True, slots=True)
class GradientCheck:
    """What a check found; `differences` are the worst first, measured by their tolerances."""

    example_count: int
    differences: list[GradientDifference]

    @property
    def passed(self) -> bool:
        """Whether no gradient failed."""
        return self.failed == 0

    @property
    def failed(self) -> int:
        """How many gradients are not what is measured."""
        return sum(not difference.passed for difference in self.differences)

    @property
    def kinks(self) -> int:
        """How many parameters have a kink within the step."""
        return sum(difference.kink for difference in self.differences)

    @property
    def largest(self) -> GradientDifference:
        """The worst of the differences."""
        return self.differences[0]
