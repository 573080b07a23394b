"""The columns of a table from which a network predicts."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from clearprop.errors import ClearpropError
from clearprop.tables.bad_table import BadTable
from clearprop.tables.choices import listed_names
from clearprop.tables.files import opened_table
from clearprop.tables.frames import source_of
from clearprop.tables.likeness import LikeSource
from clearprop.tables.sources import Source
from clearprop.tables.table import Table
from clearprop.v1.table_pb2 import Table as TableMessage


class Rows(NamedTuple):
    """The input columns of a network, and the names of the columns that it does not use."""

    table: Table
    unused: Sequence[str]


def read_rows(source: Source, known: TableMessage) -> Rows:
    """Read the input columns of a known table. Raises BadTable."""
    alike = LikeSource(source, known, inputs_only=True)
    return Rows(alike.read(), alike.unused)


def rows_of_table(data: Any, known: TableMessage) -> Table:  # noqa: ANN401 - whatever is a table
    """Return the input columns of a table in memory, or in the file at a path.

    Raises ValueError, with the place and what to do, if columns are missing or values do not fit.
    """
    if isinstance(data, Table):
        return data
    try:
        if isinstance(data, Path):
            with opened_table(data) as source:
                return read_rows(source, known).table
        return read_rows(source_of(data), known).table
    except BadTable as error:
        raise error.for_python() from None


def may_need_names(error: ClearpropError | ValueError) -> bool:
    """Whether rows without names were refused because the network prepares its inputs, or texts."""
    if isinstance(error, ValueError):
        return True
    return any(bad.field.startswith("inputs") for bad in error.violations)


def is_prepared(known: TableMessage, input_count: int) -> bool:
    """Whether the inputs of a network are not simply the values of its columns."""
    is_learned = bool(known.scaling) or known.HasField("filling")
    return is_learned or len(known.inputs) != input_count


def needs_names(network: str, known: TableMessage) -> str:
    """Return the message about rows without names for a network that knows the names."""
    first = known.inputs[0]
    value = repr(first.categories[0]) if first.categories else "1"
    rest = ", …" if len(known.inputs) > 1 else ""
    names = listed_names([each.name for each in known.inputs])
    return (
        f"Network {network} takes named columns ({names}): use a data frame, or rows such as"
        f" {{{first.name!r}: {value}{rest}}}."
    )


def is_table(data: Any) -> bool:  # noqa: ANN401 - whatever a caller gives
    """Whether an argument has named columns."""
    if isinstance(data, Path | Mapping | Source | Table) or hasattr(data, "columns"):
        return True
    return isinstance(data, Sequence) and bool(data) and isinstance(data[0], Mapping)
