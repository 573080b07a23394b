"""Learns a preparation from the rows on which a network is trained.

Sums are those of `math.fsum`, rounded once, so the numbers depend neither on the order of the rows
nor on the machine.
"""

from math import fsum, isfinite, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.cancellation import cancellable
from training.errors import Violations
from training.tables.preparation import Preparation
from training.tables.table import FillingKind, Scaling, Table

Array = NDArray[np.float64]


class _Learned(NamedTuple):
    fill: float = 0.0
    offset: float = 0.0
    scale: float = 1.0


_UNCHANGED = _Learned()


def learn(
    violations: Violations, field: str, table: Table, inputs: Array, targets: Array, uid: str
) -> Preparation:
    """Return the preparation that is learned from rows of the training set with this uid.

    `inputs` (rows, inputs) and `targets` (rows, outputs) are the values of the columns; NaN is
    missing. Columns from which it cannot be learned are added to the violations of `field`.
    """
    learned = [
        _learn(violations, field, table, str(unit), inputs[:, index])
        if unit.is_number
        else _UNCHANGED
        for index, unit in enumerate(cancellable(table.input_units))
    ]
    of_targets = [
        _learn(violations, field, table, str(unit), targets[:, index])
        for index, unit in enumerate(table.target_units if table.scales_targets else [])
    ]
    scales = table.scaling is not Scaling.NONE
    return Preparation(
        table,
        fills=tuple(each.fill for each in learned) if table.fills else (),
        offsets=tuple(each.offset for each in learned) if scales else (),
        scales=tuple(each.scale for each in learned) if scales else (),
        target_offsets=tuple(each.offset for each in of_targets),
        target_scales=tuple(each.scale for each in of_targets),
        training_set_uid=uid,
        example_count=len(inputs),
    )


def _learn(violations: Violations, field: str, table: Table, name: str, column: Array) -> _Learned:
    known = column[~np.isnan(column)]
    filling = table.filling
    if not len(known):
        if filling.kind is FillingKind.CONSTANT:
            return _Learned(filling.value)
        violations.add(
            field,
            f"has no known value in the column {name!r} in the rows of training: remove the column,"
            " or fill missing values with a constant",
        )
        return _UNCHANGED
    fill = _fill(table, known)
    offset, scale = _scaled(table.scaling, known)
    if not all(map(isfinite, (fill, offset, scale))):
        violations.add(field, f"has numbers in the column {name!r} that are too large to be scaled")
        return _UNCHANGED
    return _Learned(fill, offset, scale or 1.0)


def _fill(table: Table, known: Array) -> float:
    match table.filling.kind:
        case FillingKind.REFUSED:
            return 0.0
        case FillingKind.MEAN:
            return _mean(known)
        case FillingKind.MEDIAN:
            ordered = np.sort(known)
            return _mean(ordered[(len(ordered) - 1) // 2 : len(ordered) // 2 + 1])
        case FillingKind.CONSTANT:
            return table.filling.value


def _scaled(scaling: Scaling, known: Array) -> tuple[float, float]:
    """Return the offset and the scale of a column; the scale is 0 if all values are equal."""
    least, most = float(known.min()), float(known.max())
    if least == most:
        return (0.0 if scaling is Scaling.NONE else least), 0.0
    match scaling:
        case Scaling.NONE:
            return 0.0, 1.0
        case Scaling.MIN_MAX:
            return least, most - least
        case Scaling.STANDARDIZE:
            mean = _mean(known)
            with np.errstate(over="ignore"):
                squares = (known - mean) ** 2
            return mean, sqrt(_mean(squares))


def _mean(numbers: Array) -> float:
    """Return the mean; exactly the number if all are equal, which the sum can round."""
    if (numbers == numbers[0]).all():
        return float(numbers[0])
    try:
        return fsum(numbers.tolist()) / len(numbers)
    except OverflowError:
        return float("inf")
