"""Reads the columns of a table that is known: that of a training set or of a network."""

from collections.abc import Sequence
from math import isnan

from clearprop.tables.bad_table import BadTable
from clearprop.tables.categories import with_known
from clearprop.tables.choices import chosen_columns, listed_names, places_of
from clearprop.tables.sources import Source
from clearprop.tables.table import Kind, Table, TableColumn
from clearprop.v1 import table_pb2 as pb

_KINDS = {pb.COLUMN_KIND_CATEGORY: Kind.CATEGORY, pb.COLUMN_KIND_BOOLEAN: Kind.BOOLEAN}


class LikeSource:
    """The columns of a source that have the names of a known table, in its order.

    `unused` are the names of the others. Raises BadTable for columns that are missing.
    """

    def __init__(
        self, source: Source, known: pb.Table, weights: str = "", *, inputs_only: bool = False
    ) -> None:
        self._source, self._known = source, known
        kinds = {each.name: _kind(each) for each in known.inputs}
        if not inputs_only:
            is_class = known.targets.kind == pb.TARGET_KIND_CLASSES
            kind = Kind.CATEGORY if is_class else Kind.NUMBER
            kinds |= dict.fromkeys(known.targets.names, kind)
        self._places = places_of(source, kinds)
        inputs = {each.name for each in known.inputs}
        missing = [
            name
            for name in kinds
            if name not in self._places and not (source.is_sparse and name in inputs)
        ]
        if missing:
            plural = "columns are" if len(missing) > 1 else "column is"
            raise BadTable(
                f"{len(missing):,} {plural} missing: {listed_names(missing)}. There are"
                f" {listed_names(source.names)}.{source.note}"
            )
        self._kinds = kinds
        self._weights = chosen_columns(source, [weights], "--weights") if weights else []
        used = {*self._places.values(), *self._weights}
        self.unused: Sequence[str] = [
            name for place, name in enumerate(source.names) if place not in used
        ]

    def read(self) -> Table:
        """Read the columns. Raises BadTable for values that do not fit the known table."""
        wanted = {place: self._kinds[name] for name, place in self._places.items()}
        table = self._source.read(wanted | dict.fromkeys(self._weights, Kind.NUMBER))
        found = {each.name: each for each in table.columns}
        columns = []
        for each in self._known.inputs:
            column = found.pop(each.name, None) or _absent(each, table.row_count)
            columns.append(self._checked(table, column, each))
        return Table([*columns, *found.values()], table.place)

    def _checked(self, table: Table, column: TableColumn, known: pb.InputColumn) -> TableColumn:
        if known.kind == pb.COLUMN_KIND_CATEGORY:
            column = with_known(table, column, known.categories, "category")
        elif known.kind == pb.COLUMN_KIND_BOOLEAN:
            _check_booleans(table, column)
        is_filled = self._known.filling.kind != pb.FILLING_KIND_UNSPECIFIED
        if not is_filled or (column.kind is Kind.CATEGORY and not known.has_missing):
            why = "but no category was missing in training" if is_filled else "and none is filled"
            for row in column.missing():
                raise BadTable(
                    f"{table.where(row, column)}: The value is missing, {why}: replace it, or"
                    " remove the row."
                )
        return column


def _kind(column: pb.InputColumn) -> Kind:
    return _KINDS.get(column.kind, Kind.NUMBER)


def _check_booleans(table: Table, column: TableColumn) -> None:
    """Raise BadTable for the first number that is neither 1 nor 0."""
    for row, value in enumerate(column.part(0, len(column))):
        if value not in (0.0, 1.0) and not isnan(value):
            raise BadTable(
                f"{table.where(row, column)}: {value!r} is neither True nor False, 1 nor 0."
            )


def _absent(column: pb.InputColumn, row_count: int) -> TableColumn:
    """Return a column that a sparse source does not have: zeros."""
    if column.kind == pb.COLUMN_KIND_CATEGORY:
        return TableColumn(column.name, texts=["0"] * row_count)
    return TableColumn(column.name, numbers=[0.0] * row_count)
