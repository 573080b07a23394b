"""Tables of Python values: columns as sequences or arrays, and rows as mappings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import isnan
from typing import Any

from clearprop.tables.bad_table import BadTable
from clearprop.tables.cells import Cells, category_of
from clearprop.tables.sources import Source, finished
from clearprop.tables.table import Kind, Table, TableColumn

#: Integers up to this one are all float64 numbers.
_LARGEST_EXACT = 2**53

_FLOAT64_BYTES = 8


class ValuesSource(Source):
    """Columns by name: sequences, or arrays [rows].

    `categories` are the categories that the source declares, by column; `absent_columns` says
    whether columns that are not there are 0.
    """

    def __init__(
        self,
        columns: Mapping[str, Any] | Sequence[tuple[str, Any]],
        place: Callable[[int], str],
        categories: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        items = list(columns.items() if isinstance(columns, Mapping) else columns)
        self.names = [str(name) for name, _ in items]
        self._columns = [values for _, values in items]
        self._place = place
        self._categories = categories or {}

    def read(self, wanted: Mapping[int, Kind]) -> Table:
        """Read the columns at some places."""
        columns = []
        for place, kind in wanted.items():
            name = self.names[place]
            declared = tuple(self._categories.get(name, ()))
            if declared and kind in (Kind.AUTOMATIC, Kind.TARGET):
                kind = Kind.CATEGORY  # noqa: PLW2901 - what the source says of it
            column = self._column(name, self._columns[place], kind)
            columns.append(replace(column, categories=declared))
        lengths = {each.name: len(each) for each in columns}
        for name, length in lengths.items():
            first = columns[0].name
            if length != lengths[first]:
                raise BadTable(
                    f"{first} has {lengths[first]:,} rows and {name} has {length:,}: each example"
                    " needs a row in both."
                )
        if not columns or not lengths[columns[0].name]:
            raise BadTable("The table has no rows.")
        return Table(columns, self._place)

    def _column(self, name: str, values: Any, kind: Kind) -> TableColumn:  # noqa: ANN401
        if hasattr(values, "dtype") and hasattr(values, "astype"):
            if getattr(values, "ndim", 1) != 1:
                raise BadTable(f"Column {name} has more than one dimension.")
            if values.dtype.kind in "biuf":
                return number_column(name, values, kind, self._place)
            if values.dtype.kind not in "OSU":
                raise BadTable(other_type(name, f"values of type {values.dtype}"))
            values = values.tolist()
        if isinstance(values, str | bytes | Mapping) or not hasattr(values, "__iter__"):
            raise BadTable(f"Column {name} is not a list of values.")
        cells = Cells(name, kind)
        for value in values:
            cells.add_value(value)
        if not len(cells):
            raise BadTable(f"{name} has no rows.")
        return finished([cells], [kind], self._place).columns[0]


class RowsSource(Source):
    """Rows that are mappings. A name that a row does not have is missing, or `absent`."""

    def __init__(
        self,
        rows: Sequence[Mapping[str, Any]],
        place: Callable[[int], str],
        absent: float | None = None,
    ) -> None:
        names: dict[str, None] = {}
        for row in rows:
            names.update(dict.fromkeys(row))
        self.names = [str(name) for name in names]
        self._keys = list(names)
        self._rows, self._place, self._absent = rows, place, absent
        self.is_sparse = absent is not None

    def read(self, wanted: Mapping[int, Kind]) -> Table:
        """Read the columns at some places."""
        columns = []
        for place, kind in wanted.items():
            cells, key = Cells(self.names[place], kind), self._keys[place]
            for row in self._rows:
                cells.add_value(row.get(key, self._absent))
            columns.append(cells)
        return finished(columns, list(wanted.values()), self._place)


def number_column(
    name: str,
    values: Any,  # noqa: ANN401 - an array
    kind: Kind,
    place: Callable[[int], str],
) -> TableColumn:
    """Return an array [rows] of numbers as a column, without a copy if it stays one of numbers.

    Raises BadTable for numbers that are infinite, or that float64 cannot represent.
    """
    if kind is Kind.CATEGORY:
        return TableColumn(name, texts=[category_of(each) for each in values.tolist()])
    for row, value in _suspicious(values):
        number = float(value)
        if isnan(number):
            continue
        where = f"{place(row)}, column {name}"
        if number in (float("inf"), float("-inf")) and value == number:
            raise BadTable(f"{where}: {value} is not finite: replace it, or remove the example.")
        if number != value or (values.dtype.kind in "iu" and int(number) != int(value)):
            raise BadTable(
                f"{where}: {value} of type {values.dtype} is not a float64 number: round it with"
                f" {name}.astype(float)."
            )
    return TableColumn(name, numbers=values, is_boolean=values.dtype.kind == "b")


def _suspicious(values: Any) -> Any:  # noqa: ANN401 - arrays
    """Return the rows and values of what may not be a finite float64 number."""
    kind, size = values.dtype.kind, values.dtype.itemsize
    if kind == "b" or (kind in "iu" and size < _FLOAT64_BYTES):
        return ()
    if kind in "iu":
        suspicious = (values > _LARGEST_EXACT) | (values < -_LARGEST_EXACT)
    elif size > _FLOAT64_BYTES:
        suspicious = values == values  # noqa: PLR0124 - all but NaN
    else:
        suspicious = ~(abs(values) < float("inf"))
    rows = suspicious.nonzero()[0].tolist()
    return ((row, values[row]) for row in rows)


def other_type(name: str, kind: str) -> str:
    """Return the message about an array of another type."""
    return (
        f"{name} holds {kind}. Save it as an array of numbers, or of text for labels, such as with"
        f" {name}.astype(float) or {name}.astype(str)."
    )
