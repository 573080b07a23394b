"""The stored form of a table and of a preparation, which are parts of other records."""

from msgspec import UNSET, UnsetType

from storage.records.record import Part, given, named, unless
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


class InputColumnPart(Part, frozen=True):
    """A column of inputs."""

    name: str
    categories: tuple[str, ...] | UnsetType = UNSET  # not for columns of numbers
    has_missing: bool | UnsetType = UNSET
    is_boolean: bool | UnsetType = UNSET


class TablePart(Part, frozen=True):
    """A table. Fields with defaults were not needed by it."""

    inputs: tuple[InputColumnPart, ...]
    target_kind: str
    target_names: tuple[str, ...]
    classes: tuple[str, ...] | UnsetType = UNSET
    scaling: str | UnsetType = UNSET
    filling: str | UnsetType = UNSET
    filling_value: float | UnsetType = UNSET
    shape: tuple[int, ...] | UnsetType = UNSET


class PreparationPart(Part, frozen=True):
    """A preparation."""

    table: TablePart
    fills: tuple[float, ...] = ()
    offsets: tuple[float, ...] = ()
    scales: tuple[float, ...] = ()
    target_offsets: tuple[float, ...] = ()
    target_scales: tuple[float, ...] = ()
    training_set_uid: str = ""
    example_count: int = 0


def part_of_table(table: Table) -> TablePart:
    """Return the stored form of a table."""
    targets, filling = table.targets, table.filling
    return TablePart(
        tuple(
            InputColumnPart(
                column.name,
                unless((), column.categories),
                unless(False, column.has_missing),  # noqa: FBT003
                unless(False, column.kind is ColumnKind.BOOLEAN),  # noqa: FBT003
            )
            for column in table.inputs
        ),
        targets.kind.value,
        targets.names,
        unless((), targets.classes),
        unless(Scaling.NONE.value, table.scaling.value),
        unless(FillingKind.REFUSED.value, filling.kind.value),
        unless(0.0, filling.value),
        unless((), table.shape),
    )


def table_of(part: TablePart) -> Table:
    """Return the table of a stored form. Raises NotAsWritten."""
    return Table(
        tuple(map(_column_of, part.inputs)),
        Targets(named(TargetKind, part.target_kind), part.target_names, given((), part.classes)),
        named(Scaling, given(Scaling.NONE.value, part.scaling)),
        Filling(
            named(FillingKind, given(FillingKind.REFUSED.value, part.filling)),
            given(0.0, part.filling_value),
        ),
        given((), part.shape),
    )


def part_of_preparation(preparation: Preparation) -> PreparationPart:
    """Return the stored form of a preparation."""
    return PreparationPart(
        part_of_table(preparation.table),
        preparation.fills,
        preparation.offsets,
        preparation.scales,
        preparation.target_offsets,
        preparation.target_scales,
        preparation.training_set_uid,
        preparation.example_count,
    )


def preparation_of(part: PreparationPart) -> Preparation:
    """Return the preparation of a stored form. Raises NotAsWritten."""
    return Preparation(
        table_of(part.table),
        part.fills,
        part.offsets,
        part.scales,
        part.target_offsets,
        part.target_scales,
        part.training_set_uid,
        part.example_count,
    )


def _column_of(part: InputColumnPart) -> InputColumn:
    categories = given((), part.categories)
    kind = ColumnKind.CATEGORY if categories else ColumnKind.NUMBER
    if given(False, part.is_boolean):  # noqa: FBT003
        kind = ColumnKind.BOOLEAN
    return InputColumn(part.name, kind, categories, given(False, part.has_missing))  # noqa: FBT003
