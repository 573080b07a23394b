"""Tables: named columns of numbers or texts, read from files, frames, dicts and rows."""

from clearprop.tables.bad_table import BadTable
from clearprop.tables.cells import Cells
from clearprop.tables.files import opened_table
from clearprop.tables.frames import source_of
from clearprop.tables.sources import Source
from clearprop.tables.table import Kind, Table, TableColumn

__all__ = [
    "BadTable",
    "Cells",
    "Kind",
    "Source",
    "Table",
    "TableColumn",
    "opened_table",
    "source_of",
]
