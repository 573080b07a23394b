"""The messages of an upload of a table."""

from collections.abc import Iterator

from clearprop.tables.examples import Examples
from clearprop.tables.table import Table, TableColumn
from clearprop.tables.widths import check_size, is_wide
from clearprop.v1.table_pb2 import Column
from clearprop.v1.training_service_pb2 import UploadTrainingSetRequest

#: A message has about this count of numbers, or of texts of four times the size.
_NUMBERS = 2**17

_TEXT = 4

#: A call computes about this count of numbers.
_COMPUTED = 2**20


class TableUpload:
    """One upload of a table; iterate over it for its messages, once for each attempt to send it."""

    def __init__(
        self, training_set: str, examples: Examples, request_id: str, *, replace: bool = False
    ) -> None:
        self._first = UploadTrainingSetRequest(
            training_set=training_set,
            request_id=request_id,
            table=examples.message,
            weights=examples.weights,
            replace=replace,
            image_shape=examples.image_shape,
        )
        self._examples = examples

    @property
    def is_wide(self) -> bool:
        """Whether the limit of the server matters, because a column has many categories."""
        return is_wide(self._examples.message)

    def check_size(self, limit: int) -> None:
        """Raise ValueError if categories make the set larger than the limit, in bytes."""
        check_size(self._examples.message, self._examples.table.row_count, limit)

    def __iter__(self) -> Iterator[UploadTrainingSetRequest]:
        message = UploadTrainingSetRequest()
        message.CopyFrom(self._first)
        table = self._examples.table
        for start, stop in parts_of(table):
            message.columns.extend(columns_of(table, start, stop))
            yield message
            self._examples.sent(stop)
            message = UploadTrainingSetRequest()


def parts_of(table: Table, row_size: int = 0) -> Iterator[tuple[int, int]]:
    """Yield the rows of each message: the first, and the one after the last.

    `row_size` is the count of numbers that the server needs for a row, if that may be many.
    """
    width = sum(1 if each.texts is None else _TEXT for each in table.columns)
    step = max(1, min(_NUMBERS // max(1, width), _COMPUTED // max(1, row_size)))
    for start in range(0, table.row_count, step):
        yield start, min(start + step, table.row_count)


def columns_of(table: Table, start: int, stop: int) -> list[Column]:
    """Return some rows of all columns as messages."""
    return [_column(each, start, stop) for each in table.columns]


def _column(column: TableColumn, start: int, stop: int) -> Column:
    values = column.part(start, stop)
    if column.texts is None:
        return Column(name=column.name, numbers=values)
    return Column(name=column.name, texts=values)
