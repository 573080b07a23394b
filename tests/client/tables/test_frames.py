"""Tables in the memory of a Python program are read like those in files."""

import math
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from clearprop.tables.examples import Examples
from clearprop.tables.options import examples_of
from clearprop.tables.prediction import is_table, rows_of_table
from clearprop.v1.training_set_pb2 import ImageShape
from later import Later
from tables import input_names, rows

sk = Later("scikit_learn")

COLUMNS: dict[str, list[Any]] = {
    "age": [39, 4, 5],
    "city": ["Rome", None, "Oslo"],
    "fit": [True, False, True],
    "height": [1.5, None, 2.5],
    "y": ["b", "a", "b"],
}
OBJECTS = [dict(zip(COLUMNS, row, strict=True)) for row in zip(*COLUMNS.values(), strict=True)]


class Bunch(dict[str, Any]):
    """As that of scikit-learn."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(name) from None


@pytest.mark.parametrize(
    "table",
    [
        COLUMNS,
        OBJECTS,
        dict(pd.DataFrame(COLUMNS)),
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS, index=["x", "y", "z"]),
        pd.DataFrame(COLUMNS).convert_dtypes(),
        pd.DataFrame(COLUMNS).astype({"city": "category", "y": "category"}),
        pd.DataFrame(COLUMNS, dtype=object),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).with_columns(pl.col("city").cast(pl.Categorical)),
        pa.table(COLUMNS),
        pa.table(COLUMNS).set_column(1, "city", pa.array(COLUMNS["city"]).dictionary_encode()),
    ],
    ids=[
        "dict",
        "rows",
        "dict-of-series",
        "pandas",
        "pandas-index",
        "pandas-nullable",
        "pandas-category",
        "pandas-object",
        "polars",
        "polars-categorical",
        "arrow",
        "arrow-dictionary",
    ],
)
def test_a_table_in_memory_is_read(table: Any) -> None:
    assert is_table(table)
    found = examples_of(table, {"targets": "y", "one_hot": True, "missing": "median"})
    assert input_names(found) == ["age", "city", "fit", "height"]
    inputs, targets = rows(found)
    assert [row[:3] for row in inputs] == [[39, "Rome", 1], [4, "", 0], [5, "Oslo", 1]]
    assert inputs[0][3] == 1.5
    assert math.isnan(inputs[1][3])
    assert targets == [["b"], ["a"], ["b"]]
    message = found.message
    assert sorted(message.inputs[1].categories) == ["Oslo", "Rome"]
    assert [each.has_missing for each in message.inputs] == [False, True, False, True]
    assert message.targets.classes == ["a", "b"]


def test_declared_categories_keep_their_order_and_make_classes() -> None:
    kind = pd.CategoricalDtype(["low", "middle", "high"], ordered=True)
    frame = pd.DataFrame({"a": [1.0, 2.0], "level": pd.Series(["high", "low"], dtype=kind)})
    assert examples_of(frame, {"targets": "level"}).message.targets.classes == [
        "low",
        "middle",
        "high",
    ]
    other = pl.DataFrame({"a": [1.0], "level": pl.Series(["high"], dtype=pl.Enum(["low", "high"]))})
    found = examples_of(other, {"targets": "a"})
    assert found.message.inputs[0].categories == ["low", "high"]


def bunch(**content: Any) -> Bunch:
    return Bunch({"data": np.array([[1.0, 2.0], [3.0, 4.0]])} | content)


def test_data_sets_of_scikit_learn_have_names() -> None:
    names = {"feature_names": ["length", "width"], "target_names": np.array(["setosa", "oak"])}
    found = examples_of(bunch(target=np.array([1, 0]), **names), {})
    assert input_names(found) == ["length", "width"]
    assert found.message.targets.names == ["target"]
    assert found.message.targets.classes == ["setosa", "oak"]
    assert rows(found) == ([[1.0, 2.0], [3.0, 4.0]], [["oak"], ["setosa"]])
    frame = pd.DataFrame({"length": [1.0, 3.0], "width": [2.0, 4.0]})
    series = pd.Series([1, 0], name="target")
    as_frame = Bunch(data=frame, target=series, frame=None, **names)
    assert examples_of(as_frame, {}).message == found.message

    numbers = examples_of(bunch(target=np.array([151.0, 75.0]), feature_names=["a", "b"]), {})
    assert rows(numbers)[1] == [[151.0], [75.0]]
    several = bunch(target=np.array([[1.0, 5.0], [2.0, 6.0]]), target_names=["p", "q"])
    found = examples_of(several, {})
    assert input_names(found) == ["feature.1", "feature.2"]
    assert found.message.targets.names == ["p", "q"]


def test_integers_name_columns_and_none_is_no_scaling() -> None:
    frame = pd.DataFrame([[0.5, 2, 1], [1.5, 3, 0]])
    found = examples_of(
        frame, {"targets": 2, "inputs": [1, 0], "categories": 1, "scaling": None, "missing": None}
    )
    assert input_names(found) == ["1", "0"]
    assert found.message.targets.names == ["2"]
    assert found.message.inputs[0].categories == ["2", "3"]
    assert not found.message.scaling


@pytest.mark.parametrize("as_frame", [False, True])
def test_the_data_sets_of_scikit_learn_are_read(*, as_frame: bool) -> None:
    found = examples_of(sk.datasets.load_iris(as_frame=as_frame), {})
    assert input_names(found)[0] == "sepal length (cm)"
    assert found.message.targets.classes == ["setosa", "versicolor", "virginica"]
    digits = examples_of(sk.datasets.load_digits(as_frame=as_frame), {"image_shape": (8, 8)})
    assert digits.message.targets.classes == [*"0123456789"]
    assert digits.image_shape == ImageShape(height=8, width=8, channels=1)
    diabetes = examples_of(sk.datasets.load_diabetes(as_frame=as_frame), {})
    assert rows(diabetes)[1][0] == [151.0]
    several = examples_of(sk.datasets.load_linnerud(as_frame=as_frame), {})
    assert several.message.targets.names == ["Weight", "Waist", "Pulse"]
    assert not several.message.targets.classes


@pytest.mark.parametrize(
    ("table", "options", "problem"),
    [
        ({"a": [1, "x", 2], "y": [1, 0, 1]}, {}, "Row 2, column a: 'x' is not a number, but 2 of"),
        (
            {"a": [1, "x", 2], "y": [1, 0, 1]},
            {},
            "the column as categories with categories a",
        ),
        ({"a": [1], "y": ["p"]}, {}, "Row 1, column y: 'p' is not a number. If the column has cla"),
        (
            {"a": [1, None], "y": [1, 0]},
            {},
            "Row 2, column a: The value is missing: fill",
        ),
        ({"a": [1, None], "y": [1, 0]}, {}, "values with missing mean, median or a number"),
        ({"a": [1, 2], "y": [1]}, {}, "a has 2 rows and y has 1"),
        ({"a": [1]}, {}, "Unknown column 'y' in targets"),
        ({"a": [{}], "y": [1]}, {}, "Row 1, column a: a value of type dict is neither a number"),
        ({"a": [2**53 + 1], "y": [1]}, {}, "Row 1, column a: 9007199254740993 is an integer that"),
        ({"a": [10**400], "y": [1]}, {}, "is too large for a float64"),
        ({"a": "text", "y": [1]}, {}, "Column a is not a list of values"),
        ({"a": [], "y": []}, {}, "has no rows"),
        ({"a": np.array([1, np.inf]), "y": [1, 0]}, {}, "Row 2, column a: inf is not finite"),
        (
            pd.DataFrame({"a": pd.to_datetime(["2020-01-01"]), "y": [1]}),
            {},
            "a: a value of type Timestamp is",
        ),
        (pl.DataFrame({"a": [[1]], "y": [1]}), {}, "Row 1, column a: a value of type list"),
        ([1, 2], {}, "A table is a frame of pandas or polars"),
        ({"a": [1], "y": [1]}, {"scaling": "max"}, "Unknown scaling 'max'. Use one of standardi"),
        ({"a": [1], "y": [1]}, {"missing": "mode"}, "missing must be 'mean', 'median' or a num"),
    ],
)
def test_a_bad_table_in_memory_is_a_value_error(table: Any, options: Any, problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is compared
        examples_of(table, {"targets": "y"} | options)
    assert problem in str(caught.value)
    assert "--" not in str(caught.value)


def test_rows_for_a_prediction_are_those_of_the_known_table() -> None:
    known = known_table()
    table = rows_of_table(pd.DataFrame({"c": [2.0, 1.0], "a": [5, 6], "b": [0, 0]}), known)
    assert [each.name for each in table.columns] == ["a", "c"]
    assert [each.part(0, 2) for each in table.columns] == [[5.0, 6.0], ["2", "1"]]
    with pytest.raises(ValueError, match=r"1 column is missing: c\. There are a\."):
        rows_of_table({"a": [1]}, known)


def known_table() -> Any:
    table: dict[str, Any] = {"a": [1, 2], "c": [1, 2], "y": [0, 1]}
    found: Examples = examples_of(table, {"targets": "y", "categories": ["c"]})
    return found.message


def test_arrays_are_not_tables() -> None:
    for each in ([[1.0, 2.0]], np.zeros((2, 2)), [], pd.Series([1.0])):
        assert not is_table(each)
