"""Examples are read from tables and arrays as they stand there, or it is said what is wrong."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.cli.importing.csv_files import Layout, read_csv
from service.cli.importing.npz_files import Names, read_npz
from service.cli.importing.rows import BadFile, Imported, OneHot

INPUTS_AND_TARGETS = Names("inputs", "targets")


@pytest.fixture
def table(tmp_path: Path) -> Callable[..., Imported]:
    """Reads a table from a text, with the target column y."""

    def read(text: str | bytes, targets: str = "y", **layout: Any) -> Imported:
        file = tmp_path / "table.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_csv(file, Layout(targets, **layout), lambda _: None)

    return read


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
    ],
)
def test_a_table_is_read_whatever_separates_its_columns(
    table: Callable[..., Imported], text: str
) -> None:
    assert rows(table(text)) == ABY


def test_columns_are_taken_by_name_in_the_order_that_is_named(
    table: Callable[..., Imported],
) -> None:
    text = "id,a,b,c\n7,1,2,3\n8,4,5,6\n"
    assert rows(table(text, "c,a", inputs="b")) == ([[2], [5]], [[3, 1], [6, 4]])
    assert rows(table(text, "c", inputs="b,a")) == ([[2, 1], [5, 4]], [[3], [6]])
    assert table(text, "c,a").target_names == ["c", "a"]


def test_a_name_with_a_comma_is_one_name(table: Callable[..., Imported]) -> None:
    assert rows(table('a,"x,y"\n1,2\n', "x,y")) == ([[1]], [[2]])


def test_a_table_without_names_has_numbered_columns(table: Callable[..., Imported]) -> None:
    assert rows(table("1,2,3\n4,5,6\n", "3", header=False)) == ABY


def test_a_delimiter_that_is_given_is_used(table: Callable[..., Imported]) -> None:
    assert rows(table("a,b;y\n1;2\n", delimiter=";")) == ([[1]], [[2]])
    assert rows(table("a b\ty\n1\t2\n", delimiter="tab")) == ([[1]], [[2]])


def test_numbers_are_read_to_the_bit(table: Callable[..., Imported]) -> None:
    values = [0.1, -0.0, 5e-324, 1.7976931348623157e308, 1 / 3]
    text = "a,y\n" + "".join(f"{value!r},0\n" for value in values)
    read = [row[0] for row in rows(table(text))[0]]
    assert [value.hex() for value in read] == [value.hex() for value in values]


def test_inputs_can_be_divided(table: Callable[..., Imported]) -> None:
    assert rows(table("a,y\n255,255\n", divisor=255.0)) == ([[1.0]], [[255.0]])


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (["10", "9", "10", "-1"], ["-1", "9", "10"]),
        (["b", "a", "10"], ["10", "a", "b"]),
        ([" x", "x ", "y"], ["x", "y"]),
    ],
)
def test_labels_become_a_target_for_each_class_in_order(
    table: Callable[..., Imported], labels: list[str], classes: list[str]
) -> None:
    found = table("a,y\n" + "".join(f"0,{label}\n" for label in labels), one_hot=True)
    assert isinstance(found.targets, OneHot)
    assert found.targets.classes == classes
    assert len(found.targets) == len(labels)
    assert list(found.targets) == [
        [1.0 if label.strip() == each else 0.0 for each in classes] for label in labels
    ]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "has nothing on its first line"),
        ("a,y\n", "has no line with an example"),
        ("a\n1\n", "has one column only"),
        ("a,b\n1,2\n", "has no column 'y' for --targets: its columns are a, b"),
        ("y,y\n1,2\n", "the name 'y' of column 2 is that of another"),
        ("0,0,1\n0,0,1\n", "say --no-header if it is an example"),
        ("a,y\n1,2\n1,2,3\n", "line 3 has 3 columns, where 2 are named"),
        ("a,y\n1,2\n1\n", "line 3 has 1 columns, where 2 are named"),
        ("a,y\n1,2\n\nabc,2\n", "line 4, column a: 'abc' is no number"),
        ("a,y\n1,2\n1,\n", "line 3, column y: is empty"),
        ("a,y\n1,2\nnan,2\n", "line 3, column a: nan is not finite"),
        ("a,y\n1,inf\n", "line 2, column y: inf is not finite"),
        ('a,y\n"1\n1",2\n', r"line 3, column a: '1\n1' is no number"),
        ("a,y\n1,1e999\n", "line 2, column y: inf is not finite"),
        (b"a,y\n\xff,2\n", "is not UTF-8 text"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_place(
    table: Callable[..., Imported], text: str | bytes, problem: str
) -> None:
    with pytest.raises(BadFile) as caught:
        table(text)
    assert problem in str(caught.value)


def test_what_is_wrong_with_the_choice_of_columns_is_said(table: Callable[..., Imported]) -> None:
    with pytest.raises(BadFile, match="no column left for the inputs"):
        table("y,z\n1,2\n", "y,z")
    with pytest.raises(BadFile, match="cannot have y both as inputs and as targets"):
        table("a,y\n1,2\n", inputs="a,y")
    with pytest.raises(BadFile, match="has no column 'b' for --inputs"):
        table("a,y\n1,2\n", inputs="b")
    with pytest.raises(BadFile, match="and 88 more"):
        table(",".join(map(str, range(100))))
    with pytest.raises(BadFile, match="line 2, column y: is empty"):
        table("a,y\n1, \n", one_hot=True)


def test_a_directory_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"[Dd]irectory"):
        read_csv(tmp_path, Layout("y"), lambda _: None)


def test_progress_tells_of_every_byte_in_the_end(tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("a,y\n" + "1,2\n" * 10_000)
    told: list[int] = []
    read_csv(file, Layout("y"), told.append)
    assert told == sorted(told)
    assert told[-1] == file.stat().st_size
    assert len(told) > 3


def test_arrays_are_read_as_they_are(arrays: Callable[..., Imported]) -> None:
    inputs = np.array([[1, 2], [4, 5]], dtype=np.uint8)
    assert rows(arrays(inputs=inputs, targets=[[3.0], [6.0]])) == ABY
    assert rows(arrays(inputs=inputs, targets=[3, 6])) == ABY
    assert rows(arrays(Names("x", "y"), x=inputs, y=[3, 6], other=[1])) == ABY
    assert rows(arrays(inputs=inputs, targets=[True, False]))[1] == [[1], [0]]


def test_images_become_rows_and_labels_become_classes(arrays: Callable[..., Imported]) -> None:
    images = np.arange(12, dtype=np.uint8).reshape(3, 2, 2)
    found = arrays(inputs=images, targets=[10, 9, 10], one_hot=True, divisor=2.0)
    assert rows(found) == ((images.reshape(3, 4) / 2).tolist(), [[0, 1], [1, 0], [0, 1]])
    assert isinstance(found.targets, OneHot)
    assert found.targets.classes == ["9", "10"]
    texts = arrays(inputs=images, targets=np.array(["b", "a", "b"]), one_hot=True)
    assert isinstance(texts.targets, OneHot)
    assert texts.targets.classes == ["a", "b"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ({"inputs": [[1]]}, "has no array 'targets': name one of inputs with --targets"),
        ({"inputs": [[1], [2]], "targets": [1]}, "inputs has 2 rows and targets 1"),
        ({"inputs": [["a"]], "targets": [1]}, "inputs has no real numbers but <U1"),
        ({"inputs": [[1j]], "targets": [1]}, "inputs has no real numbers"),
        ({"inputs": [[1], [np.nan]], "targets": [1, 2]}, "inputs[1], number 0: nan is not finite"),
        ({"inputs": [[1]], "targets": 5}, "targets has no rows"),
        ({"inputs": np.empty((0, 2)), "targets": []}, "inputs has no rows"),
        ({"inputs": [[1]], "targets": np.array([None])}, "cannot be read as .npz"),
    ],
)
def test_what_is_wrong_with_arrays_is_said(
    arrays: Callable[..., Imported], content: dict[str, Any], problem: str
) -> None:
    with pytest.raises(BadFile) as caught:
        arrays(**content)
    assert problem in str(caught.value)


def test_more_than_one_label_for_an_example_is_refused(arrays: Callable[..., Imported]) -> None:
    with pytest.raises(BadFile, match="one label for each example"):
        arrays(inputs=[[1], [2]], targets=[[1, 2], [3, 4]], one_hot=True)


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "not.npz"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(BadFile, match=r"cannot be read as \.npz"):
        read_npz(file, INPUTS_AND_TARGETS, one_hot=False, divisor=1.0)
