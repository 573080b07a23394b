"""Examples are read from tables exactly, or refused with the place and what to do."""

import gzip
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from clearprop.cli.imports.plain_rows import plain_rows
from clearprop.tables.bad_table import BadTable
from clearprop.tables.csv_files import CsvForm
from clearprop.tables.examples import Examples
from clearprop.tables.files import opened_table
from clearprop.tables.table import Kind
from tables import input_names, parts, read, rows


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Examples]:
    """Reads a table from a text, with the target column y."""

    def read_text(text: str | bytes, targets: str = "y", **options: Any) -> Examples:
        file = tmp_path / "table.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read(file, targets=targets, **options)

    return read_text


ABY: tuple[list[list[float]], list[list[float]]] = ([[1, 2], [4, 5]], [[3], [6]])


@pytest.mark.parametrize(
    "text",
    [
        "a,b,y\n1,2,3\n4,5,6\n",
        "a,b,y\r\n1,2,3\r\n4,5,6",
        "a;b;y\n1;2;3\n4;5;6\n",
        "a\tb\ty\n1\t2\t3\n4\t5\t6\n",
        "a|b|y\n1|2|3\n4|5|6\n",
        "a b y\n1 2 3\n4 5 6\n",
        "a, b, y\n1, 2.0, 3e0\n 4 ,5,6\n",
        '"a","b","y"\n"1","2","3"\n4,5,6\n',
        "\ufeffa,b,y\n1,2,3\n4,5,6\n",
        "a,b,y\n1,2,3\n\n4,5,6\n\n",
        "a,y,b\n1,3,2\n4,6,5\n",
        "y,a,b\n3,1,2\n6,4,5\n",
        "sepal length (cm),petal width (cm),y\n1,2,3\n4,5,6\n",
        "a,b;c,y\n1,2,3\n4,5,6\n",
        "a;b, c;y\n1;2;3\n4;5;6\n",
        " a  b  y \n  1   2  3\n 4 5   6  \n",
        "a,b,y\r1,2,3\r4,5,6\r",
    ],
)
def test_a_table_is_read_with_any_delimiter(table: Callable[..., Examples], text: str) -> None:
    assert rows(table(text)) == ABY


def test_columns_are_taken_by_name_in_the_order_that_is_named(
    table: Callable[..., Examples],
) -> None:
    text = "id,a,b,c\n7,1,2,3\n8,4,5,6\n"
    assert rows(table(text, "c,a", inputs="b")) == ([[2], [5]], [[3, 1], [6, 4]])
    assert rows(table(text, "c", inputs="b,a")) == ([[2, 1], [5, 4]], [[3], [6]])
    assert table(text, "c,a").message.targets.names == ["c", "a"]


def test_weights_are_a_column_of_their_own(table: Callable[..., Examples]) -> None:
    found = table("a,b,w,y\n1,2,0.5,3\n4,5,2,6\n", weights="w")
    assert rows(found) == ABY
    assert parts(found)[2] == [0.5, 2.0]
    assert input_names(found) == ["a", "b"]
    assert parts(table("a,y\n1,2\n"))[2] is None


@pytest.mark.parametrize(
    ("text", "layout", "message"),
    [
        ("a,w,y\n1,-1,2\n", {"weights": "w"}, "Line 2, column w: -1.0 is not a weight"),
        ("a,w,y\n1,x,2\n", {"weights": "w"}, "Line 2, column w"),
        ("a,w,y\n1,1,2\n", {"weights": "v"}, "Unknown column 'v' in --weights"),
        ("a,w,y\n1,1,2\n", {"weights": "a,w"}, "Unknown column 'a,w' in --weights"),
        ("a,w,y\n1,1,2\n", {"weights": "y"}, "is an input or a target too: y"),
        ("a,w,y\n1,1,2\n", {"weights": "w", "inputs": "a,w"}, "is an input or a target too: w"),
    ],
)
def test_wrong_weights_of_a_table_are_refused(
    table: Callable[..., Examples], text: str, layout: dict[str, str], message: str
) -> None:
    with pytest.raises(BadTable, match=message):
        table(text, **layout)


def test_a_name_with_a_comma_is_one_name(table: Callable[..., Examples]) -> None:
    assert rows(table('a,"x,y"\n1,2\n', "x,y")) == ([[1]], [[2]])


def test_a_table_without_names_has_numbered_columns(table: Callable[..., Examples]) -> None:
    assert rows(table("1,2,3\n4,5,6\n", "3", header=False)) == ABY
    assert rows(table("1;2,5;3\n4;5;6\n", "3", header=False, decimal_comma=True))[0][0] == [1, 2.5]


def test_a_first_line_of_numbers_needs_an_option(
    table: Callable[..., Examples],
) -> None:
    with pytest.raises(BadTable, match="Use --no-header if it is an example, or --header if"):
        table("1,2\n3,4\n", "1")
    with pytest.raises(BadTable, match="Use --no-header"):
        table("5.1,3.5,0.2,Iris-setosa\n4.9,3,0.2,Iris-setosa\n", "Iris-setosa", one_hot=True)
    assert rows(table("1,2\n3,4\n", "1", header=True)) == ([[4]], [[3]])
    assert rows(table("0,1,y\n1,2,3\n4,5,6\n")) == ABY  # as pandas names columns


def test_a_given_delimiter_is_used(table: Callable[..., Examples]) -> None:
    assert rows(table("a,b;y\n1;2\n", delimiter=";")) == ([[1]], [[2]])
    assert rows(table("a b\ty\n1\t2\n", delimiter="tab")) == ([[1]], [[2]])


def test_numbers_are_read_to_the_bit(table: Callable[..., Examples]) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3]
    text = "a,y\n" + "".join(f"{value!r},0\n" for value in values)
    read = [row[0] for row in rows(table(text))[0]]
    assert [value.hex() for value in read] == [value.hex() for value in values]


def test_inputs_can_be_divided(table: Callable[..., Examples]) -> None:
    found = plain_rows(table("a,w,y\n255,2,b\n51,3,a\n", one_hot=True, weights="w"), 255.0)
    assert [*found.inputs] == [[1.0], [0.2]]
    assert [*found.targets] == [[0.0, 1.0], [1.0, 0.0]]
    assert found.weights == [2.0, 3.0]
    assert [*plain_rows(table("a,y\n1,2\n"), 2.0).targets] == [(2.0,)]
    with pytest.raises(BadTable, match=r"Line 2, column a: .* choose another number for --div"):
        plain_rows(table("a,y\n1e300,2\n"), 1e-300)
    with pytest.raises(BadTable, match="Column a has categories, which --divide-by cannot divide"):
        plain_rows(table("a,y\nb,2\n"), 2.0)


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "10", "-1"], ["-1", "9", "10"]),
        (["b", "a", "10"], ["10", "a", "b"]),
        ([" x", "x ", "y"], ["x", "y"]),
    ],
)
def test_labels_become_a_target_for_each_class_in_order(
    table: Callable[..., Examples], labels: list[str], classes: list[str]
) -> None:
    found = table("a,y\n" + "".join(f"0,{label}\n" for label in labels), one_hot=True)
    assert found.message.targets.classes == classes
    assert rows(found)[1] == [[label.strip()] for label in labels]


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        (["1", "1.0"], "Column y has '1' and '1.0', which are the same number"),
        (["x", "NaN"], "Line 3, column y: The target is missing: replace it, or remove"),
        (["x", " "], "Line 3, column y: The target is missing"),
        (["b'no'"], "Line 2, column y: \"b'no'\" is the text of a bytes object"),
    ],
)
def test_labels_that_would_become_wrong_classes_are_refused(
    table: Callable[..., Examples], labels: list[str], problem: str
) -> None:
    with pytest.raises(BadTable) as caught:
        table("a,y\n" + "".join(f"0,{label}\n" for label in labels), one_hot=True)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "The first line is empty"),
        ("a,y\n", "The file has no examples"),
        ("sep=;\na;y\n1;2\n", "The first line names the delimiter, for Excel only: remove it"),
        ("a\n1\n", "The first line has only one column"),
        ("a,b\n1,2\n", "Unknown column 'y' in --targets. Use one of a, b."),
        ("x1,y1,y2\n1,2,3\n", "Use one of y2, x1, y1. The columns seem to be separated by commas"),
        ("y,y\n1,2\n", "The first line has the name 'y' twice"),
        ("a,y\n1,2\n1,2,3\n", "Line 3 has 3 columns, but the first line names 2. The columns seem"),
        ("a,y\n1,2\n1\n", "Line 3 has 1 column, but the first line names 2."),
        ("a,y\n1,2,\n3,4,\n", "Line 2 has 3 columns, but the first line names 2. It ends with"),
        ("a,y,\n1,2,\n", "Line 1 ends with a delimiter, so the last column has no name"),
        ("a,,y\n1,2,3\n", "Column 2 has no name: name it, or choose the columns with --inputs"),
        (",a,y\n0,1,2\n", "omit it with to_csv(…, index=False), or choose the columns"),
        ("Unnamed: 0,a,y\n0,1,2\n", "The first column has no name, like the index that pandas"),
        (
            "a,y\n1,2\n\nabc,2\n",
            "Line 4, column a: 'abc' is not a number, but 1 of the 2 val",
        ),
        (
            "a,y\n1,2\n1,no\n",
            "'no' is not a number, but 1 of the 2 values in this column are: correct it, or use",
        ),
        ("a,y\n1,2\n1,\n", "Line 3, column y: The target is missing"),
        (
            "a,y\n1,2\nnan,2\n",
            "Line 3, column a: The value is missing: fill missing va",
        ),
        ("a,y\n1,inf\n", "Line 2, column y: 'inf' is not finite"),
        ('a,y\n"1\n1",2\n', r"Line 2, column a: '1\n1' is not a number"),
        ("a,y\n1,1e999\n", "Line 2, column y: '1e999' is too large"),
        ("a,y\n1_000,2\n", "Line 2, column a: '1_000' is not a number"),
        (
            "a,y\n1,no\n1,oh\n",
            "Line 2, column y: 'no' is not a number. If the column has cla",
        ),
        ("a,y\n1,2\n1;5,2\n", "with --categories a. The columns seem to be separated by commas"),
        ('a,y\n"1"2,3\n', "Line 2: A closing quotation mark must end its cell"),
        ('a,y\n1,2\n"3,4\n5,6\n', "Line 3: A quoted cell is not closed"),
        ('a,y\n1,2\n"' + "x" * 200_000, "Line 3: A quoted cell is not closed"),
        (b"a,y\n1,2\n\xff,2\n", "Line 3: byte 0xff is not UTF-8 text. Save it as UTF-8"),
        (b"a,y\n1\x00,2\n", "The file is not text"),
        ("<!DOCTYPE html>\n<html>", "The file is an HTML or XML document. Save the table as CSV."),
        ('{"a": [1, 2]}', "The file is a JSON document"),
        (b"PAR1\x15\x04", "The file is a Parquet file. Give it a name that ends with .parquet."),
        (b"BZh91AY&SY", "The file is compressed with bzip2. Unpack it first"),
        (b"PK\x03\x04 and no more", "The file is a damaged ZIP archive"),
        (gzip.compress(b"a,y\n1,2\n", mtime=0)[:-9], "The gzip file is damaged"),
        (
            gzip.compress(gzip.compress(b"a,y\n1,2\n", mtime=0), mtime=0),
            "The file is compressed with gzip",
        ),
    ],
)
def test_an_invalid_table_is_refused_with_line_and_column(
    table: Callable[..., Examples], text: str | bytes, problem: str
) -> None:
    with pytest.raises(BadTable) as caught:
        table(text)
    assert problem in str(caught.value)
    assert str(caught.value).endswith(".")


def test_an_invalid_choice_of_columns_is_refused(table: Callable[..., Examples]) -> None:
    with pytest.raises(BadTable, match="No column is left for the inputs"):
        table("y,z\n1,2\n", "y,z")
    with pytest.raises(BadTable, match="The same column is both input and target: y"):
        table("a,y\n1,2\n", inputs="a,y")
    with pytest.raises(BadTable, match=r"--targets names the column 'y' twice\.$"):
        table("a,y\n1,2\n", "y,y")
    with pytest.raises(BadTable, match="column 'b' in --inputs"):
        table("a,y\n1,2\n", inputs="b")
    with pytest.raises(BadTable, match="88 more"):
        table(",".join(f"x{number}" for number in range(100)))
    with pytest.raises(BadTable, match="If the first line has names, omit --no-header"):
        table("a,y\n1,2\n", "2", header=False)
    with pytest.raises(BadTable, match="The first line is empty"):
        table(",,\n,,\n", delimiter=",")


def test_unnamed_columns_are_ignored_if_the_inputs_are_named(
    table: Callable[..., Examples],
) -> None:
    assert rows(table(",a,y,\n7,1,2,\n", inputs="a")) == ([[1]], [[2]])


def test_errors_name_a_guessed_delimiter(
    table: Callable[..., Examples],
) -> None:
    with pytest.raises(BadTable, match=r"separated by tabs; if they are not, use --delimiter\.$"):
        table("a\ty\n1\t2\t3\n")
    with pytest.raises(BadTable, match=r"names 2\.$"):
        table("a\ty\n1\t2\t3\n", delimiter="tab")


def test_decimal_commas_need_an_option(table: Callable[..., Examples]) -> None:
    read = ([[1.5, -0.25]], [[3.0]])
    assert rows(table("a;b;y\n1,5;-,25;3\n", decimal_comma=True)) == read
    assert rows(table("a b y\n1,5 -,25 3\n", decimal_comma=True)) == read
    assert rows(table('a,b,y\n"1,5","-,25",3\n', decimal_comma=True)) == read
    with pytest.raises(BadTable, match="use --decimal-comma if the comma is a decimal mark"):
        table("a;y\n1,5;2\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings_with_a_byte_order_mark_and_gzip_are_read(
    table: Callable[..., Examples], encoding: str, *, packed: bool
) -> None:
    text = "Länge,b,y\n1,2,3\n4,5,6\n".encode(encoding)
    found = table(gzip.compress(text) if packed else text)
    assert rows(found) == ABY
    assert input_names(found) == ["Länge", "b"]


@pytest.mark.parametrize(
    ("members", "kind"),
    [
        (["xl/workbook.xml"], "an Excel workbook"),
        (["mimetype", "content.xml"], "an OpenDocument spreadsheet"),
        (["inputs.npy"], "an archive of NumPy arrays"),
        (["table.csv"], "a ZIP archive"),
    ],
)
def test_errors_name_the_kind_of_an_archive(tmp_path: Path, members: list[str], kind: str) -> None:
    file = tmp_path / "table.csv"
    with zipfile.ZipFile(file, "w") as archive:
        for member in members:
            archive.writestr(member, "")
    with pytest.raises(BadTable, match=f"The file is {kind}"):
        read(file, targets="y")


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadTable, match=r"[Dd]irectory"):
        read(tmp_path, targets="y")


def test_progress_ends_at_the_size_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("a,y\n" + "1,2\n" * 10_000)
    output: list[int] = []
    with opened_table(file, CsvForm(), output.append) as source:
        source.read({0: Kind.NUMBER})
    assert output == sorted(output)
    assert output[-1] == file.stat().st_size
    assert len(output) > 3
