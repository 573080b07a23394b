"""What the targets of examples mean, and which outputs are correct for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

import numpy as np

from training.chunks import chunks
from training.network import Array, Network
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.tables import table as tables


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

    def correct(self, outputs: Array, targets: Array) -> int | None:
        """Return how many of n examples are correct: `outputs` and `targets` (n, outputs).

        None for NUMBERS.
        """
        match self.kind:
            case TargetKind.NUMBERS:
                return None
            case TargetKind.CLASSES:
                is_correct = outputs.argmax(axis=1) == targets.argmax(axis=1)
                is_correct &= ~np.isnan(outputs).any(axis=1)
            case _:
                is_same_side = (outputs >= self.middle) == (targets > 0.0)
                is_correct = (is_same_side & ~np.isnan(outputs)).all(axis=1)
        return int(np.count_nonzero(is_correct))


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
