"""Reads tables from LIBSVM and SVMlight: a label and the features that are not 0."""

import re
from array import array
from collections.abc import Iterator, Mapping

from clearprop.numerals import NotANumberError, number, shown
from clearprop.tables.bad_table import BadTable
from clearprop.tables.cells import Cells
from clearprop.tables.sources import Source, finished
from clearprop.tables.table import Kind, Table, TableColumn

LABEL = "label"

#: The most numbers of a training set: 512 MiB.
_MOST_NUMBERS = 2**26

_FEATURE = re.compile(r"([0-9]{1,9}):(\S+)")


class SvmSource(Source):
    """A file of sparse examples. The columns are `label` and the features 1, 2, 3, …."""

    default_targets = (LABEL,)
    is_sparse = True

    def __init__(self, lines: Iterator[str]) -> None:
        self._labels: list[str] = []
        self._lines = array("q")
        self._starts = array("q", [0])
        self._features = array("q")
        self._values = array("d")
        for line_number, line in enumerate(lines, start=1):
            words = line.partition("#")[0].split()
            if words:
                self._lines.append(line_number)
                self._add(line_number, words)
        if not self._labels:
            raise BadTable("The file has no examples.")
        first = min(1, min(self._features, default=1))
        last = max(self._features, default=first)
        size = len(self._labels) * (last - first + 1)
        if size > _MOST_NUMBERS:
            raise BadTable(
                f"{len(self._labels):,} examples with {last:,} features are {size:,} numbers, of"
                f" which a training set has up to {_MOST_NUMBERS:,}."
            )
        self._first = first
        self.names = [LABEL, *map(str, range(first, last + 1))]

    def read(self, wanted: Mapping[int, Kind]) -> Table:
        """Read the columns at some places."""
        rows = len(self._labels)
        columns = {place: array("d", bytes(8 * rows)) for place in wanted if place}
        for row in range(rows):
            for place in range(self._starts[row], self._starts[row + 1]):
                column = columns.get(self._features[place] - self._first + 1)
                if column is not None:
                    column[row] = self._values[place]
        labels = self._label_column(wanted[0]) if 0 in wanted else None
        return Table(
            [
                labels if labels and not place else self._column(place, columns, kind)
                for place, kind in wanted.items()
            ],
            self._place,
        )

    def _column(self, place: int, columns: Mapping[int, "array[float]"], kind: Kind) -> TableColumn:
        name, values = self.names[place], columns[place]
        if kind is not Kind.CATEGORY:
            return TableColumn(name, numbers=values)
        cells = Cells(name, kind)
        for value in values:
            cells.add_value(value)
        return finished([cells], [kind], self._place).columns[0]

    def _label_column(self, kind: Kind) -> TableColumn:
        cells = Cells(LABEL, kind)
        for text in self._labels:
            cells.add(text)
        return finished([cells], [kind], self._place).columns[0]

    def _place(self, row: int) -> str:
        return f"Line {self._lines[row]}"

    def _add(self, line: int, words: list[str]) -> None:
        label, *features = words
        if ":" in label:
            raise BadTable(f"Line {line}: The line has no label before {shown(label)}.")
        if "," in label:
            raise BadTable(f"Line {line}: {shown(label)} has several labels: write one per line.")
        self._labels.append(label)
        last = -1
        for word in features:
            if word.startswith("qid:"):
                continue
            found = _FEATURE.fullmatch(word)
            if found is None:
                raise BadTable(
                    f"Line {line}: {shown(word)} is not a feature and its value, such as 3:0.5."
                )
            feature = int(found[1])
            if feature <= last:
                raise BadTable(
                    f"Line {line}: Feature {feature} comes after {last}: sort the features, each"
                    " once."
                )
            last = feature
            try:
                self._values.append(number(found[2]))
            except NotANumberError as error:
                raise BadTable(f"Line {line}, feature {feature}: {error}.") from None
            self._features.append(feature)
        self._starts.append(len(self._features))
