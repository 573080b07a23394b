"""A preparation is learned from known values, exactly, and undone exactly where it must be."""

from fractions import Fraction
from math import nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import InvalidFields, Violations, validating
from training.tables.arrangement import arrangement
from training.tables.encoding import Column, encode_inputs, encode_rows
from training.tables.learning import learn
from training.tables.preparation import Preparation
from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Scaling,
    Table,
    TargetKind,
    Targets,
    check_table,
)

AGE = InputColumn("age", has_missing=True)
JOB = InputColumn("job", ColumnKind.CATEGORY, ("clerk", "nurse"))
COUNTS = Targets(TargetKind.NUMBERS, ("count",))
KIND = Targets(TargetKind.CLASSES, ("kind",), ("a", "b"))

finite = st.floats(-1e100, 1e100)


def learned(scaling: Scaling, filling: Filling, ages: list[float]) -> Preparation:
    table = Table((AGE,), COUNTS, scaling, filling)
    column = np.array(ages)
    inputs = np.column_stack([column, np.isnan(column)])
    with validating() as violations:
        return learn(violations, "set", table, inputs, np.zeros((len(ages), 1)), "uid")


@given(st.lists(finite, min_size=1, max_size=30), st.randoms())
def test_statistics_are_exact_and_do_not_depend_on_the_order(ages: list[float], random) -> None:  # type: ignore[no-untyped-def]
    filling = Filling(FillingKind.MEAN)
    found = learned(Scaling.STANDARDIZE, filling, [*ages, nan])
    mean = float(sum(map(Fraction, ages))) / len(ages)
    if len(set(ages)) == 1:
        mean = ages[0]
    assert found.fills == (mean, 0.0)
    shuffled = [*ages, nan]
    random.shuffle(shuffled)
    assert learned(Scaling.STANDARDIZE, filling, shuffled) == found
    assert found.example_count == len(ages) + 1


def test_each_scaling_and_filling_has_the_value_of_its_definition() -> None:
    ages = [1.0, nan, 4.0, 2.0, 9.0]
    standard = learned(Scaling.STANDARDIZE, Filling(FillingKind.MEDIAN), ages)
    assert standard.fills == (3.0, 0.0)
    assert standard.offsets == (4.0, 0.0)
    assert standard.scales == (sqrt((9 + 0 + 4 + 25) / 4), 1.0)
    between = learned(Scaling.MIN_MAX, Filling(FillingKind.CONSTANT, -7.0), ages)
    assert (between.fills, between.offsets, between.scales) == ((-7.0, 0.0), (1.0, 0.0), (8.0, 1.0))
    plain = learned(Scaling.NONE, Filling(FillingKind.MEAN), ages)
    assert (plain.fills, plain.offsets, plain.scales) == ((4.0, 0.0), (), ())


def test_a_constant_column_is_only_shifted() -> None:
    for scaling in (Scaling.STANDARDIZE, Scaling.MIN_MAX):
        found = learned(scaling, Filling(FillingKind.MEAN), [0.1, 0.1, 0.1, nan])
        assert found.offsets == (0.1, 0.0)
        assert found.inputs(np.array([[0.1, 0.0], [nan, 1.0]])).tolist() == [[0.0, 0.0], [0.0, 1.0]]


def test_what_cannot_be_learned_is_named() -> None:
    with pytest.raises(InvalidFields, match="'age' in the rows of training"):
        learned(Scaling.NONE, Filling(FillingKind.MEAN), [nan, nan])
    with pytest.raises(InvalidFields, match="'age' that are too large"):
        learned(Scaling.STANDARDIZE, Filling(FillingKind.MEAN), [1e308, -1e308, 1e200])
    kept = learned(Scaling.MIN_MAX, Filling(FillingKind.CONSTANT, 2.0), [nan])
    assert kept.fills == (2.0, 0.0)


def test_numbers_are_scaled_as_targets_and_back() -> None:
    table = Table((JOB,), COUNTS, Scaling.STANDARDIZE)
    targets = np.array([[1.0], [5.0], [6.0]])
    with validating() as violations:
        found = learn(violations, "set", table, np.eye(3)[:, :2], targets, "uid")
    prepared = found.targets(targets)
    assert prepared.mean() == pytest.approx(0.0, abs=1e-15)
    assert prepared.std() == pytest.approx(1.0)
    assert found.values(prepared) == pytest.approx(targets)
    assert (found.offsets, found.scales) == ((0.0, 0.0), (1.0, 1.0))


def test_columns_are_encoded_by_name_in_any_order() -> None:
    table = Table((AGE, JOB), KIND, filling=Filling(FillingKind.MEAN))
    columns = [
        Column("kind", np.empty(0), ("b", "a")),
        Column("job", np.empty(0), ("nurse", "clerk")),
        Column("w", np.array([1.0, 0.5])),
        Column("age", np.array([nan, 30.0])),
    ]
    with validating() as violations:
        rows = encode_rows(violations, table, columns, "w")
    assert rows is not None
    np.testing.assert_array_equal(rows.inputs, [[nan, 1, 0, 1], [30, 0, 1, 0]])
    np.testing.assert_array_equal(rows.targets, [[0, 1], [1, 0]])
    assert rows.weights is not None
    assert rows.weights.tolist() == [1.0, 0.5]
    with validating() as violations:
        inputs = encode_inputs(violations, table, [columns[3], columns[1]])
    np.testing.assert_array_equal(inputs, rows.inputs)


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ([], "must have the columns 'age', 'job'"),
        ([Column("age", np.array([1.0]))], "must have the columns 'job'"),
        ([Column("age", np.array([1.0])), Column("jobs", np.empty(0), ("clerk",))], "not 'jobs'"),
        ([Column("age", np.array([1.0])), Column("job", np.empty(0), ("cook",))], "not 'cook'"),
        ([Column("age", np.array([1.0])), Column("job", np.empty(0), ("",))], "not be missing"),
        ([Column("age", np.array([1.0])), Column("job", np.array([1.0]))], "column of names"),
        ([Column("age", np.array([np.inf])), Column("job", np.empty(0), ("clerk",))], "be finite"),
        ([Column("age", np.empty(0), ("old",)), Column("job", np.empty(0), ("clerk",))], "numbers"),
        ([Column("age", np.ones(2)), Column("job", np.empty(0), ("clerk",))], "must have 2 values"),
        ([Column("age", np.ones(1)), Column("age", np.ones(1))], "'age' again"),
        ([Column("age", np.empty(0)), Column("job", np.empty(0))], "at least one row"),
    ],
)
def test_a_prediction_never_guesses(columns: list[Column], problem: str) -> None:
    table = Table((AGE, JOB), KIND, filling=Filling(FillingKind.MEAN))
    violations = Violations()
    assert encode_inputs(violations, table, columns) is None
    assert any(problem in found.description for found in violations.found), violations.found


def test_the_columns_of_another_set_are_matched_by_name() -> None:
    table = Table((AGE, JOB), KIND, filling=Filling(FillingKind.MEAN))
    other = Table(
        (InputColumn("job", ColumnKind.CATEGORY, ("nurse",)), InputColumn("age")),
        Targets(TargetKind.CLASSES, ("kind",), ("b", "a")),
    )
    with validating() as violations:
        places = arrangement(violations, "set", table, other)
    # Its inputs: job = nurse, age. Those of the network: age, age is missing, clerk, nurse.
    assert places.inputs(np.array([[1.0, 30.0]])).tolist() == [[30.0, 0.0, 0.0, 1.0]]
    assert places.targets(np.array([[1.0, 0.0]])).tolist() == [[0.0, 1.0]]


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (Table((AGE,), KIND), "lacks the input columns 'job'"),
        (Table((AGE, JOB, InputColumn("x")), KIND), "has the input columns 'x'"),
        (Table((AGE, InputColumn("job")), KIND), "numbers in the column 'job'"),
        (Table((AGE, InputColumn("job", ColumnKind.BOOLEAN)), KIND), "True and False in the col"),
        (Table((AGE, InputColumn("job", ColumnKind.CATEGORY, ("cook",))), KIND), "'cook'"),
        (Table((AGE, JOB), Targets(TargetKind.CLASSES, ("kind",), ("b", "d"))), "classes 'd'"),
        (Table((AGE, JOB), Targets(TargetKind.CLASSES, ("sort",), ("a", "b"))), "'sort'"),
        (Table((AGE, JOB), COUNTS), "has numbers as targets"),
    ],
)
def test_columns_that_do_not_fit_are_named(other: Table, problem: str) -> None:
    table = Table((AGE, JOB), KIND, filling=Filling(FillingKind.MEAN))
    violations = Violations()
    arrangement(violations, "set", table, other)
    assert any(problem in found.description for found in violations.found), violations.found


def test_true_and_false_are_numbers_for_a_network_that_knows_numbers_only() -> None:
    plain, boolean = InputColumn("x"), InputColumn("x", ColumnKind.BOOLEAN)
    violations = Violations()
    arrangement(violations, "set", Table((plain,), KIND), Table((boolean,), KIND))
    assert not violations
    arrangement(violations, "set", Table((boolean,), KIND), Table((plain,), KIND))
    (found,) = violations.found
    problem = "has numbers in the column 'x', where the network has True and False"
    assert found.description == problem


def test_a_column_of_true_and_false_has_no_other_numbers() -> None:
    table = Table(
        (InputColumn("x", ColumnKind.BOOLEAN),), KIND, filling=Filling(FillingKind.MEDIAN)
    )
    good = Column("x", np.array([1.0, 0.0, nan]))
    with validating() as violations:
        encoded = encode_inputs(violations, table, [good])
    np.testing.assert_array_equal(encoded, [[1.0], [0.0], [nan]])
    violations = Violations()
    assert encode_inputs(violations, table, [Column("x", np.array([1.0, 5.0]))]) is None
    (found,) = violations.found
    assert found.field == "columns[0].numbers[1]"
    assert "be 1 or 0" in found.description


@pytest.mark.parametrize(
    "table",
    [
        Table((), KIND),
        Table((AGE,), KIND),  # nothing says how it is filled
        Table((InputColumn(""),), KIND),
        Table((InputColumn("kind"),), KIND),
        Table((InputColumn("x"), InputColumn("x")), KIND),
        Table((InputColumn("x", ColumnKind.CATEGORY),), KIND),
        Table((InputColumn("x", ColumnKind.CATEGORY, ("a", "a")),), KIND),
        Table((InputColumn("x", ColumnKind.NUMBER, ("a",)),), KIND),
        Table((InputColumn("x"),), Targets(TargetKind.CLASSES, ("y",), ("a",))),
        Table((InputColumn("x"),), Targets(TargetKind.CLASSES, ("y", "z"), ("a", "b"))),
        Table((InputColumn("x"),), Targets(TargetKind.NUMBERS, ())),
        Table((InputColumn("x"),), Targets(TargetKind.LABELS, ("y",), ("a", "b"))),
        Table((InputColumn("x"),), KIND, shape=(2, 2)),
        Table((InputColumn("x"),), KIND, filling=Filling(FillingKind.CONSTANT, nan)),
    ],
)
def test_a_table_that_means_nothing_is_refused(table: Table) -> None:
    with pytest.raises(InvalidFields), validating() as violations:
        check_table(violations, "table", table)
