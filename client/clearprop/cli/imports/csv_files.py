"""Reads examples from CSV: one example per line, columns with names."""

import csv
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from clearprop.cli.imports.columns import (
    check_columns,
    check_header,
    chosen_columns,
    remaining_columns,
)
from clearprop.cli.imports.delimiters import (
    SAMPLE,
    guessed_delimiter,
    has_other,
    named_delimiter,
    plural,
)
from clearprop.cli.imports.labels import OneHot, label
from clearprop.cli.imports.rows import BadFile, Imported, Rows, check_quotient, check_weight
from clearprop.cli.imports.text_files import opened_text
from clearprop.cli.numerals import NotANumberError, number, plain_numbers

#: Progress is reported after so many lines.
_LINES = 2_000

_NO_FIRST_LINE = "The first line is empty. It must have the names of the columns."


@dataclass(frozen=True, slots=True)
class Layout:
    """The layout of a table: its delimiter, and which columns are inputs and targets.

    `targets` and `inputs` are columns by name, separated by commas; no `inputs` means all others.
    `weights` is the column with the weights of the examples, if there is one.
    An empty `delimiter` is guessed. If `header` is False, columns are named 1, 2, 3, …; if it is
    None, the first line has names, which must not look like an example.
    """

    targets: str
    inputs: str = ""
    delimiter: str = ""
    header: bool | None = None
    one_hot: bool = False
    divisor: float = 1.0
    decimal_comma: bool = False
    weights: str = ""


def read_csv(file: Path, layout: Layout, progress: Callable[[int], None]) -> Imported:
    """Read a whole file; `progress` is called now and then with the number of bytes read.

    Raises BadFile, which names the line and the column.
    """
    with opened_text(file) as (lines, position):
        table = _Table(lines, layout)
        for count, (line, row) in enumerate(table.rows(), start=1):
            table.add(line, row)
            if count % _LINES == 0:
                progress(position())
        progress(position())
    return table.examples()


class _Table:
    """The inputs and targets of a table, read line by line."""

    def __init__(self, lines: Iterator[str], layout: Layout) -> None:
        self._layout = layout
        sample = list(islice(lines, SAMPLE))
        if not sample or not sample[0].strip():
            raise BadFile(_NO_FIRST_LINE)
        if sample[0].startswith("sep="):
            raise BadFile("The first line names the delimiter, for Excel only: remove it.")
        self._delimiter = (
            named_delimiter(layout.delimiter)
            if layout.delimiter
            else guessed_delimiter(sample, decimal_comma=layout.decimal_comma)
        )
        self._rows = _rows(chain(sample, lines), self._delimiter, self._guess())
        self._names = self._read_names()
        self._targets = self._columns(layout.targets, "--targets")
        self._weights = self._columns(layout.weights, "--weights") if layout.weights else []
        self._inputs = (
            self._columns(layout.inputs, "--inputs")
            if layout.inputs
            else remaining_columns(self._names, [*self._targets, *self._weights])
        )
        check_columns(self._names, self._inputs, self._targets, self._weights)
        self._weight_numbers = array("d")
        self._input_numbers = array("d")
        self._target_numbers = array("d")
        self._labels: list[str] = []
        self._count = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each example with the number of its line, from 1; blank lines are skipped."""
        return self._rows

    def add(self, line: int, row: list[str]) -> None:
        """Add the inputs and targets of a line."""
        if len(row) != len(self._names):
            raise BadFile(self._uneven(line, row))
        self._input_numbers.extend(self._numbers(line, row, self._inputs))
        if self._layout.one_hot:
            self._labels.append(self._label(line, row))
        else:
            self._target_numbers.extend(self._numbers(line, row, self._targets))
        for weight in self._numbers(line, row, self._weights):
            check_weight(self._place(line, self._weights[0]), weight)
            self._weight_numbers.append(weight)
        self._count += 1

    def examples(self) -> Imported:
        """Return all examples. Raises BadFile if there are none."""
        if not self._count:
            raise BadFile("The file has no examples.")
        divisor = self._layout.divisor
        check_quotient(max(map(abs, self._input_numbers)), divisor)
        one_hot = OneHot(self._labels) if self._layout.one_hot else None
        return Imported(
            Rows(self._input_numbers, len(self._inputs), divisor),
            one_hot or Rows(self._target_numbers, len(self._targets)),
            [self._names[column] for column in self._inputs],
            [self._names[column] for column in self._targets],
            one_hot.classes if one_hot else None,
            self._weight_numbers if self._weights else None,
        )

    def _read_names(self) -> list[str]:
        first = next(self._rows, None)
        if first is None:
            raise BadFile(_NO_FIRST_LINE)
        line, row = first
        if self._layout.header is False:
            self._rows = chain([(line, row)], self._rows)
            return [str(number) for number in range(1, len(row) + 1)]
        names = [name.strip() for name in row]
        if self._layout.header is None:
            check_header(names)
        return names

    def _columns(self, names: str, option: str) -> list[int]:
        return chosen_columns(self._names, names, option, note=self._guess())

    def _numbers(self, line: int, row: Sequence[str], columns: Sequence[int]) -> list[float]:
        if not self._layout.decimal_comma:
            found = plain_numbers([row[column] for column in columns])
            if found is not None:
                return found
        return [self._number(line, column, row[column]) for column in columns]

    def _number(self, line: int, column: int, cell: str) -> float:
        try:
            return number(cell, decimal_comma=self._layout.decimal_comma)
        except NotANumberError as error:
            advice = self._advice(line, column, cell) if error.is_word else ""
            raise BadFile(f"{self._place(line, column)}: {error}.{advice}") from None

    def _label(self, line: int, row: Sequence[str]) -> str:
        (column,) = self._targets
        try:
            return label(row[column])
        except ValueError as error:
            raise BadFile(f"{self._place(line, column)}: {error}.") from None

    def _place(self, line: int, column: int) -> str:
        return f"Line {line}, column {self._names[column] or column + 1}"

    def _advice(self, line: int, column: int, cell: str) -> str:
        """Return what to do about a word in place of a number."""
        guess = self._guess() if has_other(cell.strip(), self._delimiter) else ""
        if self._layout.header is False and line == 1:
            return " If the first line has names, omit --no-header."
        if column in self._targets:
            return f" If the column has labels, use --one-hot.{guess}"
        return f" Choose columns of numbers with --inputs.{guess}"

    def _uneven(self, line: int, row: Sequence[str]) -> str:
        columns = "1 column" if len(row) == 1 else f"{len(row):,} columns"
        first = "the first line has" if self._layout.header is False else "the first line names"
        problem = f"Line {line} has {columns}, but {first} {len(self._names):,}."
        if len(row) == len(self._names) + 1 and not row[-1].strip():
            return f"{problem} It ends with a delimiter: remove it.{self._guess()}"
        return f"{problem}{self._guess()}"

    def _guess(self) -> str:
        if self._layout.delimiter:
            return ""
        return (
            f" The columns seem to be separated by {plural(self._delimiter)}; if they are not, use"
            " --delimiter."
        )


def _rows(lines: Iterator[str], delimiter: str, note: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the number of its first line.

    Raises BadFile, with a note at its end, for quotation marks that do not fit together.
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
            raise BadFile(f"Line {line}: {_quoting_problem(str(error))}{note}") from None
        if any(row):
            yield line, row


def _quoting_problem(message: str) -> str:
    if "expected after" in message:
        return "A closing quotation mark must end its cell: double quotation marks inside a cell."
    if "unexpected end of data" in message or "field larger" in message:
        return "A quoted cell is not closed: close it, or remove the quotation mark."
    return f"The line cannot be read as CSV: {message}."
