"""Reads tables from Parquet and from Arrow, also known as Feather."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clearprop.tables.bad_table import BadTable
from clearprop.tables.frames import frame_source
from clearprop.tables.sources import Source

_INSTALL = "pyarrow is needed to read it: pip install 'clearprop[arrow]'."


@contextmanager
def opened_parquet(file: Path) -> Iterator[Source]:
    """Yield the table of a Parquet file. Raises BadTable."""
    # Here, not above: all else works without pyarrow.
    try:
        from pyarrow import ArrowException  # noqa: PLC0415
        from pyarrow.parquet import read_table  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadTable(_INSTALL) from None

    try:
        table = read_table(file)
        table = _without_index(table)
        table.validate(full=True)  # a damaged file can have offsets beyond its data
    except (ArrowException, OSError, ValueError) as error:
        raise BadTable(_damaged(error)) from None
    yield frame_source(table)


@contextmanager
def opened_arrow(file: Path) -> Iterator[Source]:
    """Yield the table of an Arrow file or stream. Raises BadTable."""
    try:
        from pyarrow import ArrowException, ipc  # noqa: PLC0415
        from pyarrow.feather import read_table  # noqa: PLC0415
    except ModuleNotFoundError:
        raise BadTable(_INSTALL) from None

    try:
        with file.open("rb") as content:
            is_stream = content.read(4) == b"\xff\xff\xff\xff"
            content.seek(0)
            table = ipc.open_stream(content).read_all() if is_stream else read_table(file)
        table = _without_index(table)
        table.validate(full=True)
    except (ArrowException, OSError, ValueError) as error:
        raise BadTable(_damaged(error)) from None
    yield frame_source(table)


def _without_index(table: Any) -> Any:  # noqa: ANN401 - of pyarrow
    """Return a table without the columns that are the index of a frame of pandas."""
    metadata = table.schema.pandas_metadata
    index = metadata.get("index_columns", []) if isinstance(metadata, dict) else []
    return table.drop_columns([name for name in index if name in table.column_names])


def _damaged(error: Exception) -> str:
    return f"The file cannot be read: {str(error).splitlines()[0].rstrip('.')}."
