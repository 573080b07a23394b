"""Warnings about the columns of a table, from the values that the table has."""

from collections.abc import Iterator

from training.network import Array
from training.tables.table import ColumnKind, InputColumn, Table
from training.warnings.set_warnings import extremes
from training.warnings.warning import TrainingWarning, WarningCode
from training.warnings.words import capitalised, counted, listed, value


def warnings_of_columns(table: Table, inputs: Array) -> tuple[TrainingWarning, ...]:
    """Return the warnings about the input columns of a training set.

    `inputs` (examples, inputs) are the values of the columns before they are prepared; NaN is
    missing. The inputs of an image or a grid have no meaning of their own, so some may be constant.
    """
    if len(inputs) < 2 or table.shape:  # with one example, nothing to compare with
        return ()
    constant = dict(_constant_columns(table, inputs))
    if not constant:
        return ()
    name = capitalised(listed("column", list(constant)))
    verb = "is" if len(constant) == 1 else "are"
    values = set(constant.values())
    what = values.pop() if len(values) == 1 else "the same"
    return (
        TrainingWarning(
            WarningCode.CONSTANT_COLUMN,
            f"{name} {verb} {what} in all {counted(len(inputs), 'example')}: a network cannot learn"
            " what other values mean, so in a prediction they have an arbitrary effect.",
            "Check whether it was read correctly; otherwise leave it out.",
        ),
    )


def _constant_columns(table: Table, inputs: Array) -> Iterator[tuple[str, str]]:
    """Yield the names of the columns that have one value, and the value in words."""
    low, high = extremes(inputs)
    is_same = low == high  # not where a value is missing
    first = 0
    for column in table.inputs:
        places = slice(first, first + len(column.units))
        first = places.stop
        if is_same[places].all():
            yield column.name, _value(column, low[places])


def _value(column: InputColumn, units: Array) -> str:
    if column.kind is ColumnKind.CATEGORY:
        return (*column.categories, "missing")[int(units.argmax())]
    return value(float(units[0]))
