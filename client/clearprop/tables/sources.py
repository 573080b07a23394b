"""Where a table comes from: its names are known before its values are read."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence

from clearprop.tables.bad_table import BadTable
from clearprop.tables.cells import Cells
from clearprop.tables.table import Kind, Table, TableColumn

#: Called with the number of bytes read so far.
Progress = Callable[[int], None]


def no_progress(_: int) -> None:
    """Show nothing."""


class Source(ABC):
    """A source of a table. `names` are the names of its columns, in order."""

    names: Sequence[str]

    #: What a column is called in messages.
    noun = "column"

    #: A sentence, after a space, about how the names were found; empty for most sources.
    note = ""

    #: The columns that are inputs or targets where none are named; no inputs means all others.
    default_inputs: Sequence[str] = ()
    default_targets: Sequence[str] = ()

    #: The columns that a name selects in addition to the names of columns.
    groups: Mapping[str, Sequence[int]] = {}

    #: Whether columns that the source does not have are 0 in all rows.
    is_sparse = False

    @abstractmethod
    def read(self, wanted: Mapping[int, Kind]) -> Table:
        """Read the columns at some places, in that order. Raises BadTable, with line and column."""


def finished(
    cells: Sequence[Cells],
    kinds: Sequence[Kind],
    place: Callable[[int], str],
    note: Callable[[int, str], str] = lambda _row, _cell: "",
) -> Table:
    """Return the columns that cells are. Raises BadTable if there are no rows, or bad cells.

    `note` returns what to add to a message about a cell in a row.
    """
    columns: list[TableColumn] = []
    for each, kind in zip(cells, kinds, strict=True):
        found = each.column(kind)
        if isinstance(found, TableColumn):
            columns.append(found)
            continue
        where = f"{place(found.row)}, column {each.name}"
        raise BadTable(f"{where}: {found.problem}.{note(found.row, found.cell)}")
    if not columns or not len(columns[0]):
        raise BadTable("The file has no examples.")
    return Table(columns, place)
