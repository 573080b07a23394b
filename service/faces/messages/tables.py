"""Tables, their columns, and preparations."""

from collections.abc import Iterable

import numpy as np
from clearprop.v1 import table_pb2

from service.faces.messages.enums import EnumTable, one_of
from training.errors import Violations
from training.tables.encoding import Column
from training.tables.preparation import Preparation
from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Scaling,
    Table,
    TargetKind,
    Targets,
)

_COLUMN_KINDS = EnumTable(table_pb2.ColumnKind, ColumnKind, ColumnKind.NUMBER, one_of(ColumnKind))
_TARGET_KINDS = EnumTable(table_pb2.TargetKind, TargetKind, TargetKind.NUMBERS, one_of(TargetKind))

_SCALED = (Scaling.STANDARDIZE, Scaling.MIN_MAX)
_SCALINGS = EnumTable(table_pb2.Scaling, _SCALED, Scaling.NONE, one_of(_SCALED))

_FILLED = (FillingKind.MEAN, FillingKind.MEDIAN, FillingKind.CONSTANT)
_FILLING_KINDS = EnumTable(table_pb2.FillingKind, _FILLED, FillingKind.REFUSED, one_of(_FILLED))


def columns(source: Iterable[table_pb2.Column]) -> list[Column]:
    """Convert the columns of a request."""
    return [
        Column(each.name, np.array(each.numbers, dtype=np.float64), tuple(each.texts))
        for each in source
    ]


def read_table(violations: Violations, where: str, source: table_pb2.Table) -> Table:
    """Convert a table; its names are not checked."""
    inputs = tuple(
        InputColumn(
            column.name,
            _COLUMN_KINDS.read(violations, f"{where}.inputs[{index}].kind", column.kind),
            tuple(column.categories),
            column.has_missing,
        )
        for index, column in enumerate(source.inputs)
    )
    targets = Targets(
        _TARGET_KINDS.read(violations, f"{where}.targets.kind", source.targets.kind),
        tuple(source.targets.names),
        tuple(source.targets.classes),
    )
    filling = Filling(
        _FILLING_KINDS.read(violations, f"{where}.filling.kind", source.filling.kind),
        source.filling.value,
    )
    scaling = _SCALINGS.read(violations, f"{where}.scaling", source.scaling)
    return Table(inputs, targets, scaling, filling, tuple(source.shape))


def read_preparation(
    violations: Violations, where: str, source: table_pb2.Preparation
) -> Preparation:
    """Convert a preparation; its numbers are not checked."""
    return Preparation(
        read_table(violations, f"{where}.table", source.table),
        tuple(source.fills),
        tuple(source.offsets),
        tuple(source.scales),
        tuple(source.target_offsets),
        tuple(source.target_scales),
        source.training_set_uid,
        source.example_count,
    )


def kind_of_targets(source: Table) -> table_pb2.TargetKind.ValueType:
    """Convert the kind of the targets of a table."""
    return _TARGET_KINDS.numbers[source.targets.kind]


def table(source: Table) -> table_pb2.Table:
    """Convert a table."""
    targets, filling = source.targets, source.filling
    return table_pb2.Table(
        inputs=(
            table_pb2.InputColumn(
                name=column.name,
                kind=_COLUMN_KINDS.numbers[column.kind],
                categories=column.categories,
                has_missing=column.has_missing,
            )
            for column in source.inputs
        ),
        targets=table_pb2.Targets(
            kind=kind_of_targets(source), names=targets.names, classes=targets.classes
        ),
        scaling=_SCALINGS.numbers.get(source.scaling, table_pb2.SCALING_UNSPECIFIED),
        filling=None
        if filling.kind is FillingKind.REFUSED
        else table_pb2.Filling(kind=_FILLING_KINDS.numbers[filling.kind], value=filling.value),
        shape=source.shape,
    )


def preparation(source: Preparation) -> table_pb2.Preparation:
    """Convert a preparation."""
    return table_pb2.Preparation(
        table=table(source.table),
        fills=source.fills,
        offsets=source.offsets,
        scales=source.scales,
        target_offsets=source.target_offsets,
        target_scales=source.target_scales,
        training_set_uid=source.training_set_uid,
        example_count=source.example_count,
    )
