"""Every kind of bad table is refused with a sentence that says where, and what to do."""

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from clearprop.tables.bad_table import BadTable
from clearprop.tables.files import opened_table
from clearprop.tables.prediction import read_rows
from clearprop.v1 import table_pb2 as pb
from clearprop.v1.training_set_pb2 import ImageShape
from tables import read


class Bad(NamedTuple):
    name: str
    content: str | bytes
    problem: str
    options: dict[str, Any]


def bad(name: str, content: str | bytes, problem: str, **options: Any) -> Bad:
    return Bad(name, content, problem, {"targets": "y"} | options)


ARFF = "@relation r\n@attribute a numeric\n@attribute y {0,1}\n@data\n"

LIKE = pb.Table(
    inputs=[
        pb.InputColumn(name="a", kind=pb.COLUMN_KIND_NUMBER),
        pb.InputColumn(name="c", kind=pb.COLUMN_KIND_CATEGORY, categories=["x", "z"]),
    ],
    targets=pb.Targets(kind=pb.TARGET_KIND_CLASSES, names=["y"], classes=["n", "p"]),
)

TABLES = [
    # Encodings and other files.
    bad("t.csv", b"a,y\n1,2\n\xe9,2\n", "Line 3: byte 0xe9 is not UTF-8 text"),
    bad("t.csv", b"a,y\n1\0,2\n", "The file is not text"),
    bad("t.csv", b"\xff\xfea", "The file is not UTF-16 text, as its byte order mark says"),
    bad("t.csv", b"PAR1 and more", "The file is a Parquet file. Give it a name that ends with"),
    bad("t.csv", '[{"a": 1}]', "The file is a JSON document. Give it a name that ends with .json"),
    bad("t.json", "a,y\n1,2\n", "Line 1: It is not JSON"),
    bad("t.parquet", "a,y\n1,2\n", "The file cannot be read: "),
    bad("t.arrow", "a,y\n1,2\n", "The file cannot be read: "),
    bad("t.npz", "a,y\n1,2\n", "The file is not an archive"),
    bad("t.csv.gz", "a,y\n1,2\n", "The file is not compressed with gzip, as its name says"),
    bad("t.csv", "", "The first line is empty"),
    # Lines.
    bad("t.csv", "a,y\n1,2\n1,2,3\n", "Line 3 has 3 columns, but the first line names 2"),
    bad("t.csv", "a,b,y\n1,2,3\n1,2\n", "Line 3 has 2 columns, but the first line names 3"),
    bad("t.csv", 'a,y\n1,2\n"3,4\n', "Line 3: A quoted cell is not closed"),
    bad("t.csv", "5,1\n4,0\n", "The first line has numbers instead of names", targets="1"),
    bad("t.jsonl", '{"a":1,"y":0}\n{"a":10,"y":1,"a":1}\n', "Line 2: It has the name 'a' twice"),
    bad("t.json", '[{"a":10,"y":1,"a":1}]', "Example 1: It has the name 'a' twice"),
    bad("t.json", '{"a":[1],"y":[1],"a":[2]}', "The document: It has the name 'a' twice"),
    bad("t.json", '[{"input":{"b":1,"b":2},"output":[1]}]', "Example 1: It has the name 'b' twice"),
    # Columns.
    bad("t.csv", "a,Y\n1,2\n", "Unknown column 'y' in --targets. Use one of Y, a"),
    bad("t.csv", "a,a,y\n1,2,3\n", "The first line has the name 'a' twice"),
    bad("t.csv", "a,,y\n1,2,3\n", "Column 2 has no name"),
    bad("t.csv", "y\n1\n2\n", "only one column"),
    bad("t.csv", "a,b,y\n1,,1\n2,NA,0\n", "Column b has no values"),
    bad("t.csv", "a,y\n1,1\n", "names y, which is not an input", categories="y", targets="y"),
    bad(
        "t.csv",
        "d,y\n" + "".join(f"2020-01-{day},1\n" for day in range(10, 20)),
        "Column d has another text in each of the 10 examples, such as '2020-01-10'",
    ),
    bad("t.csv", "a" * 256 + ",y\n1,2\n", "The name of column 1 has 256 characters, 'aaa"),
    # Types that changed, and numbers where names were.
    bad("t.csv", "a,y\n1,1\n2,1\nx,0\n", "Line 4, column a: 'x' is not a number, but 2 of the 3"),
    bad("t.csv", "a,y\nx,1\nz,1\n3,0\n", "Line 4, column a: 3.0 is a number, but 2 of the 3"),
    bad("t.csv", "a,y\n1,1\nTrue,0\n", "Line 3, column a: 'True' is not a number, but 1 of the 2"),
    bad("t.jsonl", '{"a":true,"y":0}\n{"a":1,"y":1}', "Line 1, column a: 'True' is not a number"),
    bad("t.csv", "a;y\n1,5;1\n", "Line 2, column a: '1,5' is not a number: use --decimal-comma"),
    bad("t.csv", "a;y\n1.234,5;1\n", "Line 2, column a: '1.234,5' is not a number: remove the"),
    bad("t.csv", "a,y\n1,1\ninf,0\n", "Line 3, column a: 'inf' is not finite"),
    bad("t.csv", "a,y\n1e999,1\n", "Line 2, column a: '1e999' is too large for a float64"),
    bad("t.csv", "a,y\n9007199254740993,1\n", "Line 2, column a: '9007199254740993' is an int"),
    # Missing values.
    bad("t.csv", "a,y\n1,1\n,0\n", "Line 3, column a: The value is missing: fill missing values"),
    bad("t.csv", "a,y\nx,1\n?,0\n", "Line 3, column a: The value is missing"),
    bad("t.csv", "a,y\n1,1\n2,\n", "Line 3, column y: The target is missing", filling="mean"),
    # Targets, classes and weights.
    bad("t.csv", "a,y\n1,n\n2,p\n", "Line 2, column y: 'n' is not a number. If the column has"),
    bad("t.csv", "a,y\n1,n\n2,n\n", "Column y has only the class 'n'", one_hot=True),
    bad(
        "t.csv",
        "a,y\n1,n\n2,p\n",
        "Line 3, column y: 'p' is not a known class of --classes. K",
        classes="n,q",
    ),
    bad("t.csv", "a,y\n1,1\n2,1.0\n", "which are the same number", one_hot=True),
    bad("t.csv", "a,y,w\n1,1,1\n2,0,-1\n", "Line 3, column w: -1.0 is not a weight", weights="w"),
    bad("t.csv", "a,y,w\n1,1,1\n2,0,\n", "Line 3, column w: nan is not a weight", weights="w"),
    bad(
        "t.csv",
        "a,b,y\n1,2,1\n",
        "An image of 3 × 3 has 9 inputs, but there are 2 input columns",
        image_shape=ImageShape(height=3, width=3, channels=1),
    ),
    bad("t.csv", "a,y\n1,n\n2,p\n", "--classes names 'n' twice", classes="n,p,n"),
    # Another set.
    bad("t.csv", "a,y\n1,n\n", "1 column is missing: c. There are a, y", like=LIKE),
    bad(
        "t.csv",
        "c,a,y\nx,1,n\nw,1,n\n",
        "Line 3, column c: 'w' is not a known category. Known",
        like=LIKE,
    ),
    bad(
        "t.csv",
        "c,a,y\nx,1,n\nx,1,q\n",
        "Line 3, column y: 'q' is not a known class in the oth",
        like=LIKE,
    ),
    bad("t.csv", "c,a,y\nx,one,n\n", "Line 2, column a: 'one' is not a number", like=LIKE),
    bad(
        "t.csv", "c,a,y\nx,,n\n", "Line 2, column a: The value is missing, and none is f", like=LIKE
    ),
    # JSON.
    bad("t.json", '{"a": {"b": 1}}', "The document is not a list of examples"),
    bad("t.json", "[[1, 2]]", "Example 1: It is not an object"),
    bad("t.json", '[{"a": 1, "y": 1}, {"a": [1], "y": 1}]', "Example 2, column a: a value of type"),
    bad(
        "t.json", '[{"a": 1, "y": 1}, {"a": "x", "y": 1}]', "Example 2, column a: 'x' is not a num"
    ),
    bad("t.json", '[{"a": 1, "y": 1}, {"y": 1}]', "Example 2, column a: The value is missing"),
    bad("t.json", '[{"a": Infinity, "y": 1}]', "Example 1, column a: inf is not finite"),
    bad("t.json", json.dumps({"a": [1, 2], "y": [1]}), "a has 2 rows and y has 1"),
    bad(
        "t.json",
        '[{"input": [1], "output": [1]}, {"input": [1, 2], "output": [1]}]',
        "Example 2: input has 2 values, but that of the first example is 1 values",
        targets="",
    ),
    bad("t.jsonl", '{"a": 1, "y": 1}\n{"a": 1,\n', "Line 2: It is not JSON"),
    bad("t.jsonl", "", "The file has no examples"),
    # LIBSVM and ARFF.
    bad("t.svm", "1 1:2\n0 1:x\n", "Line 2, feature 1: 'x' is not a number", targets=""),
    bad("t.svm", "1 2:2 1:3\n", "Line 1: Feature 1 comes after 2", targets=""),
    bad("t.svm", "1:2 2:3\n", "Line 1: The line has no label", targets=""),
    bad("t.svm", "1 a\n", "Line 1: 'a' is not a feature and its value", targets=""),
    bad("t.svm", "1 999999999:1\n", "999,999,999 numbers, of which a training set", targets=""),
    bad("t.arff", ARFF + "1,1\nx,0\n", "Line 6, column a: 'x' is not a number"),
    bad("t.arff", ARFF + "1,1\n2,2\n", "Line 6, column y: '2' is not one of the values that"),
    bad("t.arff", ARFF + "1,1,1\n", "Line 5 has 3 values, but there are 2 attributes"),
    bad("t.arff", ARFF + "'1,1\n", "Line 5: A quoted value is not closed"),
    bad(
        "t.arff",
        "@relation r\n@attribute a date\n@attribute y {0,1}\n@data\n1,1\n",
        "Column a is of type 'date'",
    ),
    bad("t.arff", "@relation r\n1,2\n", "Line 2: '1,2' is not a line of an ARFF header"),
]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: f"{table.name}: {table.problem[:40]}")
def test_a_bad_table_is_refused_with_its_place(tmp_path: Path, table: Bad) -> None:
    file = tmp_path / table.name
    content = table.content
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(BadTable) as caught:
        read(file, **table.options)
    assert table.problem in str(caught.value)
    assert str(caught.value)[0].isupper() or str(caught.value)[0] in "-a0123456789"
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("c,y\nx,1\n", "1 column is missing: a. There are c, y."),
        ("b,y\nx,1\n", "2 columns are missing: a, c."),
        ("c,a\nx,1\nw,2\n", "Line 3, column c: 'w' is not a known category. Known are x, z."),
        ("c,a\nx,1\n3,2\n", "Line 3, column c: '3' is not a known category"),
        ("c,a\nx,1\nx,two\n", "Line 3, column a: 'two' is not a number"),
        ("c,a\nx,1\nx,\n", "Line 3, column a: The value is missing"),
        ("c,a\nx,1\n,2\n", "Line 3, column c: The value is missing"),
        ("c,a,a\nx,1,2\n", "The first line has the name 'a' twice"),
        ("c,A\nx,1\n", "1 column is missing: a. There are c, A."),
    ],
)
def test_a_prediction_never_guesses(tmp_path: Path, text: str, problem: str) -> None:
    file = tmp_path / "new.csv"
    file.write_text(text)
    with pytest.raises(BadTable) as caught, opened_table(file) as source:
        read_rows(source, LIKE)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", "a,c\n3,x\nTrue,x\n"),
        ("t.jsonl", '{"a": 3, "c": "x"}\n{"a": true, "c": "x"}'),
    ],
)
def test_true_and_numbers_are_not_mixed_in_a_prediction(
    tmp_path: Path, name: str, content: str
) -> None:
    (tmp_path / name).write_text(content)
    with (
        pytest.raises(BadTable, match=r", column a: 'True' is not a number, .* write 1 for True"),
        opened_table(tmp_path / name) as source,
    ):
        read_rows(source, LIKE)


def test_a_prediction_takes_columns_in_any_order_and_names_the_others(tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text("y,c,id,a\np,z,7,1.5\n?,x,eight,2\n")
    with opened_table(file) as source:
        found = read_rows(source, LIKE)
    assert [each.name for each in found.table.columns] == ["a", "c"]
    assert [each.part(0, 2) for each in found.table.columns] == [[1.5, 2.0], ["z", "x"]]
    assert found.unused == ["y", "id"]


def test_only_a_number_is_filled_where_nothing_was_missing_in_training(tmp_path: Path) -> None:
    known = pb.Table()
    known.CopyFrom(LIKE)
    known.filling.kind = pb.FILLING_KIND_MEAN
    file = tmp_path / "new.csv"
    file.write_text("a,c\n,x\n")
    with opened_table(file) as source:
        assert math.isnan(read_rows(source, known).table.columns[0].part(0, 1)[0])
    file.write_text("a,c\n1,x\n2,?\n")
    with (
        pytest.raises(BadTable, match=r"Line 3, column c: .* no category was missing in training"),
        opened_table(file) as source,
    ):
        read_rows(source, known)


def test_features_that_a_sparse_file_leaves_out_are_zero(tmp_path: Path) -> None:
    known = pb.Table(
        inputs=[pb.InputColumn(name=name, kind=pb.COLUMN_KIND_NUMBER) for name in ("1", "2", "9")]
    )
    file = tmp_path / "new.svm"
    file.write_text("0 1:5 2:6\n0 2:7\n")
    with opened_table(file) as source:
        found = read_rows(source, known)
    assert [each.part(0, 2) for each in found.table.columns] == [[5, 0], [6, 7], [0, 0]]
    assert found.unused == ["label"]


@pytest.mark.parametrize(
    ("cell", "value"),
    [("TRUE", 1.0), ("false", 0.0), ("1", 1.0), ("0.0", 0.0), ("2", "2.0"), ("yes", "'yes'")],
)
def test_true_and_false_are_nothing_else(tmp_path: Path, cell: str, value: float | str) -> None:
    known = pb.Table(inputs=[pb.InputColumn(name="b", kind=pb.COLUMN_KIND_BOOLEAN)])
    file = tmp_path / "new.csv"
    file.write_text(f"b\n{cell}\n")
    with opened_table(file) as source:
        if isinstance(value, float):
            (column,) = read_rows(source, known).table.columns
            assert column.part(0, 1) == [value]
            return
        with pytest.raises(BadTable, match=f"Line 2, column b: {value} is neither True nor False"):
            read_rows(source, known)


def test_categories_that_are_numbers_are_found_by_their_value(tmp_path: Path) -> None:
    known = pb.Table(
        inputs=[pb.InputColumn(name="c", kind=pb.COLUMN_KIND_CATEGORY, categories=["1", "2"])]
    )
    file = tmp_path / "new.csv"
    file.write_text("c,d\n1.0,0\n2,0\n01,0\n")
    with opened_table(file) as source:
        (column,) = read_rows(source, known).table.columns
    assert column.part(0, 3) == ["1", "2", "1"]
