"""Reads tables from ARFF, the format of Weka and OpenML."""

import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clearprop.numerals import shown
from clearprop.tables.bad_table import BadTable
from clearprop.tables.cells import Cells, category
from clearprop.tables.sources import Source, finished
from clearprop.tables.table import Kind, Table, TableColumn

_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(.+)", re.IGNORECASE)
_VALUE = re.compile(rf"\s*({_QUOTED}|[^,'\"]*?)\s*(?:,|\Z)")
_SPARSE = re.compile(r"\s*([0-9]+)\s+(.+?)\s*\Z", re.DOTALL)
_NUMERIC = {"numeric", "real", "integer"}


@dataclass(frozen=True, slots=True)
class _Attribute:
    """A column: `categories` if it is nominal, or the word of its type."""

    name: str
    type: str
    categories: tuple[str, ...]

    @property
    def absent(self) -> str:
        """The value of cells that sparse lines leave out."""
        return self.categories[0] if self.categories else "0"


class ArffSource(Source):
    """An ARFF file. Its nominal attributes declare their categories."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._numbered = enumerate(lines, start=1)
        self._attributes = self._read_header()
        self.names = [each.name for each in self._attributes]

    def read(self, wanted: Mapping[int, Kind]) -> Table:
        """Read the columns at some places."""
        kinds = [self._kind(place, kind) for place, kind in wanted.items()]
        cells = [Cells(self.names[place], kind) for place, kind in zip(wanted, kinds, strict=True)]
        line_numbers = array("q")
        for line, text in self._numbered:
            if not text.strip() or text.lstrip().startswith("%"):
                continue
            row = self._row(line, text)
            for place, each in zip(wanted, cells, strict=True):
                attribute = self._attributes[place]
                cell = row[place]
                is_known = not attribute.categories or cell in attribute.categories
                if not is_known and category(cell):
                    raise BadTable(
                        f"Line {line}, column {attribute.name}: {shown(cell)} is not one of the"
                        f" values that the attribute declares: {', '.join(attribute.categories)}."
                    )
                each.add(cell)
            line_numbers.append(line)
        table = finished(cells, kinds, lambda row: f"Line {line_numbers[row]}")
        return Table(
            [
                TableColumn(each.name, each.numbers, each.texts, self._declared(place, each))
                for place, each in zip(wanted, table.columns, strict=True)
            ],
            table.place,
        )

    def _declared(self, place: int, column: TableColumn) -> tuple[str, ...]:
        return self._attributes[place].categories if column.kind is Kind.CATEGORY else ()

    def _kind(self, place: int, kind: Kind) -> Kind:
        attribute = self._attributes[place]
        if not attribute.categories and attribute.type not in {*_NUMERIC, "string"}:
            raise BadTable(
                f"Column {attribute.name} is of type {shown(attribute.type)}: use numbers, nominal"
                " values and texts only."
            )
        if kind in (Kind.NUMBER, Kind.CATEGORY):
            return kind
        return Kind.NUMBER if attribute.type in _NUMERIC else Kind.CATEGORY

    def _read_header(self) -> list[_Attribute]:
        attributes: list[_Attribute] = []
        for line, text in self._numbered:
            stripped = text.strip()
            word = stripped.partition(" ")[0].partition("\t")[0].lower()
            if word == "@data":
                if not attributes:
                    raise BadTable(f"Line {line}: There is no @attribute before @data.")
                return attributes
            if word == "@attribute":
                attributes.append(_attribute(line, stripped))
            elif stripped and not stripped.startswith("%") and word != "@relation":
                raise BadTable(f"Line {line}: {shown(stripped)} is not a line of an ARFF header.")
        raise BadTable("The file has no @data.")

    def _row(self, line: int, text: str) -> list[str]:
        stripped = text.strip()
        if stripped.startswith("{") and stripped.endswith("}"):
            return self._sparse_row(line, stripped[1:-1])
        row = _values(line, stripped)
        if len(row) != len(self._attributes):
            raise BadTable(
                f"Line {line} has {len(row):,} values, but there are {len(self._attributes):,}"
                " attributes."
            )
        return row

    def _sparse_row(self, line: int, text: str) -> list[str]:
        row = [each.absent for each in self._attributes]
        for pair in filter(str.strip, re.split(rf"((?:{_QUOTED}|[^,])+)", text)):
            if pair.strip() == ",":
                continue
            found = _SPARSE.fullmatch(pair)
            if found is None or int(found[1]) >= len(row):
                raise BadTable(
                    f"Line {line}: {shown(pair.strip())} is not the number of an attribute, from 0,"
                    " and its value."
                )
            row[int(found[1])] = _unquoted(found[2])
        return row


def _attribute(line: int, text: str) -> _Attribute:
    found = _ATTRIBUTE.fullmatch(text)
    if found is None:
        raise BadTable(f"Line {line}: {shown(text)} is not an attribute: @attribute NAME TYPE.")
    name, kind = _unquoted(found[1]), found[2].strip()
    if kind.startswith("{"):
        if not kind.endswith("}"):
            raise BadTable(f"Line {line}: The values of {name} do not end with }}.")
        return _Attribute(name, "", tuple(_values(line, kind[1:-1])))
    return _Attribute(name, kind.split()[0].lower(), ())


def _values(line: int, text: str) -> list[str]:
    values, place = [], 0
    while True:
        found = _VALUE.match(text, place)
        if found is None:
            raise BadTable(f"Line {line}: A quoted value is not closed, or text follows it.")
        values.append(_unquoted(found[1]))
        place = found.end()
        if not found[0].endswith(","):
            return values
        if place == len(text):
            values.append("")
            return values


def _unquoted(text: str) -> str:
    if text[:1] in ("'", '"'):
        return re.sub(r"\\(.)", r"\1", text[1:-1])
    return text
