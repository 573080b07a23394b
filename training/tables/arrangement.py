"""Matches the columns of a training set to those of a network, by name."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.cancellation import cancellable
from training.errors import Violations
from training.tables.table import ColumnKind, InputColumn, Table, TargetKind, Targets, Unit

Array = NDArray[np.float64]
_Indices = NDArray[np.intp]

_MOST_NAMES = 5

#: A network that knows numbers in a column also takes True and False, which are 1 and 0.
_ARE_NUMBERS = (ColumnKind.NUMBER, ColumnKind.BOOLEAN)

_WORDS = {
    ColumnKind.NUMBER: "numbers",
    ColumnKind.CATEGORY: "categories",
    ColumnKind.BOOLEAN: "True and False",
}
_ABSENT = -1


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Where the inputs and outputs of a network are in the rows of a training set.

    Categories and classes that the training set does not have are 0 in all of its rows. None: in
    the same places.
    """

    input_places: _Indices | None
    target_places: _Indices | None

    def inputs(self, raw: Array) -> Array:
        """Return the inputs (examples, inputs) in the order of the network."""
        return _arranged(raw, self.input_places)

    def targets(self, raw: Array) -> Array:
        """Return the targets (examples, outputs) in the order of the network."""
        return _arranged(raw, self.target_places)


def arrangement(violations: Violations, field: str, table: Table, other: Table) -> Arrangement:
    """Return how the rows of a training set with the table `other` fit a network with `table`.

    Columns, categories and classes that do not fit are added to the violations of `field`.
    """
    if table is not other:
        _check_inputs(violations, field, table, other)
        _check_targets(violations, field, table.targets, other.targets)
    return Arrangement(
        _places(table.input_units, other.input_units),
        _places(table.target_units, other.target_units),
    )


def named(names: Sequence[str]) -> str:
    """Return some names for a sentence."""
    listed = ", ".join(repr(name) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{listed} and {more} more" if more > 0 else listed


def _check_inputs(violations: Violations, field: str, table: Table, other: Table) -> None:
    known = {column.name: column for column in table.inputs}
    given = {column.name: column for column in other.inputs}
    missing = [name for name in known if name not in given]
    if missing:
        violations.add(field, f"lacks the input columns {named(missing)} of the network")
    extra = [name for name in given if name not in known]
    if extra:
        violations.add(field, f"has the input columns {named(extra)}, which the network has not")
    for name, column in cancellable(given.items()):
        if name in known:
            _check_column(violations, field, known[name], column, fills=table.fills)


def _check_column(
    violations: Violations, field: str, known: InputColumn, given: InputColumn, *, fills: bool
) -> None:
    name = known.name
    if known.kind is not given.kind and (known.kind, given.kind) != _ARE_NUMBERS:
        violations.add(
            field,
            f"has {_kinds(given)} in the column {name!r}, where the network has {_kinds(known)}",
        )
        return
    categories = set(known.categories)
    extra = [each for each in given.categories if each not in categories]
    if extra:
        violations.add(
            field,
            f"has the categories {named(extra)} in the column {name!r}, which the network has not:"
            f" it has {named(known.categories)}",
        )
    can_miss = known.has_missing or (fills and not known.categories)
    if given.has_missing and not can_miss:
        violations.add(
            field,
            f"has missing values in the column {name!r}, which the network was not trained to fill",
        )


def _kinds(column: InputColumn) -> str:
    return _WORDS[column.kind]


def _check_targets(violations: Violations, field: str, known: Targets, given: Targets) -> None:
    if known.kind is not given.kind:
        violations.add(field, f"has {given.kind} as targets, where the network has {known.kind}")
        return
    if sorted(known.names) != sorted(given.names):
        violations.add(
            field,
            f"has the target columns {named(given.names)}, where the network has"
            f" {named(known.names)}",
        )
    classes = set(known.classes)
    extra = [each for each in given.classes if each not in classes]
    if extra and known.kind is TargetKind.CLASSES:
        violations.add(
            field,
            f"has the classes {named(extra)}, which the network has not: it has"
            f" {named(known.classes)}",
        )


def _places(units: list[Unit], given: list[Unit]) -> _Indices | None:
    if units == given:
        return None
    places = {unit: place for place, unit in enumerate(given)}
    return np.array([places.get(unit, _ABSENT) for unit in units], dtype=np.intp)


def _arranged(raw: Array, places: _Indices | None) -> Array:
    if places is None:
        return raw
    arranged = np.zeros((len(raw), len(places)))
    is_there = places != _ABSENT
    arranged[:, is_there] = raw[:, places[is_there]]
    return arranged
