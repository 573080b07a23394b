"""Reads tables from CSV: one example per line, columns with names."""

import csv
from array import array
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import NamedTuple

from clearprop.numerals import plain_numbers
from clearprop.tables.bad_table import BadTable
from clearprop.tables.cells import Cells
from clearprop.tables.delimiters import (
    SAMPLE,
    guessed_delimiter,
    has_other,
    named_delimiter,
    plural,
)
from clearprop.tables.headers import check_header
from clearprop.tables.sources import Progress, Source, finished
from clearprop.tables.table import Kind, Table

#: Progress is reported after so many lines.
_LINES = 2_000

_NO_FIRST_LINE = "The first line is empty. It must have the names of the columns."


@dataclass(frozen=True, slots=True)
class CsvForm:
    """The form of a CSV file.

    An empty `delimiter` is guessed. If `header` is False, columns are named 1, 2, 3, …; if it is
    None, the first line has names, which must not look like an example.
    """

    delimiter: str = ""
    header: bool | None = None
    decimal_comma: bool = False


class CsvSource(Source):
    """A CSV file. `position` returns the number of bytes read so far."""

    def __init__(
        self,
        lines: Iterator[str],
        form: CsvForm,
        position: Callable[[], int],
        progress: Progress,
    ) -> None:
        self._form, self._position, self._progress = form, position, progress
        sample = list(islice(lines, SAMPLE))
        if not sample or not sample[0].strip():
            raise BadTable(_NO_FIRST_LINE)
        if sample[0].startswith("sep="):
            raise BadTable("The first line names the delimiter, for Excel only: remove it.")
        guess = guessed_delimiter(sample, decimal_comma=form.decimal_comma)
        self.note = "" if form.delimiter else _note(guess)
        self._delimiter = named_delimiter(form.delimiter) if form.delimiter else guess or ","
        self._rows = _rows(chain(sample, lines), self._delimiter, self.note)
        self.names = self._read_names()

    def read(self, wanted: Mapping[int, Kind]) -> Table:
        """Read the columns at some places."""
        cells = [
            Cells(self.names[place], kind, decimal_comma=self._form.decimal_comma)
            for place, kind in wanted.items()
        ]
        columns = _Columns(list(wanted), cells, decimal_comma=self._form.decimal_comma)
        line_numbers = array("q")
        width = len(self.names)
        for line, row in self._rows:
            if len(row) != width:
                raise BadTable(self._uneven(line, row))
            columns.add(row)
            line_numbers.append(line)
            if len(line_numbers) % _LINES == 0:
                self._progress(self._position())
        self._progress(self._position())
        return finished(
            cells,
            list(wanted.values()),
            lambda row: f"Line {line_numbers[row]}",
            lambda row, cell: self._advice(line_numbers[row], cell),
        )

    def _advice(self, line: int, cell: str) -> str:
        """Return what to do about a cell that is not what it should be."""
        if self._form.header is False and line == 1:
            return " If the first line has names, omit --no-header."
        return self.note if has_other(cell, self._delimiter) else ""

    def _read_names(self) -> list[str]:
        first = next(self._rows, None)
        if first is None:
            raise BadTable(_NO_FIRST_LINE)
        line, row = first
        if self._form.header is False:
            self._rows = chain([(line, row)], self._rows)
            return [str(number) for number in range(1, len(row) + 1)]
        names = [name.strip() for name in row]
        if self._form.header is None:
            check_header(names)
        return names

    def _uneven(self, line: int, row: list[str]) -> str:
        columns = "1 column" if len(row) == 1 else f"{len(row):,} columns"
        first = "the first line has" if self._form.header is False else "the first line names"
        problem = f"Line {line} has {columns}, but {first} {len(self.names):,}."
        if len(row) == len(self.names) + 1 and not row[-1].strip():
            return f"{problem} It ends with a delimiter: remove it.{self.note}"
        return f"{problem}{self.note}"


class _Group(NamedTuple):
    """The columns of which no cell was a word so far: they are read together."""

    places: list[int]
    adders: list[Callable[[float], None]]
    cells: list[Cells]


class _Columns:
    """Adds rows to columns: quickly as long as all cells of a group are plain numbers."""

    def __init__(self, places: list[int], cells: list[Cells], *, decimal_comma: bool) -> None:
        self._all = list(zip(places, cells, strict=True))
        self._decimal_comma = decimal_comma
        self._divide()

    def _divide(self) -> None:
        plain = [(place, each) for place, each in self._all if not each.has_words]
        self._plain = _Group(
            [place for place, _ in plain],
            [each.numbers.append for _, each in plain],
            [each for _, each in plain],
        )
        self._wordy = [(place, each) for place, each in self._all if each.has_words]

    def add(self, row: list[str]) -> None:
        """Add a row."""
        for place, each in self._wordy:
            each.add(row[place])
        texts = [row[place] for place in self._plain.places]
        values = None if self._decimal_comma else plain_numbers(texts)
        if values is not None:
            for add, value in zip(self._plain.adders, values, strict=True):
                add(value)
            return
        for each, text in zip(self._plain.cells, texts, strict=True):
            each.add(text)
        if any(each.has_words for each in self._plain.cells):
            self._divide()


def _note(guess: str) -> str:
    """Return a sentence about the delimiter that was guessed."""
    if not guess:
        return (
            " The first line has only one column; if there are more, specify their delimiter with"
            " --delimiter."
        )
    return (
        f" The columns seem to be separated by {plural(guess)}; if they are not, use --delimiter."
    )


def _rows(lines: Iterator[str], delimiter: str, note: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the number of its first line.

    Raises BadTable, with a note at its end, for quotation marks that do not fit together.
    """
    if delimiter == " ":  # spaces at the end of a line separate nothing
        lines = (line.rstrip(" \r\n") for line in lines)
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise BadTable(f"Line {line}: {_quoting_problem(str(error))}{note}") from None
        if any(row):
            yield line, row


def _quoting_problem(message: str) -> str:
    if "expected after" in message:
        return "A closing quotation mark must end its cell: double quotation marks inside a cell."
    if "unexpected end of data" in message or "field larger" in message:
        return "A quoted cell is not closed: close it, or remove the quotation mark."
    return f"The line cannot be read as CSV: {message}."
