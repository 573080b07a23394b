"""Examples are read from NumPy arrays exactly, or refused with the place and what to do."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clearprop.cli.imports.plain_rows import plain_rows
from clearprop.tables.bad_table import BadTable
from clearprop.tables.examples import Examples
from tables import input_names, parts, read, rows

ABY: tuple[list[list[float]], list[list[float]]] = ([[1, 2], [4, 5]], [[3], [6]])


@pytest.fixture
def arrays(tmp_path: Path) -> Callable[..., Examples]:
    """Reads arrays that are given by name."""

    def read_arrays(
        options: dict[str, Any] | None = None,
        *,
        one_hot: bool = False,
        filling: str | None = None,
        **content: Any,
    ) -> Examples:
        file = tmp_path / "arrays.npz"
        np.savez(file, **content)
        return read(file, one_hot=one_hot, filling=filling, **(options or {}))

    return read_arrays


def test_arrays_are_read_as_they_are(arrays: Callable[..., Examples]) -> None:
    inputs = np.array([[1, 2], [4, 5]], dtype=np.uint8)
    assert rows(arrays(inputs=inputs, targets=[[3.0], [6.0]])) == ABY
    assert rows(arrays(inputs=inputs, targets=[3, 6])) == ABY
    other = np.array([None, 1])
    assert rows(arrays(inputs=inputs, targets=[3, 6], other=other)) == ABY
    assert rows(arrays({"inputs": "x", "targets": "y"}, x=inputs, y=[3, 6], other=[1])) == ABY
    assert rows(arrays(inputs=inputs, targets=[True, False]))[1] == [[1], [0]]


def test_weights_are_an_array_of_their_own(arrays: Callable[..., Examples]) -> None:
    names = {"weights": "w"}
    found = arrays(names, inputs=[[1, 2], [4, 5]], targets=[3, 6], w=[[1], [0.5]])
    assert rows(found) == ABY
    assert parts(found)[2] == [1.0, 0.5]
    for wrong, message in (
        ([1], "inputs.1 has 2 rows and w has 1"),
        ([[1, 1], [1, 1]], "Name only one column with --weights"),
        ([1, -1], "Example 2, column w: -1.0 is not a weight"),
    ):
        with pytest.raises(BadTable, match=message):
            arrays(names, inputs=[[1, 2], [4, 5]], targets=[3, 6], w=wrong)


def test_images_become_rows_and_labels_become_classes(arrays: Callable[..., Examples]) -> None:
    images = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    found = arrays(inputs=images, targets=[10, 9, 10], one_hot=True)
    assert input_names(found) == ["inputs.1", "inputs.2", "inputs.3", "inputs.4"]
    assert rows(found) == (images.reshape(3, 4).tolist(), [["10"], ["9"], ["10"]])
    assert found.message.targets.classes == ["9", "10"]
    divided = plain_rows(found, 2.0)
    assert [*divided.inputs] == (images.reshape(3, 4) / 2).tolist()
    assert [*divided.targets] == [[0, 1], [1, 0], [0, 1]]
    for labels in (np.array(["b", "a", "b"]), np.array([b"b", b"a", b"b"])):
        found = arrays(inputs=images, targets=labels, one_hot=True)
        assert found.message.targets.classes == ["a", "b"]


def test_numbers_of_every_type_are_read_exactly(arrays: Callable[..., Examples]) -> None:
    for value in (
        np.float16(0.1),
        np.float32(0.1),
        np.float64(0.1),
        np.longdouble(0.5),
        np.int64(2**53),
        np.int64(-(2**63)),
        np.uint64(2**64 - 2048),
        np.array(0.1, ">f8")[()],
    ):
        (row,), _ = rows(arrays(inputs=np.array([[value]]), targets=[1]))
        assert row == [value]


def test_division_is_that_of_float64(arrays: Callable[..., Examples]) -> None:
    found = arrays(inputs=np.array([[1, 2]], np.float32), targets=[1])
    assert [*plain_rows(found, 3.0).inputs] == [[1 / 3, 2 / 3]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"inputs": [[1]]}, "Unknown array 'targets' in --targets. Use one of inputs"),
        ({"inputs": [[1], [2]], "targets": [1]}, "inputs has 2 rows and targets has 1"),
        ({"inputs": [[1j]], "targets": [1]}, "inputs holds values of type complex128"),
        (
            {"inputs": [[1]], "targets": ["no"]},
            "column targets: 'no' is not a number. If the column",
        ),
        (
            {"inputs": [[1], [np.inf]], "targets": [1, 2]},
            "Example 2, column inputs: inf is not finite",
        ),
        (
            {"inputs": [[1, 2**53 + 1]], "targets": [1]},
            "Example 1, column inputs.2: 9007199254740993 of type int64 is not a float64 number",
        ),
        (
            {"inputs": [[1]], "targets": np.array([2**63 + 1], np.uint64)},
            "Example 1, column targets: 9223372036854775809 of type uint64",
        ),
        ({"inputs": np.array([[1]], np.longdouble) / 3, "targets": [1]}, "is not a float64 number"),
        ({"inputs": [[np.longdouble("1e4000")]], "targets": [1]}, "is not a float64 number"),
        ({"inputs": [[1]], "targets": 5}, "targets has no rows"),
        ({"inputs": np.empty((0, 2)), "targets": []}, "inputs has no rows"),
        (
            {"inputs": [[1]], "targets": np.array(["2020-01-01"], "M8[D]")},
            "values of type datetime",
        ),
        ({"inputs": [[1]], "targets": np.zeros(1, [("a", "f8")])}, "targets holds values of type"),
    ],
)
def test_invalid_arrays_are_refused(
    arrays: Callable[..., Examples], content: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadTable) as caught:
        arrays(**content)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([[1, 2], [3, 4]], "only one target column with --one-hot"),
        ([1.0, np.nan], "Example 2, column targets: The target is missing"),
        (["a", ""], "Example 2, column targets: The target is missing"),
        ([b"a", b"\xff"], "Example 2, column targets: b'\\xff' is not UTF-8 text"),
        ([1j, 2j], "targets holds values of type complex128"),
    ],
)
def test_labels_that_would_become_wrong_classes_are_refused(
    arrays: Callable[..., Examples], labels: list[Any], problem: str
) -> None:
    with pytest.raises(BadTable) as caught:
        arrays(inputs=[[1], [2]], targets=labels, one_hot=True)
    assert problem in str(caught.value)


@pytest.mark.parametrize("one_hot", [False, True])
def test_arrays_of_objects_are_refused(tmp_path: Path, *, one_hot: bool) -> None:
    file = tmp_path / "objects.npz"
    np.savez(file, inputs=[[1]], targets=np.array([None]))
    with pytest.raises(
        BadTable, match=r"targets holds Python objects\. Save it as an array of numb"
    ):
        read(file, one_hot=one_hot)


def test_arrays_of_one_number_a_row_are_columns(arrays: Callable[..., Examples]) -> None:
    found = arrays(
        {"targets": "kind"},
        one_hot=True,
        age=[1.5, np.nan],
        sex=["f", "m"],
        kind=["a", "b"],
        filling="mean",
    )
    assert input_names(found) == ["age", "sex"]
    assert [each.has_missing for each in found.message.inputs] == [True, False]
    assert found.message.inputs[1].categories == ["f", "m"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"a,b\n1,2\n", "The file is not an archive. Write inputs and targets with"),
        (b"", "The file is not an archive. Write inputs and targets with"),
        (b"\x93NUMPY\x01\x00", "The file is a NumPy array (.npy)"),
        (b"\x1f\x8b\x08\x00", "The file is compressed with gzip"),
        (b"PK\x03\x04 and no more", "The file is damaged"),
    ],
)
def test_errors_name_the_kind_of_another_file(tmp_path: Path, content: bytes, problem: str) -> None:
    file = tmp_path / "arrays.npz"
    file.write_bytes(content)
    with pytest.raises(BadTable) as caught:
        read(file)
    assert problem in str(caught.value)


def test_a_member_that_is_not_an_array_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "arrays.npz"
    np.savez(file, targets=[1])
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr("inputs", "1,2")
    with pytest.raises(BadTable, match=r"inputs is not an array\."):
        read(file)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "arrays.npz"
    np.savez_compressed(file, inputs=np.arange(1000.0).reshape(-1, 2), targets=np.arange(500))
    whole = bytearray(file.read_bytes())
    whole[200:260] = bytes(60)
    file.write_bytes(whole)
    with pytest.raises(BadTable, match=r"The file is damaged|cannot be read"):
        read(file)
