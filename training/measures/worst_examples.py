"""The first examples of an order, among all or among those of a cell of a confusion matrix.

The order is that of costs, or of the activations of a unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.errors import Violations
from training.measures.target_meaning import NO_CLASS, Marks, TargetKind, TargetMeaning
from training.network import Array


@dataclass(frozen=True, slots=True)
class ExampleFilter:
    """Chooses examples: of a class, predicted as a class, or only wrong ones; None means any.

    The largest costs are first; with a `unit`, its layer, from 1, and its index in it, from 0, the
    largest of its activations are.
    """

    true_class: int | None = None
    predicted_class: int | None = None
    wrong_only: bool = False
    unit: tuple[int, int] | None = None

    def check(
        self, violations: Violations, meaning: TargetMeaning, layer_sizes: Sequence[int]
    ) -> None:
        """Report what does not fit targets of this meaning, and a network with these layers."""
        if self.unit is not None:
            check_unit(violations, layer_sizes, *self.unit)
        classes = max(layer_sizes[-1], 2)  # one output has the classes 0 and 1
        fields = {"true_class": self.true_class, "predicted_class": self.predicted_class}
        for field, index in fields.items():
            violations.require(
                index is None or meaning.has_classes,
                field,
                "must be absent, because the targets of this training set are not classes",
            )
            violations.require(
                index is None or not meaning.has_classes or 0 <= index < classes,
                field,
                f"must be 0 to {classes - 1}, the index of a class, not {index}",
            )
        violations.require(
            not self.wrong_only or meaning.kind is not TargetKind.NUMBERS,
            "wrong_only",
            "must be false, because no example is right or wrong: the targets are numbers",
        )


def check_unit(violations: Violations, layer_sizes: Sequence[int], layer: int, unit: int) -> None:
    """Require a unit that a network with these layers has, not an input."""
    last = len(layer_sizes) - 1
    if not 1 <= layer <= last:
        violations.add("layer", f"must be 1 to {last} (the output layer), or absent, not {layer}")
    elif not 0 <= unit < layer_sizes[layer]:
        most = layer_sizes[layer] - 1
        violations.add("unit", f"must be 0 to {most} in layer {layer}, not {unit}")


#: Chooses all examples.
ALL: Final = ExampleFilter()


@dataclass(frozen=True, slots=True)
class WorstExample:
    """An example with a large cost, or activation; `example` is its index in the set, from 0.

    `true_class` and `predicted_class` are None if targets are not classes, the latter also for NaN;
    `is_correct` is None if targets are numbers; `activation` is None in the order of costs.
    """

    example: int
    cost: float
    true_class: int | None = None
    predicted_class: int | None = None
    is_correct: bool | None = None
    activation: float | None = None


#: An example in an array of many.
_ROW = np.dtype(
    [
        ("example", np.int64),
        ("cost", np.float64),
        ("rank", np.float64),
        ("true", np.int64),
        ("predicted", np.int64),
        ("correct", np.bool_),
    ]
)


class WorstExamples:
    """Finds the first examples that a filter chooses, in bounded memory."""

    def __init__(self, meaning: TargetMeaning, wanted: ExampleFilter) -> None:
        self.matching = 0
        self._meaning, self._wanted = meaning, wanted
        self._seen = 0
        self._worst = np.empty(0, _ROW)

    def add(
        self,
        costs: Array,
        outputs: Array,
        targets: Array,
        most: int,
        activations: Array | None = None,
    ) -> None:
        """Look at the next n examples: `costs` (n), `outputs` and `targets` (n, outputs).

        `activations` (n) are those of the unit of the filter, None without one. Up to `most` of all
        are kept.
        """
        rows = np.empty(len(costs), _ROW)
        rows["example"] = np.arange(self._seen, self._seen + len(costs))
        rows["cost"] = costs
        rows["rank"] = costs if activations is None else activations
        rows["true"] = rows["predicted"] = NO_CLASS
        if self._meaning.has_classes:
            rows["true"] = self._meaning.classes(targets)
            rows["predicted"] = self._meaning.predicted(outputs)
        are_correct = self._meaning.are_correct(outputs, targets)
        rows["correct"] = False if are_correct is None else are_correct
        rows = rows[self._chosen(rows)]
        self._seen += len(costs)
        self.matching += len(rows)
        rows = np.concatenate([self._worst, rows])
        is_number = ~np.isnan(rows["rank"])
        order = np.lexsort((np.where(is_number, -rows["rank"], 0.0), is_number))  # it is stable
        self._worst = rows[order[:most]]

    def found(self, page: slice) -> Sequence[WorstExample]:
        """Return the examples of a page, the largest costs or activations first."""
        is_known = self._meaning.kind is not TargetKind.NUMBERS
        return [
            WorstExample(
                example,
                cost,
                None if true == NO_CLASS else true,
                None if predicted == NO_CLASS else predicted,
                is_correct if is_known else None,
                None if self._wanted.unit is None else rank,
            )
            for example, cost, rank, true, predicted, is_correct in self._worst[page].tolist()
        ]

    def _chosen(self, rows: np.ndarray) -> Marks:
        chosen = np.ones(len(rows), dtype=np.bool_)
        if self._wanted.true_class is not None:
            chosen &= rows["true"] == self._wanted.true_class
        if self._wanted.predicted_class is not None:
            chosen &= rows["predicted"] == self._wanted.predicted_class
        if self._wanted.wrong_only:
            chosen &= ~rows["correct"]
        return chosen
