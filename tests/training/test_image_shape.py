"""Inputs that are images: their shape fits the examples and the columns, or each field is named."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusing import refused

from training.errors import Violations
from training.example_collector import Collector
from training.image_shape import ImageShape, image_shape_of
from training.limits import Limits
from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Table,
    TargetKind,
    Targets,
)
from training.training_set import Examples

TARGETS = Targets(TargetKind.NUMBERS, ("y",))
SIZES = st.integers(1, 4)


def table_of(count: int, shape: tuple[int, ...] = ()) -> Table:
    columns = tuple(InputColumn(f"pixel {place}") for place in range(count))
    return Table(columns, TARGETS, filling=Filling(FillingKind.MEAN), shape=shape)


def fields_refused(
    shape: ImageShape, input_count: int, table: Table | None = None
) -> tuple[list[str], Collector]:
    """Return the fields that are refused of a set with a shape, and its collector."""
    collector = Collector(Limits())

    def add(violations: Violations) -> None:
        if table is not None:
            collector.expect(violations, table, "")
        collector.expect_image(violations, shape)
        if table is None:
            rows = Examples(np.ones((2, input_count)), np.ones((2, 1)))
            collector.add(violations, rows)

    return list(refused(add)), collector


@given(SIZES, SIZES, st.sampled_from([1, 3]), st.integers(1, 48), st.booleans())
def test_a_shape_must_have_as_many_inputs_as_the_examples(
    height: int, width: int, channels: int, input_count: int, is_table: bool
) -> None:
    shape = ImageShape(height, width, channels)
    table = table_of(input_count) if is_table else None
    found, collector = fields_refused(shape, input_count, table)
    fits = height * width * channels == input_count
    assert found == ([] if fits else ["image_shape"])
    assert collector.image_shape == shape
    if fits and collector.table is not None:
        assert collector.table.shape == shape.sizes
        assert image_shape_of(collector.table) == shape


@given(st.integers(-2, 1), st.integers(-2, 1), st.integers(-1, 4))
def test_each_size_that_is_none_is_named(height: int, width: int, channels: int) -> None:
    shape = ImageShape(height, width, channels)
    wrong = {"height": height < 1, "width": width < 1, "channels": channels not in (1, 3)}
    found, _ = fields_refused(shape, max(1, shape.input_count))
    assert found == [f"image_shape.{name}" for name, is_wrong in wrong.items() if is_wrong]


@pytest.mark.parametrize(
    "column",
    [
        InputColumn("colour", ColumnKind.CATEGORY, ("red",)),
        InputColumn("gap", has_missing=True),
    ],
)
def test_every_column_of_an_image_is_a_number(column: InputColumn) -> None:
    plain = table_of(3)
    table = replace(plain, inputs=(*plain.inputs, column))
    assert fields_refused(ImageShape(2, 2), 4, table)[0] == ["image_shape"]
    with_shape = replace(table, shape=(len(table.input_units), 1))
    assert image_shape_of(with_shape) is None


@pytest.mark.parametrize(
    ("sizes", "shape"),
    [
        ((), None),
        ((12,), None),
        ((3, 4), ImageShape(3, 4)),
        ((3, 4, 1), ImageShape(3, 4)),
        ((2, 2, 3), ImageShape(2, 2, 3)),
        ((3, 2, 2), None),
        ((1, 1, 4, 3), None),
    ],
)
def test_the_shape_of_a_table_is_that_of_an_image_if_it_can_be(
    sizes: tuple[int, ...], shape: ImageShape | None
) -> None:
    table = table_of(12, sizes)
    assert image_shape_of(table) == shape
    if shape:
        assert fields_refused(shape, 12, table)[0] == []
    assert fields_refused(ImageShape(4, 3), 12, table)[0] == (["image_shape"] if sizes else [])
