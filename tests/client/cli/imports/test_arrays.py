"""Examples are read from NumPy arrays exactly, or refused with the place and what to do."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clearprop.cli.imports.npz_files import Names, read_npz
from clearprop.cli.imports.rows import BadFile, Imported

INPUTS_AND_TARGETS = Names("inputs", "targets")

ABY: tuple[list[list[float]], list[list[float]]] = ([[1, 2], [4, 5]], [[3], [6]])


@pytest.fixture
def arrays(tmp_path: Path) -> Callable[..., Imported]:
    """Reads arrays that are given by name."""

    def read(
        names: Names = INPUTS_AND_TARGETS,
        *,
        one_hot: bool = False,
        divisor: float = 1.0,
        **content: Any,
    ) -> Imported:
        file = tmp_path / "arrays.npz"
        np.savez(file, **content)
        return read_npz(file, names, one_hot=one_hot, divisor=divisor)

    return read


def rows(found: Imported) -> tuple[list[list[float]], list[list[float]]]:
    return [[*map(float, row)] for row in found.inputs], [[*map(float, r)] for r in found.targets]


def test_arrays_are_read_as_they_are(arrays: Callable[..., Imported]) -> None:
    inputs = np.array([[1, 2], [4, 5]], dtype=np.uint8)
    assert rows(arrays(inputs=inputs, targets=[[3.0], [6.0]])) == ABY
    assert rows(arrays(inputs=inputs, targets=[3, 6])) == ABY
    assert rows(arrays(Names("x", "y"), x=inputs, y=[3, 6], other=[1])) == ABY
    assert rows(arrays(inputs=inputs, targets=[True, False]))[1] == [[1], [0]]


def test_weights_are_an_array_of_their_own(arrays: Callable[..., Imported]) -> None:
    names = Names("inputs", "targets", "w")
    found = arrays(names, inputs=[[1, 2], [4, 5]], targets=[3, 6], w=[[1], [0.5]])
    assert rows(found) == ABY
    assert found.weights == [1.0, 0.5]
    for wrong, message in (
        ([1], "inputs has 2 rows and w has 1"),
        ([[1, 1], [1, 1]], "w must have one weight for each example"),
        ([1, -1], "Example 2 of w: -1.0 is not a weight"),
    ):
        with pytest.raises(BadFile, match=message):
            arrays(names, inputs=[[1, 2], [4, 5]], targets=[3, 6], w=wrong)


def test_images_become_rows_and_labels_become_classes(arrays: Callable[..., Imported]) -> None:
    images = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    found = arrays(inputs=images, targets=[10, 9, 10], one_hot=True, divisor=2.0)
    assert rows(found) == ((images.reshape(3, 4) / 2).tolist(), [[0, 1], [1, 0], [0, 1]])
    assert found.classes == ["9", "10"]
    for labels in (np.array(["b", "a", "b"]), np.array([b"b", b"a", b"b"])):
        assert arrays(inputs=images, targets=labels, one_hot=True).classes == ["a", "b"]


def test_numbers_of_every_type_are_read_exactly(arrays: Callable[..., Imported]) -> None:
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


def test_division_is_that_of_float64(arrays: Callable[..., Imported]) -> None:
    found = arrays(inputs=np.array([[1, 2]], np.float32), targets=[1], divisor=3.0)
    assert rows(found)[0] == [[1 / 3, 2 / 3]]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"inputs": [[1]]}, "Unknown array 'targets'. Name one with --targets; the file has"),
        ({"inputs": [[1], [2]], "targets": [1]}, "inputs has 2 rows and targets has 1"),
        ({"inputs": [["a"]], "targets": [1]}, "inputs holds values of type <U1"),
        ({"inputs": [[1j]], "targets": [1]}, "inputs holds values of type complex128"),
        ({"inputs": [[1]], "targets": ["no"]}, "targets holds text. If it has labels, use --one"),
        (
            {"inputs": [[1], [np.nan]], "targets": [1, 2]},
            "Example 2 of inputs, number 1: nan is not finite",
        ),
        (
            {"inputs": [[1, 2**53 + 1]], "targets": [1]},
            "Example 1 of inputs, number 2: 9007199254740993 of type int64 is not a float64 number",
        ),
        (
            {"inputs": [[1]], "targets": np.array([2**63 + 1], np.uint64)},
            "Example 1 of targets, nu",
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
    arrays: Callable[..., Imported], content: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadFile) as caught:
        arrays(**content)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("labels", "problem"),
    [
        ([[1, 2], [3, 4]], "one label for each example"),
        ([1.0, np.nan], "Example 2 of targets: The label 'nan' is a missing value"),
        (["a", ""], "Example 2 of targets: The label is empty"),
        ([b"a", b"\xff"], "Example 2 of targets: b'\\xff' is not UTF-8 text"),
        ([1j, 2j], "targets holds values of type complex128"),
    ],
)
def test_labels_that_would_become_wrong_classes_are_refused(
    arrays: Callable[..., Imported], labels: list[Any], problem: str
) -> None:
    with pytest.raises(BadFile) as caught:
        arrays(inputs=[[1], [2]], targets=labels, one_hot=True)
    assert problem in str(caught.value)


@pytest.mark.parametrize("one_hot", [False, True])
def test_arrays_of_objects_are_refused(tmp_path: Path, *, one_hot: bool) -> None:
    file = tmp_path / "objects.npz"
    np.savez(file, inputs=[[1]], targets=np.array([None]))
    with pytest.raises(
        BadFile, match=r"targets holds Python objects\. Save it as an array of numb"
    ):
        read_npz(file, INPUTS_AND_TARGETS, one_hot=one_hot, divisor=1.0)


def test_a_quotient_beyond_the_range_of_float64_is_refused(arrays: Callable[..., Imported]) -> None:
    with pytest.raises(BadFile, match="--divide-by"):
        arrays(inputs=[[1e300]], targets=[1], divisor=1e-300)


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
    with pytest.raises(BadFile) as caught:
        read_npz(file, INPUTS_AND_TARGETS, one_hot=False, divisor=1.0)
    assert problem in str(caught.value)


def test_a_member_that_is_not_an_array_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "arrays.npz"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("inputs", "1,2")
    with pytest.raises(BadFile, match=r"inputs is not an array\."):
        read_npz(file, INPUTS_AND_TARGETS, one_hot=False, divisor=1.0)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "arrays.npz"
    np.savez_compressed(file, inputs=np.arange(1000.0).reshape(-1, 2), targets=np.arange(500))
    whole = bytearray(file.read_bytes())
    whole[200:260] = bytes(60)
    file.write_bytes(whole)
    with pytest.raises(BadFile, match=r"The file is damaged|cannot be read"):
        read_npz(file, INPUTS_AND_TARGETS, one_hot=False, divisor=1.0)
