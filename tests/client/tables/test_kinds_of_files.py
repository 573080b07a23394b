"""The same table is read from files of every kind, which is that of the name or of the content."""

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from clearprop.tables.bad_table import BadTable
from clearprop.tables.examples import Examples
from tables import input_names, read, rows

#: age, city, y: with a missing age and a missing city.
TABLE: dict[str, list[Any]] = {
    "age": [39.0, None, 0.5],
    "city": ["Rome", "Oslo", None],
    "y": [1.0, 0.0, 1.0],
}
OBJECTS = [dict(zip(TABLE, row, strict=True)) for row in zip(*TABLE.values(), strict=True)]

ARFF = """% A comment.
@RELATION people
@attribute age numeric
@attribute 'city' {Rome,"Oslo"}
@attribute y {0, 1}
@data
39,Rome,1
?, 'Oslo',0

0.5,?,1
"""


def arrow_bytes(write: Callable[[pa.Table, Any], None]) -> bytes:
    sink = pa.BufferOutputStream()
    write(pa.table(TABLE), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def stream_bytes() -> bytes:
    sink = pa.BufferOutputStream()
    table = pa.table(TABLE)
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


CSV = b"age,city,y\n39,Rome,1\nNA,Oslo,0\n0.5,?,1\n"
JSON = json.dumps(OBJECTS).encode()
LINES = "\n".join(map(json.dumps, OBJECTS)).encode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("t.csv", CSV),
        ("t.CSV.gz", gzip.compress(CSV, mtime=0)),
        ("t.tsv", CSV.replace(b",", b"\t")),
        ("t.dat", CSV),
        ("table", CSV),
        ("t.json", JSON),
        ("t.json", json.dumps(OBJECTS, indent=2).encode()),
        ("t.json.gz", gzip.compress(JSON, mtime=0)),
        ("t.json", json.dumps(TABLE).encode()),
        ("t.json", LINES),
        ("t.jsonl", LINES + b"\n\n"),
        ("t.ndjson", LINES),
        ("table", JSON),
        ("t.arff", ARFF.encode()),
        ("table", ARFF.replace("% A comment.\n", "").encode()),
        ("t.parquet", arrow_bytes(pa.parquet.write_table)),
        ("table", arrow_bytes(pa.parquet.write_table)),
        ("t.feather", arrow_bytes(pa.feather.write_feather)),
        ("t.arrow", arrow_bytes(pa.feather.write_feather)),
        ("t.arrow", stream_bytes()),
    ],
)
def test_a_table_is_read_from_files_of_every_kind(
    tmp_path: Path, name: str, content: bytes
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    found = read(file, targets="y", filling="mean")
    inputs, targets = rows(found)
    assert [city for _, city in inputs] == ["Rome", "Oslo", ""]
    assert [age for age, _ in inputs] == [39.0, pytest.approx(float("nan"), nan_ok=True), 0.5]
    assert [[float(value) for value in row] for row in targets] == [[1.0], [0.0], [1.0]]
    assert [each.has_missing for each in found.message.inputs] == [True, True]
    assert sorted(found.message.inputs[1].categories) == ["Oslo", "Rome"]


def written(tmp_path: Path, name: str, text: str, **options: Any) -> Examples:
    file = tmp_path / name
    file.write_text(text)
    return read(file, **options)


def test_numbers_that_are_missing_have_many_names(tmp_path: Path) -> None:
    words = ["", "NA", "N/A", "NaN", "nan", "null", "NULL", "None", "?"]
    text = "a,y\n1,1\n" + "".join(f"{word},0\n" for word in words)
    found = written(tmp_path, "t.csv", text, targets="y", filling=0.0)
    assert [row[0] for row in rows(found)[0]] == [1.0, *[pytest.approx(np.nan, nan_ok=True)] * 9]
    text = "a,y\nNA,1\nNone,0\n?,0\nx,0\n,1\n"
    found = written(tmp_path, "t.csv", text, targets="y", filling=0.0)
    assert [row[0] for row in rows(found)[0]] == ["NA", "None", "", "x", ""]
    assert found.message.inputs[0].categories == ["NA", "None", "x"]


def test_true_and_false_are_numbers_unless_they_are_classes(tmp_path: Path) -> None:
    text = "a,y\nTrue,false\nFalse,true\n"
    found = written(tmp_path, "t.csv", text, targets="y")
    assert rows(found) == ([[1.0], [0.0]], [[0.0], [1.0]])
    found = written(tmp_path, "t.csv", text, targets="y", one_hot=True, categories="a")
    assert rows(found) == ([["True"], ["False"]], [["false"], ["true"]])


def test_pairs_of_libraries_for_javascript_are_read(tmp_path: Path) -> None:
    text = json.dumps([{"input": [0, 0.5], "output": [1]}, {"input": [1, 0], "output": [0]}])
    found = written(tmp_path, "t.json", text)
    assert input_names(found) == ["input.1", "input.2"]
    assert found.message.targets.names == ["output.1"]
    assert rows(found) == ([[0.0, 0.5], [1.0, 0.0]], [[1.0], [0.0]])
    text = json.dumps(
        [{"input": {"r": 0.2}, "output": {"black": 1}}, {"input": {"g": 1}, "output": {"white": 1}}]
    )
    found = written(tmp_path, "t.json", text)
    assert input_names(found) == ["r", "g"]
    assert found.message.targets.names == ["black", "white"]
    assert rows(found) == ([[0.2, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 1.0]])
    text = '{"input": [1, 2], "output": "a"}\n{"input": [3, 4], "output": "b"}\n'
    found = written(tmp_path, "t.jsonl", text, one_hot=True)
    assert found.message.targets.classes == ["a", "b"]


def test_sparse_examples_of_libsvm_are_read(tmp_path: Path) -> None:
    text = "# made by svm-scale\n+1 1:0.5 3:2 # note\n-1 2:1\n"
    found = written(tmp_path, "t.svm", text, one_hot=True)
    assert input_names(found) == ["1", "2", "3"]
    assert rows(found) == ([[0.5, 0.0, 2.0], [0.0, 1.0, 0.0]], [["+1"], ["-1"]])
    assert found.message.targets.classes == ["-1", "+1"]
    assert rows(written(tmp_path, "t.libsvm", "2.5 0:1\n3 1:4\n")) == (
        [[1.0, 0.0], [0.0, 4.0]],
        [[2.5], [3.0]],
    )


def test_sparse_lines_of_arff_are_read(tmp_path: Path) -> None:
    header = "@relation r\n@attribute a real\n@attribute 'b c' {x,y}\n@attribute k {no,yes}\n"
    found = written(tmp_path, "t.arff", header + "@data\n{0 2, 2 yes}\n{1 y}\n", targets="k")
    assert input_names(found) == ["a", "b c"]
    assert rows(found) == ([[2.0, "x"], [0.0, "y"]], [["yes"], ["no"]])
    assert found.message.targets.classes == ["no", "yes"]


def test_the_index_of_a_frame_is_no_column(tmp_path: Path) -> None:
    frame = pd.DataFrame(TABLE, index=pd.Index(["p", "q", "r"], name="id"))
    for name, write in (("t.parquet", frame.to_parquet), ("t.feather", frame.to_feather)):
        write(tmp_path / name)
        found = read(tmp_path / name, targets="y", filling="mean")
        assert input_names(found) == ["age", "city"]


def test_arrow_needs_its_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "t.parquet"
    file.write_bytes(arrow_bytes(pa.parquet.write_table))
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(__import__("sys").modules, name, None)
    with pytest.raises(BadTable, match=r"pip install 'clearprop\[arrow\]'"):
        read(file, targets="y")
