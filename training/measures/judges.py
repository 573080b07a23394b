"""What is measured on examples follows from their targets: classes, labels or numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from training.cancellation import cancellable
from training.measures.class_measures import ClassMeasures
from training.measures.classification import (
    MOST_SCORES,
    Classification,
    ClassificationCounter,
)
from training.measures.ranking import Marks, roc_auc
from training.measures.regression import ErrorCounter, OutputErrors
from training.measures.target_meaning import TargetKind, TargetMeaning
from training.network import Array, Network
from training.numerics.activations import Activation
from training.tables.preparation import Preparation


@dataclass(frozen=True, slots=True)
class Judgement:
    """What was measured on examples.

    If each belongs to one class, `classification`; if it has labels, of which each is 0 or 1
    independently of the others, `labels` with the measures of the label 1 of each output; else
    `errors` of each output. `correct` is the number of correct examples, None for `errors`.
    """

    correct: int | None = None
    classification: Classification | None = None
    labels: Sequence[ClassMeasures] = ()
    errors: Sequence[OutputErrors] = ()


class Judge(Protocol):
    """Measures examples, some at a time."""

    def add(self, outputs: Array, targets: Array) -> None:
        """Measure examples: `outputs` and `targets` (n, outputs)."""

    def result(self) -> Judgement:
        """Return what was measured on all examples."""


def judge_of(network: Network, meaning: TargetMeaning, targets: Array) -> Judge:
    """Return a judge for the outputs of a network for examples with these targets (n, outputs)."""
    examples, outputs = targets.shape
    output = network.activations[-1]
    match meaning.kind:
        case TargetKind.CLASSES:
            is_softmax = output is Activation.SOFTMAX
            return _ClassJudge(outputs, examples, are_probabilities=is_softmax)
        case TargetKind.SIDES:
            is_sigmoid = output is Activation.SIGMOID
            return _SideJudge(examples, meaning.middle, are_probabilities=is_sigmoid)
        case TargetKind.LABELS:
            return _LabelJudge(outputs, examples, meaning.middle)
        case TargetKind.NUMBERS:
            return _ErrorJudge(targets, network.preparation)


class _ClassJudge:
    """For one-hot targets."""

    def __init__(self, classes: int, examples: int, *, are_probabilities: bool) -> None:
        self._counter = ClassificationCounter(
            classes, examples, are_probabilities=are_probabilities
        )

    def add(self, outputs: Array, targets: Array) -> None:
        self._counter.add(outputs, outputs.argmax(axis=1), targets.argmax(axis=1))

    def result(self) -> Judgement:
        return _classified(self._counter.result())


class _SideJudge:
    """For one output, on two sides of a middle: the classes 0 and 1."""

    def __init__(self, examples: int, middle: float, *, are_probabilities: bool) -> None:
        self._middle = middle
        self._are_probabilities = are_probabilities
        self._counter = ClassificationCounter(2, examples, are_probabilities=are_probabilities)

    def add(self, outputs: Array, targets: Array) -> None:
        other = 1.0 - outputs if self._are_probabilities else -outputs
        predicted = (outputs[:, 0] >= self._middle).astype(np.intp)
        classes = (targets[:, 0] > 0.0).astype(np.intp)
        self._counter.add(np.hstack([other, outputs]), predicted, classes)

    def result(self) -> Judgement:
        return _classified(self._counter.result())


class _LabelJudge:
    """For several outputs, each on one of two sides of a middle."""

    def __init__(self, labels: int, examples: int, middle: float) -> None:
        self._middle = middle
        self._counts = np.zeros((3, labels), dtype=np.int64)  # examples, predicted, correct
        self._correct = 0
        self._has_areas = examples * labels <= MOST_SCORES
        self._added: list[tuple[Array, Marks]] = []

    def add(self, outputs: Array, targets: Array) -> None:
        has_label, is_predicted = targets > 0.0, outputs >= self._middle
        marks = (has_label, is_predicted, has_label & is_predicted)
        self._counts += [each.sum(axis=0) for each in marks]
        is_correct = ~np.isnan(outputs) & (has_label == is_predicted)
        self._correct += int(np.count_nonzero(is_correct.all(axis=1)))
        if self._has_areas:
            self._added.append((outputs, has_label))

    def result(self) -> Judgement:
        labels = [
            ClassMeasures(int(examples), int(predicted), int(correct), area)
            for (examples, predicted, correct), area in zip(
                self._counts.T, self._areas(), strict=True
            )
        ]
        return Judgement(correct=self._correct, labels=labels)

    def _areas(self) -> Sequence[float | None]:
        if not self._has_areas:
            return [None] * self._counts.shape[1]
        outputs = np.concatenate([outputs for outputs, _ in self._added])
        marks = np.concatenate([marks for _, marks in self._added])
        return [roc_auc(*column) for column in cancellable(zip(outputs.T, marks.T, strict=True))]


class _ErrorJudge:
    """For targets that are any numbers, which are measured in the units of their columns."""

    def __init__(self, targets: Array, preparation: Preparation | None) -> None:
        self._in_units: Callable[[Array], Array] = lambda numbers: numbers
        if preparation is not None:
            self._in_units = preparation.values
        self._counter = ErrorCounter(self._in_units(targets))

    def add(self, outputs: Array, targets: Array) -> None:
        self._counter.add(self._in_units(outputs), self._in_units(targets))

    def result(self) -> Judgement:
        return Judgement(errors=self._counter.result())


def _classified(classification: Classification) -> Judgement:
    correct = sum(each.correct for each in classification.classes)
    return Judgement(correct=correct, classification=classification)
