"""Measures of a classification, from the outputs of a network for examples of known classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan, nan

import numpy as np
from numpy.typing import NDArray

from training.cancellation import cancellable
from training.measures.class_measures import ClassMeasures
from training.measures.ranking import ranks_of_classes, roc_auc
from training.measures.target_meaning import Classes
from training.network import Array

#: There is no confusion matrix of more classes: it would be larger than a response may be.
MOST_CLASSES = 500

#: Areas under ROC curves need all outputs in memory: of more numbers, they are not computed.
MOST_SCORES = 2**22

#: How many of the largest outputs are looked at.
_MOST_RANKS = 10

#: Probabilities count as at least this, and at most 1 minus this, so that a logarithm is finite.
_EPSILON = float(np.finfo(float).eps)

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Classification:
    """How well examples are classified.

    `confusion` (classes, classes): the number of examples of the class of the row that were
    classified as that of the column; None for more than 500 classes. `unclassified` examples have
    an output that is NaN, and are classified as no class. `top` holds at index k − 1 the number of
    examples whose class is among the k with the largest outputs, for k up to 10; it is empty for
    two classes. `log_loss` is the mean of −ln p, where p in [ε, 1 − ε] with ε = 2⁻⁵² is the
    probability that the network outputs for the class of the example; None if the outputs are not
    probabilities, or if one is NaN.
    """

    classes: Sequence[ClassMeasures]
    confusion: Counts | None
    unclassified: int
    top: Sequence[int]
    log_loss: float | None


class ClassificationCounter:
    """Collects examples, some at a time, into a `Classification`.

    The score of a class is the larger, the more likely it is; `are_probabilities` if those of each
    example add up to 1.
    """

    def __init__(self, classes: int, examples: int, *, are_probabilities: bool) -> None:
        self._examples, self._predicted, self._correct = np.zeros((3, classes), dtype=np.int64)
        has_matrix = classes <= MOST_CLASSES
        self._confusion = np.zeros((classes, classes), dtype=np.int64) if has_matrix else None
        self._ranks = np.zeros(min(classes, _MOST_RANKS), dtype=np.int64)
        self._unclassified = 0
        self._log_loss = 0.0 if are_probabilities else nan
        self._has_areas = examples * classes <= MOST_SCORES
        self._added: list[tuple[Array, Classes]] = []

    def add(self, scores: Array, predicted: Classes, classes: Classes) -> None:
        """Add n examples: `scores` (n, classes), their predicted and their own classes (n)."""
        is_number = ~np.isnan(scores).any(axis=1)
        valid, actual, predicted = scores[is_number], classes[is_number], predicted[is_number]
        np.add.at(self._examples, classes, 1)
        np.add.at(self._predicted, predicted, 1)
        np.add.at(self._correct, actual[actual == predicted], 1)
        self._unclassified += len(classes) - len(actual)
        if self._confusion is not None:
            np.add.at(self._confusion, (actual, predicted), 1)
        ranks = ranks_of_classes(valid, actual)
        np.add.at(self._ranks, ranks[ranks < len(self._ranks)], 1)
        own = scores[np.arange(len(classes)), classes]  # NaN makes the sum NaN
        self._log_loss -= float(np.log(np.clip(own, _EPSILON, 1.0 - _EPSILON)).sum())
        if self._has_areas:
            self._added.append((scores, classes))

    def result(self) -> Classification:
        """Return the measures of at least one example."""
        columns = zip(self._examples, self._predicted, self._correct, self._areas(), strict=True)
        return Classification(
            classes=[
                ClassMeasures(int(examples), int(predicted), int(correct), area)
                for examples, predicted, correct, area in columns
            ],
            confusion=self._confusion,
            unclassified=self._unclassified,
            top=np.cumsum(self._ranks).tolist() if len(self._examples) > 2 else [],
            log_loss=None if isnan(self._log_loss) else self._log_loss / int(self._examples.sum()),
        )

    def _areas(self) -> Sequence[float | None]:
        if not self._has_areas:
            return [None] * len(self._examples)
        scores = np.concatenate([scores for scores, _ in self._added])
        classes = np.concatenate([classes for _, classes in self._added])
        columns = cancellable(enumerate(scores.T))
        return [roc_auc(of_class, classes == index) for index, of_class in columns]
