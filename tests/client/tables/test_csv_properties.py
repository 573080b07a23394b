"""A table of any writer reads back to the same bits, or is refused with line and column."""

import csv
import gzip
import re
from io import StringIO
from math import isfinite
from pathlib import Path
from typing import Any

import pytest
from clearprop.tables.bad_table import BadTable
from clearprop.tables.examples import Examples
from hypothesis import given
from hypothesis import strategies as st
from tables import input_names, read, rows

FLOATS = st.floats(allow_nan=False, allow_infinity=False)

#: Names as people give them: with units, spaces, and what else can separate columns.
NAMES = st.text("aé (),;|\t\"'%", min_size=1, max_size=8).map(lambda name: f"x{name.strip()}")

#: Cells that are a number to someone, or to nobody.
ODD_CELLS = st.sampled_from(
    [
        "",
        " ",
        "1_0",
        "\uff11",
        "nan",
        "inf",
        "1e999",
        "9007199254740993",
        "True",
        "1,5",
        "0x1",
        "a\nb",
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[float]]]:
    """Return names, of which none is twice, and rows of numbers."""
    names = draw(st.lists(NAMES, min_size=2, max_size=5, unique=True))
    row = st.lists(FLOATS, min_size=len(names), max_size=len(names))
    return names, draw(st.lists(row, min_size=1, max_size=5))


def written(names: list[str], rows: list[list[Any]], **form: Any) -> str:
    text = StringIO(newline="")
    csv.writer(text, **form).writerows([names, *rows])
    return text.getvalue()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables") / "table.csv"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def bits(found: Examples) -> list[list[str]]:
    return [
        [value.hex() for value in (*inputs, *targets)]
        for inputs, targets in zip(*rows(found), strict=True)
    ]


def attempt(file: Path, targets: str, **options: Any) -> tuple[Examples | None, str]:
    """Return what is read from a file, or what is wrong with it."""
    try:
        return read(file, targets=targets, **options), ""
    except BadTable as error:
        return None, str(error)


@given(
    table=tables(),
    delimiter=st.sampled_from(",;\t| "),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    packed=st.booleans(),
)
def test_a_written_table_reads_back_to_the_same_bits(
    file: Path,
    table: tuple[list[str], list[list[float]]],
    *,
    delimiter: str,
    line_end: str,
    quoting: Any,
    encoding: str,
    packed: bool,
) -> None:
    names, rows = table
    text = written(names, rows, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    content = text.encode(encoding)
    file.write_bytes(gzip.compress(content) if packed else content)
    found = read(file, targets=quoted(names[-1]), delimiter=delimiter)
    assert bits(found) == [[value.hex() for value in row] for row in rows]
    assert input_names(found) == names[:-1]


@given(table=tables(), delimiter=st.sampled_from(",;\t"))
def test_a_guessed_delimiter_gives_the_same_bits_or_is_named(
    file: Path, table: tuple[list[str], list[list[float]]], *, delimiter: str
) -> None:
    names, rows = table
    file.write_text(written(names, rows, delimiter=delimiter), newline="")
    found, error = attempt(file, quoted(names[-1]))
    if found is None:
        assert "--delimiter" in error
    else:
        assert bits(found) == [[value.hex() for value in row] for row in rows]


@given(table=tables(), column=st.integers(0, 4), row=st.integers(0, 4), cell=ODD_CELLS)
def test_a_cell_that_is_no_number_is_refused_with_line_and_column(
    file: Path, table: tuple[list[str], list[list[float]]], *, column: int, row: int, cell: str
) -> None:
    names, rows = table[0], [*table[1], [0.0] * len(table[0])]
    column, row = column % len(names), row % len(rows)
    cells: list[list[Any]] = [*map(list, rows)]
    cells[row][column] = cell
    file.write_text(written(names, cells, quoting=csv.QUOTE_ALL), newline="")
    with pytest.raises(BadTable) as caught:
        read(file, targets=quoted(names[-1]), delimiter=",")
    assert str(caught.value).startswith(f"Line {row + 2}, column {names[column]}: ")


@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_read_or_refused_in_sentences(
    file: Path, content: bytes, one_hot: bool
) -> None:
    file.write_bytes(content)
    _, error = attempt(file, "y", one_hot=one_hot)
    assert re.fullmatch(r"([A-Z].*\.)?", error, re.DOTALL)


@given(st.text("ay,;\t\n\r\"' 01.e_nx", max_size=60))
def test_any_text_is_read_or_refused_in_sentences(file: Path, content: str) -> None:
    file.write_text(f"a,y\n{content}", newline="")
    found, error = attempt(file, "y", delimiter=",")
    if found is None:
        assert re.fullmatch(r"(The|Line|No|Column) .*\.", error, re.DOTALL)
    else:
        values = [value for part in rows(found) for row in part for value in row]
        assert all(value if isinstance(value, str) else isfinite(value) for value in values)
