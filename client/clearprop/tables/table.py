"""A table in memory: named columns of numbers or texts."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from math import isnan
from typing import Any


class Kind(Enum):
    """What a column is read as: the values of a column decide in the first two.

    TARGET differs from AUTOMATIC in what an error advises.
    """

    AUTOMATIC = "automatic"
    TARGET = "target"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: `numbers`, in which NaN is a missing value, or `texts`, in which "" is one.

    `categories` are the texts that its source declares, in order; most sources declare none.
    `is_boolean` says whether the source has True and False, which are 1 and 0 in `numbers`.
    """

    name: str
    numbers: Sequence[float] | None = None
    texts: Sequence[str] | None = None
    categories: tuple[str, ...] = ()
    is_boolean: bool = False

    @property
    def kind(self) -> Kind:
        """NUMBER or CATEGORY."""
        return Kind.CATEGORY if self.numbers is None else Kind.NUMBER

    def __len__(self) -> int:
        return len(self.numbers if self.numbers is not None else self.texts or ())

    def part(self, start: int, stop: int) -> list[Any]:
        """Return the values of some rows: float or str."""
        values: Any = self.texts if self.numbers is None else self.numbers
        cut = values[start:stop]
        # NumPy converts numbers of any type; they were checked to be float64 numbers.
        return list(map(float, cut.tolist())) if hasattr(cut, "dtype") else list(cut)

    def missing(self) -> Iterator[int]:
        """Yield the rows, from 0, in which the value is missing."""
        if self.numbers is None:
            return (row for row, text in enumerate(self.texts or ()) if not text)
        return (row for row, value in enumerate(self.numbers) if isnan(value))


def _row(index: int) -> str:
    return f"Row {index + 1:,}"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of the same length; `place` says where a row, from 0, is in the source: Line 7."""

    columns: list[TableColumn]
    place: Callable[[int], str] = field(default=_row)

    @property
    def row_count(self) -> int:
        """The number of rows."""
        return len(self.columns[0]) if self.columns else 0

    def where(self, row: int, column: TableColumn) -> str:
        """Return the place of a value for messages: `Line 7, column age`."""
        return f"{self.place(row)}, column {column.name}"
