"""The columns of examples that were read from a server, which encodes categories as numbers."""

from collections.abc import Iterator, Sequence
from math import nan

from clearprop.tables.table import Table, TableColumn
from clearprop.v1 import table_pb2 as pb
from clearprop.v1.training_set_pb2 import TrainingSet


def _example(row: int) -> str:
    return f"Example {row + 1:,}"


def columns_of_examples(training_set: TrainingSet) -> Table:
    """Return the input columns of a training set with a table, from its examples."""
    rows = [example.inputs for example in training_set.examples]
    inputs = training_set.table.inputs
    columns = [
        _column(column, [row[place : place + _width(column)] for row in rows])
        for column, place in zip(inputs, _places(inputs), strict=True)
    ]
    return Table(columns, _example)


def _places(inputs: Sequence[pb.InputColumn]) -> Iterator[int]:
    place = 0
    for column in inputs:
        yield place
        place += _width(column)


def _width(column: pb.InputColumn) -> int:
    return max(1, len(column.categories)) + column.has_missing


def _column(column: pb.InputColumn, parts: Sequence[Sequence[float]]) -> TableColumn:
    if column.kind == pb.COLUMN_KIND_CATEGORY:
        named = [
            next((name for name, value in zip(column.categories, part, strict=False) if value), "")
            for part in parts
        ]
        return TableColumn(column.name, texts=named)
    numbers = [nan if column.has_missing and part[1] else part[0] for part in parts]
    is_boolean = column.kind == pb.COLUMN_KIND_BOOLEAN
    return TableColumn(column.name, numbers=numbers, is_boolean=is_boolean)
