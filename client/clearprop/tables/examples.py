"""The examples of a table: which columns are inputs and targets, and what they are."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import NamedTuple

from clearprop.image_shapes import sizes_of
from clearprop.numerals import shown
from clearprop.tables.bad_table import BadTable
from clearprop.tables.categories import categories_of, with_known
from clearprop.tables.choices import (
    check_columns,
    check_names,
    chosen_columns,
    listed_names,
    remaining_columns,
)
from clearprop.tables.likeness import LikeSource
from clearprop.tables.sources import Source, no_progress
from clearprop.tables.table import Kind, Table, TableColumn
from clearprop.v1 import table_pb2 as pb
from clearprop.v1.training_set_pb2 import ImageShape

#: Targets that are all one of these are labels.
_LABELS = {0.0, 1.0}

#: A column of this many texts, which are all different, is hardly one of categories.
_MANY = 10

_FILLINGS = {"mean": pb.FILLING_KIND_MEAN, "median": pb.FILLING_KIND_MEDIAN}

_SCALINGS = {
    "": pb.SCALING_UNSPECIFIED,
    "standardize": pb.SCALING_STANDARDIZE,
    "min-max": pb.SCALING_MIN_MAX,
}


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a table are.

    No `targets` are those that the source names, and no `inputs` all other columns. With `one_hot`,
    the target is a column of classes; `classes` are the classes in order, by default those
    that occur. `categories` names input columns whose numbers are categories. `filling` is `mean`,
    `median` or a number; without it, missing values are refused. `like` is the table of another
    training set: columns, classes and categories are the same.
    """

    targets: Sequence[str] = ()
    inputs: Sequence[str] = ()
    weights: str = ""
    one_hot: bool = False
    classes: Sequence[str] = ()
    categories: Sequence[str] = ()
    scaling: str = ""
    filling: str | float | None = None
    image_shape: ImageShape | None = None
    like: pb.Table | None = None


@dataclass(frozen=True, slots=True)
class Examples:
    """The columns that a training set has, its table, and names of columns that are not used.

    `image_shape` is the shape of the inputs if they are an image and `like` does not say so.

    `sent` is called with the number of examples that were sent so far.
    """

    table: Table
    message: pb.Table
    weights: str
    unused: Sequence[str]
    image_shape: ImageShape | None = None
    sent: Callable[[int], None] = no_progress


class _Places(NamedTuple):
    """The places of the columns in the source."""

    inputs: Sequence[int]
    targets: Sequence[int]
    weights: Sequence[int]


def read_examples(source: Source, layout: Layout) -> Examples:
    """Read the columns of a training set. Raises BadTable, and nothing is read in part."""
    if layout.like is not None:
        return _read_like(source, layout, layout.like)
    places = _places(source, layout)
    table = source.read(_kinds(source, layout, places))
    inputs = table.columns[: len(places.inputs)]
    targets = table.columns[len(places.inputs) : len(places.inputs) + len(places.targets)]
    described = pb.Table(
        inputs=[_input(table, each, layout) for each in inputs],
        scaling=_SCALINGS[layout.scaling],
        filling=_filling(layout.filling),
    )
    made, described_targets = _targets(table, targets, layout)
    described.targets.CopyFrom(described_targets)
    _check_weights(table, table.columns[len(inputs) + len(targets) :])
    columns = [*inputs, *made, *table.columns[len(inputs) + len(targets) :]]
    _check_image(layout.image_shape, inputs)
    return Examples(Table(columns, table.place), described, layout.weights, (), layout.image_shape)


def _read_like(source: Source, layout: Layout, like: pb.Table) -> Examples:
    """Read the columns that the table of another set has."""
    alike = LikeSource(source, like, layout.weights)
    table = alike.read()
    count = len(like.inputs)
    targets = table.columns[count : count + len(like.targets.names)]
    _check_targets(table, targets)
    if like.targets.kind != pb.TARGET_KIND_CLASSES:
        _check_numbers(table, targets)
    else:
        known = like.targets.classes
        (target,) = targets
        targets = [with_known(table, target, known, "class", " in the other training set")]
    weights = table.columns[count + len(targets) :]
    _check_weights(table, weights)
    columns = [*table.columns[:count], *targets, *weights]
    described = pb.Table()
    described.CopyFrom(like)
    for each, column in zip(described.inputs, table.columns[:count], strict=True):
        # Numbers that are missing here and not there are filled, and have no indicator there.
        each.has_missing |= next(column.missing(), None) is not None
    return Examples(Table(columns, table.place), described, layout.weights, alike.unused)


def _places(source: Source, layout: Layout) -> _Places:
    names = layout.targets or source.default_targets
    if not names:
        raise BadTable("Name the target columns of the table with --targets.")
    targets = chosen_columns(source, names, "--targets")
    weights = chosen_columns(source, [layout.weights], "--weights") if layout.weights else []
    wanted = layout.inputs or source.default_inputs
    inputs = (
        chosen_columns(source, wanted, "--inputs")
        if wanted
        else remaining_columns(source.names, [*targets, *weights])
    )
    check_columns(source, inputs, targets, weights)
    check_names(source, [*inputs, *targets, *weights])
    return _Places(inputs, targets, weights)


def _kinds(source: Source, layout: Layout, places: _Places) -> Mapping[int, Kind]:
    is_class = layout.one_hot or bool(layout.classes)
    if is_class and len(places.targets) > 1:
        raise BadTable("Name only one target column with --one-hot.")
    categories = chosen_columns(source, layout.categories, "--categories")
    for name in layout.classes:
        if layout.classes.count(name) > 1:
            raise BadTable(f"--classes names {shown(name)} twice.")
    others = [source.names[each] for each in categories if each not in places.inputs]
    if others:
        raise BadTable(f"--categories names {listed_names(others)}, which is not an input column.")
    kinds = {
        place: Kind.CATEGORY if place in categories else Kind.AUTOMATIC for place in places.inputs
    }
    kinds |= dict.fromkeys(places.targets, Kind.CATEGORY if is_class else Kind.TARGET)
    return kinds | dict.fromkeys(places.weights, Kind.NUMBER)


def _input(table: Table, column: TableColumn, layout: Layout) -> pb.InputColumn:
    missing = next(column.missing(), None)
    if missing is not None:
        if sum(1 for _ in column.missing()) == len(column):
            raise BadTable(
                f"Column {column.name} has no values: leave it out with --inputs, or remove it."
            )
        if layout.filling is None:
            raise BadTable(missing_value(table, column, missing))
    is_category = column.kind is Kind.CATEGORY
    if is_category and column.name not in layout.categories:
        _check_repeats(column)
    return pb.InputColumn(
        name=column.name,
        kind=pb.COLUMN_KIND_CATEGORY if is_category else _kind_of_numbers(column),
        categories=categories_of(column) if is_category else (),
        has_missing=missing is not None,
    )


def _kind_of_numbers(column: TableColumn) -> pb.ColumnKind.ValueType:
    return pb.COLUMN_KIND_BOOLEAN if column.is_boolean else pb.COLUMN_KIND_NUMBER


def _check_repeats(column: TableColumn) -> None:
    """Raise BadTable for names, dates and the like, which are no categories."""
    texts = [text for text in column.texts or () if text]
    if not column.categories and len(texts) >= _MANY and len(set(texts)) == len(texts):
        raise BadTable(
            f"Column {column.name} has another text in each of the {len(texts):,} examples, such as"
            f" {shown(texts[0])}, so nothing can be learned from it: leave it out with --inputs, or"
            " name it with --categories."
        )


def missing_value(table: Table, column: TableColumn, row: int) -> str:
    """Return the message about a value that is missing and not filled."""
    return (
        f"{table.where(row, column)}: The value is missing: fill missing values with --missing"
        " mean, median or a number, or remove the example."
    )


def _filling(filling: str | float | None) -> pb.Filling | None:
    if filling is None:
        return None
    if isinstance(filling, str):
        return pb.Filling(kind=_FILLINGS[filling])
    return pb.Filling(kind=pb.FILLING_KIND_CONSTANT, value=filling)


def _check_image(shape: ImageShape | None, inputs: Sequence[TableColumn]) -> None:
    if shape is None:
        return
    for each in inputs:
        if each.kind is Kind.CATEGORY:
            raise BadTable(f"Column {each.name} has categories, but pixels of images are numbers.")
    count = shape.height * shape.width * shape.channels
    if count != len(inputs):
        sizes = " × ".join(map(str, sizes_of(shape)))
        raise BadTable(
            f"An image of {sizes} has {count:,} inputs, but there are {len(inputs):,} input"
            " columns."
        )


def _targets(
    table: Table, columns: Sequence[TableColumn], layout: Layout
) -> tuple[Sequence[TableColumn], pb.Targets]:
    names = [each.name for each in columns]
    _check_targets(table, columns)
    texts = [each for each in columns if each.kind is Kind.CATEGORY]
    if not texts:
        values = {value for each in columns for value in each.part(0, len(each))}
        kind = pb.TARGET_KIND_LABELS if values <= _LABELS else pb.TARGET_KIND_NUMBERS
        return columns, pb.Targets(kind=kind, names=names)
    (column, *others) = texts
    declared = bool(column.categories) or layout.one_hot or bool(layout.classes)
    if not declared or others or len(columns) > 1:
        _check_numbers(table, columns)
    if layout.classes:
        column = with_known(table, column, layout.classes, "class", " of --classes")
    classes = categories_of(column)
    if len(classes) < 2:
        raise BadTable(
            f"Column {column.name} has only the class {shown(classes[0])}: a network needs at least"
            " two classes to tell apart. Name all of them with --classes."
        )
    return [column], pb.Targets(kind=pb.TARGET_KIND_CLASSES, names=names, classes=classes)


def _check_targets(table: Table, columns: Sequence[TableColumn]) -> None:
    """Raise BadTable for the first target that is missing."""
    for column in columns:
        for row in column.missing():
            raise BadTable(
                f"{table.where(row, column)}: The target is missing: replace it, or remove the"
                " example."
            )


def _check_numbers(table: Table, columns: Sequence[TableColumn]) -> None:
    """Raise BadTable for the first text in a target."""
    for column in columns:
        if column.texts is not None:
            raise BadTable(
                f"{table.where(0, column)}: {shown(column.texts[0])} is not a number. If the column"
                " has classes, use --one-hot."
            )


def _check_weights(table: Table, columns: Sequence[TableColumn]) -> None:
    """Raise BadTable for the first weight that is negative or missing."""
    for column in columns:
        for row, weight in enumerate(column.part(0, len(column))):
            if not (isfinite(weight) and weight >= 0.0):
                raise BadTable(
                    f"{table.where(row, column)}: {weight!r} is not a weight, which is at least 0."
                )
