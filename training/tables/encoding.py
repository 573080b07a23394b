"""Encodes named columns as numbers: one for each input and output of a network."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from training.cancellation import cancellable
from training.errors import Violations
from training.tables.arrangement import named
from training.tables.table import (
    ColumnKind,
    InputColumn,
    Table,
    TargetKind,
    Targets,
)

Array = NDArray[np.float64]

#: Of each column, so many invalid values are reported.
_MOST_REPORTED = 10


@dataclass(frozen=True, slots=True)
class Column:
    """The values of a column: numbers, in which NaN is missing, or texts, in which "" is."""

    name: str
    numbers: Array
    texts: Sequence[str] = ()

    def __len__(self) -> int:
        return len(self.texts) or len(self.numbers)


@dataclass(frozen=True, slots=True)
class EncodedRows:
    """Rows of a training set: inputs (rows, inputs), targets (rows, outputs), weights (rows).

    A missing number is NaN. `weights` is None without a column of weights.
    """

    inputs: Array
    targets: Array
    weights: Array | None


def encode_rows(
    violations: Violations, table: Table, columns: Sequence[Column], weights: str, first: int = 0
) -> EncodedRows | None:
    """Encode the rows of a training set; `weights` is the name of their column of weights, or "".

    `first` is the index of the first row in the training set, for what is reported.

    Returns None if some columns are missing, unknown or invalid; all that is wrong is added.
    """
    names = [column.name for column in table.inputs] + [*table.targets.names]
    reader = _Reader(violations, columns, names + [weights] * bool(weights), first)
    if not reader.is_complete:
        return None
    inputs = [
        reader.inputs(column, can_miss=column.has_missing) for column in cancellable(table.inputs)
    ]
    targets = reader.targets(table.targets)
    of_rows = reader.numbers(weights, can_miss=False) if weights else None
    if violations:
        return None
    return EncodedRows(np.concatenate(inputs, axis=1), targets, of_rows)


def encode_inputs(violations: Violations, table: Table, columns: Sequence[Column]) -> Array | None:
    """Encode the rows of a request for predictions (rows, inputs); a missing number is NaN.

    Returns None if some columns are missing, unknown or invalid; all that is wrong is added.
    """
    reader = _Reader(violations, columns, [column.name for column in table.inputs])
    if not reader.is_complete:
        return None
    inputs = []
    for column in cancellable(table.inputs):
        is_filled = table.fills and column.kind is not ColumnKind.CATEGORY
        inputs.append(reader.inputs(column, can_miss=column.has_missing or is_filled))
    return None if violations else np.concatenate(inputs, axis=1)


class _Reader:
    """The columns of one request by name."""

    def __init__(
        self,
        violations: Violations,
        columns: Sequence[Column],
        names: Sequence[str],
        first: int = 0,
    ) -> None:
        self._violations = violations
        self._first = first
        known = set(names)
        self._columns: dict[str, tuple[int, Column]] = {}
        for index, column in enumerate(cancellable(columns)):
            violations.require(
                column.name not in self._columns,
                f"columns[{index}].name",
                f"must be different from those of other columns, not {column.name!r} again",
            )
            violations.require(
                column.name in known,
                f"columns[{index}].name",
                f"must be the name of a column of the table, not {column.name!r}: it has"
                f" {named(names)}",
            )
            violations.require(
                not (len(column.numbers) and len(column.texts)),
                f"columns[{index}]",
                "must have numbers or texts, not both",
            )
            self._columns[column.name] = index, column
        missing = [name for name in names if name not in self._columns]
        violations.require(not missing, "columns", f"must have the columns {named(missing)}")
        self._count = len(columns[0]) if columns else 0
        violations.require(self._count > 0, "columns", "must have at least one row")
        for index, column in enumerate(columns):
            violations.require(
                len(column) == self._count,
                f"columns[{index}]",
                f"must have {self._count} values, as the first column, not {len(column)}",
            )
        self.is_complete = not violations

    def inputs(self, column: InputColumn, *, can_miss: bool) -> Array:
        """Return the inputs of a column (rows, its inputs)."""
        if column.kind is ColumnKind.CATEGORY:
            return self._one_hot(column.name, column.categories, column.has_missing, can_miss)
        numbers = self.numbers(column.name, can_miss=can_miss)
        if column.kind is ColumnKind.BOOLEAN:
            is_other = (numbers != 0.0) & (numbers != 1.0) & ~np.isnan(numbers)
            self._report(column.name, numbers, is_other, "be 1 or 0, for True or False")
        if not column.has_missing:
            return numbers[:, None]
        return np.column_stack([numbers, np.isnan(numbers)])

    def targets(self, targets: Targets) -> Array:
        """Return the targets (rows, outputs)."""
        if targets.kind is TargetKind.CLASSES:
            (name,) = targets.names
            return self._one_hot(name, targets.classes, has_indicator=False, can_miss=False)
        columns = [self.numbers(name, can_miss=False) for name in targets.names]
        if targets.kind is TargetKind.LABELS:
            for name, numbers in zip(targets.names, columns, strict=True):
                self._report(name, numbers, (numbers != 0.0) & (numbers != 1.0), "be 0 or 1")
        return np.column_stack(columns)

    def numbers(self, name: str, *, can_miss: bool) -> Array:
        """Return the values of a column of numbers."""
        index, column = self._columns[name]
        if column.texts:
            self._violations.add(
                f"columns[{index}].texts",
                f"must be numbers, because {name!r} is a column of numbers",
            )
            return np.zeros(self._count)
        is_missing = np.isnan(column.numbers)
        if not can_miss:
            self._report(name, column.numbers, is_missing, "not be missing")
        self._report(name, column.numbers, np.isinf(column.numbers), "be finite")
        return column.numbers

    def _one_hot(
        self, name: str, categories: Sequence[str], has_indicator: bool, can_miss: bool
    ) -> Array:
        index, column = self._columns[name]
        encoded = np.zeros((self._count, len(categories) + has_indicator))
        if not column.texts:
            self._violations.add(
                f"columns[{index}].numbers",
                f"must be texts, because {name!r} is a column of names",
            )
            return encoded
        places = {category: place for place, category in enumerate(categories)}
        if can_miss:
            places[""] = len(categories) if has_indicator else -1
        found = np.array([places.get(text, -1) for text in column.texts], dtype=np.intp)
        unknown = np.flatnonzero(found < 0)
        for row in islice(unknown.tolist(), _MOST_REPORTED):
            text = column.texts[row]
            what = f"be one of {named(categories)}, not {text!r}" if text else "not be missing"
            self._violations.add(
                f"columns[{index}].texts[{self._first + row}]", f"must {what} (column {name!r})"
            )
        rows = np.flatnonzero(found >= 0)
        encoded[rows, found[rows]] = 1.0
        return encoded

    def _report(self, name: str, numbers: Array, wrong: NDArray[np.bool], what: str) -> None:
        if not wrong.any():
            return
        index, _ = self._columns[name]
        for row in islice(np.flatnonzero(wrong).tolist(), _MOST_REPORTED):
            value = "" if np.isnan(numbers[row]) else f", not {numbers[row]}"
            self._violations.add(
                f"columns[{index}].numbers[{self._first + row}]",
                f"must {what}{value} (column {name!r})",
            )
