"""Whatever a file contains, it is read, or refused in sentences that end with a full stop."""

import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest
from clearprop.tables.bad_table import BadTable
from clearprop.tables.files import KINDS
from hypothesis import given
from hypothesis import strategies as st
from tables import read

TABLE = {"a": [1.5, 2.5], "b": ["x", "z"], "y": [0, 1]}


def arrays() -> bytes:
    content = io.BytesIO()
    np.savez(content, a=np.array(TABLE["a"]), b=np.array(TABLE["b"]), y=np.array(TABLE["y"]))
    return content.getvalue()


def arrow(write: object) -> bytes:
    sink = pa.BufferOutputStream()
    write(pa.Table.from_pandas(pd.DataFrame(TABLE, index=["p", "q"])), sink)  # type: ignore[operator]
    content: bytes = sink.getvalue().to_pybytes()
    return content


WHOLE = {
    ".npz": arrays(),
    ".parquet": arrow(pa.parquet.write_table),
    ".arrow": arrow(pa.feather.write_feather),
    ".json": json.dumps([{"a": 1, "b": "x", "y": 1}, {"a": 2, "b": None, "y": 0}]).encode(),
    ".jsonl": b'{"a": 1, "b": "x", "y": 1}\n{"a": 2, "y": 0}\n',
    ".svm": b"1 1:0.5 3:2\n0 2:1 # note\n",
    ".arff": b"@relation r\n@attribute a real\n@attribute y {0,1}\n@data\n1.5,1\n{1 1}\n",
    ".csv": b'a,b,y\n1,"x, z",0\n2.5,,1\n',
}

#: What the texts of these kinds consist of.
PIECES = st.sampled_from(
    [
        *("{", "}", "[", "]", '"', "'", ",", ":", "\n", "\r", " ", "\t", "%", "#", "\\", "?", "="),
        *("@relation r\n", "@attribute ", "@data\n", "numeric", "{0,1}", "a", "y", "1", "-1", ".5"),
        *("null", "true", "NaN", "Infinity", "1e999", '"input"', '"output"', "qid:1", "é", "\0"),
        *('{"a": 1, "y": 0}', '{"input": [1], "output": [0]}', "1:2 ", "9999999999:1"),
    ]
)


def check(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    choices: list[dict[str, Any]] = [
        {"targets": "y"},
        {"targets": "", "one_hot": True, "filling": "mean"},
    ]
    for options in choices:
        assert re.fullmatch(r"(\S.*\.)?", problem(file, options), re.DOTALL)


def problem(file: Path, options: dict[str, Any]) -> str:
    try:
        read(file, **options)
    except BadTable as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@given(suffix=st.sampled_from(sorted(KINDS)), content=st.binary(max_size=80))
def test_any_bytes(folder: Path, suffix: str, content: bytes) -> None:
    check(folder / f"any{suffix}", content)


@given(
    suffix=st.sampled_from([".json", ".jsonl", ".svm", ".arff", ".csv"]),
    pieces=st.lists(PIECES, max_size=25),
)
def test_any_text(folder: Path, suffix: str, pieces: list[str]) -> None:
    check(folder / f"text{suffix}", "".join(pieces).encode())


@given(
    suffix=st.sampled_from(sorted(WHOLE)),
    place=st.integers(0, 10_000),
    change=st.one_of(st.binary(max_size=4), st.none()),
)
def test_any_damage(folder: Path, suffix: str, place: int, change: bytes | None) -> None:
    whole = WHOLE[suffix]
    place %= len(whole)
    cut = whole[:place] if change is None else whole[:place] + change + whole[place + len(change) :]
    check(folder / f"damaged{suffix}", cut)
