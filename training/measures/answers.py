"""The answers of a network: classes, labels or numbers with names, from its outputs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.measures.target_meaning import middle_of
from training.network import Array, Network
from training.tables.table import TargetKind


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of a network to some rows.

    `output_names` are the names of its outputs. For each row, `classes` are the predicted class, or
    the labels it has, and `values` the outputs in the units of the target columns. All are empty if
    they do not apply.
    """

    output_names: Sequence[str]
    classes: Sequence[Sequence[str]]
    values: Sequence[Sequence[float]]


def values_of(network: Network, outputs: Array) -> Array | None:
    """Return outputs (rows, outputs) in the units of the target columns; None without numbers."""
    preparation = network.preparation
    if preparation is None or preparation.table.targets.kind is not TargetKind.NUMBERS:
        return None
    return preparation.values(outputs)


def answers_of(network: Network, outputs: Array) -> Answers:
    """Return the answers for outputs (rows, outputs).

    The class is that of the largest output, the first of equals; a row with NaN has none. A row has
    the labels whose outputs are at least the middle between the targets of the two cases.
    """
    nothing: list[Sequence[str]] = [()] * len(outputs)
    no_values: list[Sequence[float]] = [()] * len(outputs)
    preparation = network.preparation
    if preparation is None:
        return Answers((), nothing, no_values)
    targets = preparation.table.targets
    names = targets.output_names
    match targets.kind:
        case TargetKind.NUMBERS:
            return Answers(names, nothing, preparation.values(outputs).tolist())
        case TargetKind.CLASSES:
            nans = np.count_nonzero(np.isnan(outputs), axis=1)
            found = [
                () if nans[row] else (names[place],)
                for row, place in enumerate(outputs.argmax(axis=1))
            ]
            return Answers(names, found, no_values)
        case TargetKind.LABELS:
            has_label = (outputs >= middle_of(network)).tolist()
            labels = [
                tuple(name for name, has in zip(names, row, strict=True) if has)
                for row in has_label
            ]
            return Answers(names, labels, no_values)
