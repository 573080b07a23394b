"""Warnings about the columns of a table."""

from math import nan

import numpy as np
import pytest

from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Table,
    TargetKind,
    Targets,
)
from training.warnings.column_warnings import warnings_of_columns

AGE = InputColumn("age")
GAP = InputColumn("gap", has_missing=True)
PET = InputColumn("pet", ColumnKind.CATEGORY, ("cat", "dog"))
TARGETS = Targets(TargetKind.NUMBERS, ("y",))


def messages(
    rows: list[list[float]], *columns: InputColumn, shape: tuple[int, ...] = ()
) -> list[str]:
    table = Table(columns, TARGETS, filling=Filling(FillingKind.MEAN), shape=shape)
    return [each.message for each in warnings_of_columns(table, np.array(rows))]


@pytest.mark.parametrize(
    ("rows", "start"),
    [
        ([[5.0, 1.0, 0.0], [5.0, 0.0, 1.0]], "Column age is 5 in all 2 examples:"),
        ([[5.0, 0.0, 1.0], [6.0, 0.0, 1.0]], "Column pet is dog in all 2 examples:"),
        ([[5.0, 0.0, 1.0], [5.0, 0.0, 1.0]], "Columns age and pet are the same in all 2 examples:"),
    ],
)
def test_a_column_of_one_value_is_named(rows: list[list[float]], start: str) -> None:
    (found,) = messages(rows, AGE, PET)
    assert found.startswith(start)


def test_a_category_that_never_occurs_and_missing_values_are_no_constant_columns() -> None:
    assert not messages([[5.0, 1.0, 0.0], [6.0, 0.0, 1.0], [7.0, 0.0, 1.0]], AGE, PET)
    assert not messages([[5.0, 0.0], [nan, 1.0], [5.0, 0.0]], GAP)


def test_a_single_example_and_the_corners_of_images_are_not_warned_about() -> None:
    assert not messages([[5.0]], AGE)
    assert not messages([[0.0, 5.0], [0.0, 6.0]], AGE, InputColumn("x"), shape=(2, 1))
