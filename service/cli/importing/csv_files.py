"""Reading examples from CSV: an example on each line, columns with names."""

import csv
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import chain
from pathlib import Path
from typing import NoReturn

import numpy as np
from numpy.typing import NDArray

from service.cli.importing.rows import BadFile, Imported, OneHot, Rows

_DELIMITERS = {"tab": "\t", "\\t": "\t", "space": " "}

#: What is tried where none is given, on the first line.
_TRIED = (",", ";", "\t", "|", " ")

#: Progress is told after so many lines.
_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read: which columns are which.

    `targets` and `inputs` are columns by name, separated by commas; no `inputs` means all others.
    An empty `delimiter` is found out. Without a `header` the columns are named 1, 2, 3, ….
    """

    targets: str
    inputs: str = ""
    delimiter: str = ""
    header: bool = True
    one_hot: bool = False
    divisor: float = 1.0


def read_csv(file: Path, layout: Layout, progress: Callable[[int], None]) -> Imported:
    """Read a whole file; `progress` is told now and then how many bytes of it have been read.

    Raises BadFile, which says in which line and column.
    """
    with _opened(file) as (lines, position):
        table = _Table(lines, layout)
        for count, (line, row) in enumerate(table.rows(), start=1):
            table.add(line, row)
            if count % _LINES == 0:
                progress(position())
        progress(position())
    return table.examples()


@contextmanager
def _opened(file: Path) -> Iterator[tuple[Iterator[str], Callable[[], int]]]:
    try:
        with file.open("rb") as content:
            yield TextIOWrapper(content, encoding="utf-8-sig", newline=""), content.tell
    except UnicodeDecodeError:
        raise BadFile("is not UTF-8 text: save it as that") from None
    except OSError as error:
        raise BadFile(error.strerror or str(error)) from None


class _Table:
    """The columns that are wanted, growing line by line."""

    def __init__(self, lines: Iterator[str], layout: Layout) -> None:
        self._layout = layout
        first = next(lines, "")
        if not first.strip():
            raise BadFile("has nothing on its first line")
        delimiter = _delimiter(layout.delimiter, first)
        self._reader = csv.reader(chain([first], lines), delimiter=delimiter, skipinitialspace=True)
        names = next(self._reader)
        self._first = [] if layout.header else [names]
        self._names = (
            [name.strip() for name in names]
            if layout.header
            else [str(number) for number in range(1, len(names) + 1)]
        )
        self._check_names()
        self._targets = self._columns(layout.targets, "--targets")
        others = [each for each in range(len(names)) if each not in self._targets]
        self._inputs = self._columns(layout.inputs, "--inputs") if layout.inputs else others
        self._check_columns()
        self._lines = array("q")
        self._input_numbers = array("d")
        self._target_numbers = array("d")
        self._labels: list[str] = []

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield each line that is not blank, and its number, counting from 1."""
        for row in self._first:
            yield self._reader.line_num, row
        try:
            for row in self._reader:
                if any(row):
                    yield self._reader.line_num, row
        except csv.Error as error:
            raise BadFile(f"line {self._reader.line_num}: {error}") from None

    def add(self, line: int, row: list[str]) -> None:
        """Take what is wanted of a line."""
        if len(row) != len(self._names):
            raise BadFile(f"line {line} has {len(row)} columns, where {len(self._names)} are named")
        try:
            self._input_numbers.extend([float(row[each]) for each in self._inputs])
            if self._layout.one_hot:
                self._labels.append(self._label(line, row))
            else:
                self._target_numbers.extend([float(row[each]) for each in self._targets])
        except ValueError:
            self._refuse(line, row)
        self._lines.append(line)

    def examples(self) -> Imported:
        """Return all that was taken. Raises BadFile for nothing, and for numbers not finite."""
        if not self._lines:
            raise BadFile("has no line with an example")
        inputs = self._matrix(self._input_numbers, self._inputs)
        names = [self._names[each] for each in self._targets]
        targets: Rows | OneHot
        if self._layout.one_hot:
            targets = OneHot(self._labels)
        else:
            targets = Rows(self._matrix(self._target_numbers, self._targets))
        return Imported(Rows(inputs, self._layout.divisor), targets, names)

    def _check_names(self) -> None:
        for number, name in enumerate(self._names, start=1):
            if self._names.index(name) < number - 1:
                raise BadFile(
                    f"the name {name!r} of column {number} is that of another: correct the first"
                    " line, or say --no-header if it is an example"
                )

    def _columns(self, text: str, option: str) -> list[int]:
        names = [text] if text in self._names else [name.strip() for name in text.split(",")]
        for name in names:
            if name not in self._names:
                raise BadFile(
                    f"has no column {name!r} for {option}: its columns are {_listed(self._names)}"
                )
        return [self._names.index(name) for name in names]

    def _check_columns(self) -> None:
        if not self._inputs:
            raise BadFile("has no column left for the inputs: all are targets")
        both = set(self._inputs) & set(self._targets)
        if both:
            names = _listed([self._names[each] for each in sorted(both)])
            raise BadFile(f"cannot have {names} both as inputs and as targets")

    def _label(self, line: int, row: list[str]) -> str:
        (target,) = self._targets
        label = row[target].strip()
        if not label:
            raise BadFile(f"line {line}, column {self._names[target]}: is empty")
        return label

    def _matrix(self, numbers: "array[float]", columns: list[int]) -> NDArray[np.float64]:
        matrix = np.frombuffer(numbers, np.float64).reshape(len(self._lines), len(columns))
        bad = np.argwhere(~np.isfinite(matrix))
        if len(bad):
            row, column = bad[0]
            raise BadFile(
                f"line {self._lines[row]}, column {self._names[columns[column]]}:"
                f" {matrix[row, column]} is not finite"
            )
        return matrix

    def _refuse(self, line: int, row: list[str]) -> NoReturn:
        wanted = self._inputs if self._layout.one_hot else self._inputs + self._targets
        for each in sorted(wanted):
            try:
                float(row[each])
            except ValueError:
                cell = row[each].strip()
                problem = f"{cell[:40]!r} is no number" if cell else "is empty"
                raise BadFile(f"line {line}, column {self._names[each]}: {problem}") from None
        raise AssertionError  # one of them was no number


def _delimiter(wanted: str, first: str) -> str:
    """Return the delimiter that is wanted, or the one that cuts the first line into most parts."""
    if wanted:
        return _DELIMITERS.get(wanted, wanted)
    parts = {each: len(next(csv.reader([first], delimiter=each))) for each in _TRIED}
    best = max(_TRIED, key=parts.__getitem__)
    if parts[best] < 2:
        raise BadFile("has one column only, or another delimiter: name it with --delimiter")
    return best


def _listed(names: Sequence[str], most: int = 12) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most:,} more" if len(names) > most else shown
