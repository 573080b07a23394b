"""The examples of a table as rows of numbers, divided by a number: what has no names later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isinf

from clearprop.tables.bad_table import BadTable
from clearprop.tables.examples import Examples
from clearprop.tables.table import Kind, TableColumn

#: The rows that are converted at a time.
_ROWS = 256


@dataclass(frozen=True, slots=True)
class NumberRows:
    """Rows of the numbers of columns, each divided by `divisor`."""

    columns: Sequence[TableColumn]
    divisor: float = 1.0

    def __len__(self) -> int:
        return len(self.columns[0])

    def __iter__(self) -> Iterator[Sequence[float]]:
        for start in range(0, len(self), _ROWS):
            parts = [each.part(start, start + _ROWS) for each in self.columns]
            for row in zip(*parts, strict=True):
                yield row if self.divisor == 1.0 else [value / self.divisor for value in row]


@dataclass(frozen=True, slots=True)
class ClassRows:
    """Rows that are 1 in the column of the class, and 0 elsewhere."""

    column: TableColumn
    classes: Sequence[str]

    def __iter__(self) -> Iterator[list[float]]:
        places = {name: place for place, name in enumerate(self.classes)}
        for text in self.column.texts or ():
            row = [0.0] * len(places)
            row[places[text]] = 1.0
            yield row


@dataclass(frozen=True, slots=True)
class PlainRows:
    """Inputs and targets without names, and the weights of the examples, if there are any."""

    inputs: NumberRows
    targets: NumberRows | ClassRows
    weights: Sequence[float] | None


def plain_rows(examples: Examples, divisor: float) -> PlainRows:
    """Return the rows of examples. Raises BadTable where an input cannot be divided."""
    message, columns = examples.message, examples.table.columns
    count = len(message.inputs)
    target_count = len(message.targets.names)
    inputs, targets = columns[:count], columns[count : count + target_count]
    for column in inputs:
        if column.kind is Kind.CATEGORY:
            raise BadTable(f"Column {column.name} has categories, which --divide-by cannot divide.")
        for row, value in enumerate(column.part(0, len(column))):
            if isinf(value / divisor):
                raise BadTable(
                    f"{examples.table.where(row, column)}: {value!r} divided by {divisor!r} is too"
                    " large for a float64: choose another number for --divide-by."
                )
    classes = message.targets.classes
    wanted = ClassRows(targets[0], classes) if classes else NumberRows(targets)
    weights = columns[count + target_count :]
    return PlainRows(
        NumberRows(inputs, divisor),
        wanted,
        weights[0].part(0, len(weights[0])) if weights else None,
    )
