"""Measures of one class, and their averages over classes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ClassMeasures:
    """How well one class is recognized.

    Of the `examples` of this class, `correct` were classified as it; `predicted` examples of any
    class were. A measure whose denominator is 0 is None: it is undefined. `roc_auc` is the area
    under the ROC curve of this class against all others, in [0, 1], and None if it is undefined or
    was not computed.
    """

    examples: int
    predicted: int
    correct: int
    roc_auc: float | None = None

    @property
    def precision(self) -> float | None:
        """The fraction of the examples classified as this class that belong to it."""
        return _ratio(self.correct, self.predicted)

    @property
    def recall(self) -> float | None:
        """The fraction of the examples of this class that were classified as it."""
        return _ratio(self.correct, self.examples)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall: 2·correct / (examples + predicted)."""
        return _ratio(2 * self.correct, self.examples + self.predicted)


@dataclass(frozen=True, slots=True)
class AverageMeasures:
    """Averages over the classes for which a measure is defined; None if it is for none."""

    precision: float | None
    recall: float | None
    f1: float | None
    roc_auc: float | None


def macro_average(classes: Sequence[ClassMeasures]) -> AverageMeasures:
    """Return averages in which every class counts the same."""
    return _averages(classes, lambda _: 1)


def weighted_average(classes: Sequence[ClassMeasures]) -> AverageMeasures:
    """Return averages in which a class counts by the number of its examples.

    As in scikit-learn, classes without examples count the same if there are no others.
    """
    return _averages(classes, lambda each: each.examples)


def _averages(
    classes: Sequence[ClassMeasures], weight: Callable[[ClassMeasures], int]
) -> AverageMeasures:
    def average(measure: Callable[[ClassMeasures], float | None]) -> float | None:
        defined = [
            (value, weight(each)) for each in classes if (value := measure(each)) is not None
        ]
        if not any(weighted for _, weighted in defined):
            defined = [(value, 1) for value, _ in defined]
        total = sum(weighted for _, weighted in defined)
        return sum(value * weighted for value, weighted in defined) / total if total else None

    return AverageMeasures(
        average(lambda each: each.precision),
        average(lambda each: each.recall),
        average(lambda each: each.f1),
        average(lambda each: each.roc_auc),
    )


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
