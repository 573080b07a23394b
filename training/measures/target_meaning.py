"""What the targets of examples mean, and which outputs are correct for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np
from numpy.typing import NDArray

from training.chunks import chunks
from training.network import Array, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.tables import table as tables

Classes = NDArray[np.intp]
Marks = NDArray[np.bool_]

#: In place of a class: an example that is classified as none, because an output is NaN.
NO_CLASS = -1


class TargetKind(Enum):
    """The kinds of targets."""

    CLASSES = auto()
    """Each example belongs to one class: its target is 1, all others are 0."""
    SIDES = auto()
    """The only output is on one of two sides of a middle."""
    LABELS = auto()
    """Each output is on one of two sides of a middle, independently of the others."""
    NUMBERS = auto()
    """Targets are any numbers."""


@dataclass(frozen=True, slots=True)
class TargetMeaning:
    """The kind of targets, and for SIDES and LABELS the middle."""

    kind: TargetKind
    middle: float = 0.0

    @property
    def has_classes(self) -> bool:
        """Whether each example belongs to one class; those of SIDES are 0 and 1."""
        return self.kind in {TargetKind.CLASSES, TargetKind.SIDES}

    def classes(self, targets: Array) -> Classes:
        """Return the class of each of n examples with these targets (n, outputs)."""
        if self.kind is TargetKind.CLASSES:
            found: Classes = targets.argmax(axis=1)
        else:
            found = (targets[:, 0] > 0.0).astype(np.intp)
        return found

    def predicted(self, outputs: Array) -> Classes:
        """Return the class that n outputs (n, outputs) predict; `NO_CLASS` if one is NaN."""
        if self.kind is TargetKind.CLASSES:
            found: Classes = outputs.argmax(axis=1)
        else:
            found = (outputs[:, 0] >= self.middle).astype(np.intp)
        found[np.isnan(outputs).any(axis=1)] = NO_CLASS
        return found

    def are_correct(self, outputs: Array, targets: Array) -> Marks | None:
        """Return which of n examples are correct: `outputs` and `targets` (n, outputs).

        None for NUMBERS.
        """
        match self.kind:
            case TargetKind.NUMBERS:
                return None
            case TargetKind.LABELS:
                is_same_side = (outputs >= self.middle) == (targets > 0.0)
                found: Marks = (is_same_side & ~np.isnan(outputs)).all(axis=1)
            case _:
                found = self.predicted(outputs) == self.classes(targets)
        return found

    def correct(self, outputs: Array, targets: Array) -> int | None:
        """Return how many examples are correct; None for NUMBERS."""
        are_correct = self.are_correct(outputs, targets)
        return None if are_correct is None else int(np.count_nonzero(are_correct))


def meaning_of(network: Network, targets: Array) -> TargetMeaning:
    """Return the meaning of targets (n, outputs) for a network.

    With several outputs and one-hot targets, an example is of the class with the target 1, and the
    largest output, the first of equals, is its predicted class. With other targets of 0 and 1, an
    output of at least 0.5 predicts 1; with tanh outputs and targets −1 and 1, or with the hinge
    cost, one of at least 0 predicts 1. If the network has a preparation, that says what they are.
    """
    if network.preparation is not None:
        return _known(network, network.preparation.table.targets.kind)
    parts = [targets[rows] for rows in chunks(network, len(targets))]
    count = targets.shape[1]
    if count > 1 and all(map(_is_one_hot, parts)):
        return TargetMeaning(TargetKind.CLASSES)
    sides = TargetKind.SIDES if count == 1 else TargetKind.LABELS
    if network.cost_function is CostFunction.HINGE or (
        network.activations[-1] is Activation.TANH and _are_all(parts, -1.0, 1.0)
    ):
        return TargetMeaning(sides, 0.0)
    if _are_all(parts, 0.0, 1.0):
        return TargetMeaning(sides, middle_of(network))
    return TargetMeaning(TargetKind.NUMBERS)


def _known(network: Network, kind: tables.TargetKind) -> TargetMeaning:
    match kind:
        case tables.TargetKind.NUMBERS:
            return TargetMeaning(TargetKind.NUMBERS)
        case tables.TargetKind.CLASSES:
            return TargetMeaning(TargetKind.CLASSES)
        case tables.TargetKind.LABELS:
            is_only = network.layer_sizes[-1] == 1
            kind_here = TargetKind.SIDES if is_only else TargetKind.LABELS
            return TargetMeaning(kind_here, middle_of(network))


def middle_of(network: Network) -> float:
    """Return the output from which a network predicts a label with targets of 0 and 1."""
    return 0.0 if network.cost_function is CostFunction.HINGE else 0.5


def _is_one_hot(targets: Array) -> bool:
    ones = np.count_nonzero(targets == 1.0, axis=1)
    zeros = np.count_nonzero(targets == 0.0, axis=1)
    return bool((ones == 1).all() and (zeros == targets.shape[1] - 1).all())


def _are_all(parts: Sequence[Array], low: float, high: float) -> bool:
    return all(bool(((part == low) | (part == high)).all()) for part in parts)
