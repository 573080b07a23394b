"""Warnings about training sets, from their examples alone."""

from time import thread_time

import numpy as np
import pytest

from training.network import Array
from training.tables.table import ColumnKind, InputColumn, Table, TargetKind, Targets
from training.training_set import BUILT_IN, Examples
from training.warnings.set_warnings import names_of, warnings_of_set
from training.warnings.warning import WarningCode

VARIED = [[0.2], [0.9], [0.4], [0.7], [0.1]]


def examples(inputs: list[list[float]], targets: list[list[float]]) -> Examples:
    return Examples(np.array(inputs), np.array(targets))


def codes(found: Examples) -> list[str]:
    return [each.code.value for each in warnings_of_set(found)]


def message(found: Examples) -> str:
    """Return the message of the only warning, about one thing or several throughout."""
    (warning,) = warnings_of_set(found)
    assert warning.action.endswith(".")
    if warning.code in {WarningCode.CONSTANT_TARGET, WarningCode.CLASS_WITH_ONE_EXAMPLE}:
        is_of_several = warning.message.startswith(("Targets", "Classes"))
        assert (" them" in warning.action) is is_of_several
    return warning.message


@pytest.mark.parametrize("built_in", BUILT_IN, ids=lambda each: each[0].id)
def test_a_truth_table_is_learned_as_it_is(built_in: tuple[object, Examples]) -> None:
    assert codes(built_in[1]) == []


def test_inputs_of_very_different_size_are_compared_by_their_largest_values() -> None:
    inputs = [[-10_000.0, 0.5], [20.0, -0.25], [3.0, 0.1], [4.0, 0.2], [5.0, 0.0]]
    found = message(examples(inputs, VARIED))
    assert found.startswith(
        "Input 1 has values up to 10,000 in size, but input 2 only up to 0.5: the small one"
    )


def test_an_input_that_is_always_zero_has_no_size() -> None:
    inputs = [[1.0, 0.0], [2.0, 0.0], [3.0, 0.0], [4.0, 0.0], [5.0, 0.0]]
    assert codes(examples(inputs, VARIED)) == []
    assert codes(examples([[0.0]] * 5, VARIED)) == []


def test_inputs_that_are_all_large_are_named_once() -> None:
    inputs = [[255.0, 100.0], [0.0, 20.0], [17.0, 200.0], [4.0, 31.0], [5.0, 2.0]]
    assert message(examples(inputs, VARIED)).startswith("Input 1 has values up to 255 in size:")
    assert codes(examples([[100.0]] * 5, VARIED)) == []


def test_the_largest_finite_numbers_are_compared_too() -> None:
    inputs = [[1.7e308, 5e-324]] * 5
    assert codes(examples(inputs, VARIED)) == ["INPUTS_OF_DIFFERENT_SIZE"]


@pytest.mark.parametrize(
    ("targets", "start"),
    [
        ([[0.5, 1.0], [0.5, 2.0], [0.5, 3.0]], "Target 1 is 0.5 in all 3 examples:"),
        ([[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]], "Targets 1 and 2 are 0.5 in all 3 examples:"),
        ([[0.5, 81.0], [0.5, 81.0]], "Targets 1 and 2 are the same in all 2 examples:"),
        ([[4.0] * 9] * 3, "Targets 1, 2, 3, 4 and 5 others are 4 in all 3 examples:"),
    ],
)
def test_a_constant_target_is_named(targets: list[list[float]], start: str) -> None:
    inputs = [[index + 0.5] for index in range(len(targets))]
    assert message(examples(inputs, targets)).startswith(start)


def test_inputs_and_targets_have_the_names_of_the_table() -> None:
    table = Table(
        (InputColumn("dose"), InputColumn("pet", ColumnKind.CATEGORY, ("cat", "dog"))),
        Targets(TargetKind.CLASSES, ("kind",), ("rare", "common", "never")),
    )
    inputs = [[1e4, 1.0, 0.0], [2.0, 0.0, 1.0], [3.0, 1.0, 0.0]]
    found = examples(inputs, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    messages = [each.message for each in warnings_of_set(found, names_of(table, table.targets))]
    assert [each.partition(":")[0] for each in messages] == [
        "Input 1 (dose) has values up to 10,000 in size, but input 2 (pet = cat) only up to 1",
        "Target 3 (never) is 0 in all 3 examples",
        "Class 1 (rare) has only 1 of the 3 examples",
    ]


def test_a_label_is_named_with_its_value() -> None:
    table = Table((InputColumn("dose"),), Targets(TargetKind.LABELS, ("ill",)))
    found = examples([[1.0], [2.0], [3.0]], [[1.0], [0.0], [0.0]])
    (warning,) = warnings_of_set(found, names_of(table, table.targets))
    assert warning.message.startswith("The value 1 of ill has only 1 of the 3 examples:")


def test_the_target_of_a_single_example_is_not_called_constant() -> None:
    assert codes(examples([[0.5]], [[0.25]])) == []


def test_a_class_that_never_occurs_is_a_constant_target() -> None:
    targets = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    found = message(examples([[0.1], [0.2], [0.3], [0.4]], targets))
    assert found.startswith("Target 3 is 0 in all 4 examples:")


@pytest.mark.parametrize(
    ("targets", "start"),
    [
        ([[1, 0], [1, 0], [0, 1]], "Class 2 has only 1 of the 3 examples:"),
        (
            [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]],
            "Classes 2 and 3 have only 1 each of the 4 examples:",
        ),
        ([[0], [0], [0], [0], [1]], "Target 1 has only 1 of the 5 examples:"),
        ([[1], [1], [0]], "Target 0 has only 1 of the 3 examples:"),
    ],
)
def test_a_class_with_one_example_is_named(targets: list[list[float]], start: str) -> None:
    inputs = [[index + 0.5] for index in range(len(targets))]
    assert message(examples(inputs, np.array(targets, dtype=float).tolist())).startswith(start)


def test_classes_of_one_example_each_are_a_mapping() -> None:
    eight = np.eye(8)
    assert codes(Examples(eight, eight)) == []


def test_targets_that_are_not_classes_have_no_class_with_one_example() -> None:
    assert codes(examples([[1.0], [2.0], [3.0]], [[1.0, 0.0], [1.0, 0.0], [0.5, 0.5]])) == []
    assert codes(examples([[1.0], [2.0], [3.0]], [[1.0, 1.0], [1.0, 0.0], [0.0, 0.0]])) == []
    assert codes(examples([[1.0], [2.0], [3.0]], [[1.0], [1.0], [2.0]])) == []


def made_up(count: int) -> Examples:
    """Return examples with one warning of each kind that they can have at once."""
    random = np.random.default_rng(1)
    inputs: Array = random.random((count, 20))
    inputs[:, 3] *= 1e4
    targets = np.zeros((count, 6))
    targets[np.arange(count), random.integers(0, 4, count)] = 1.0
    targets[count - 1] = [0, 0, 0, 0, 1, 0]
    return Examples(inputs, targets)


@pytest.mark.parametrize("count", [1_000, 20_000])
def test_every_kind_is_found_in_chunks(count: int) -> None:
    assert codes(made_up(count)) == [
        WarningCode.INPUTS_OF_DIFFERENT_SIZE,
        WarningCode.CONSTANT_TARGET,
        WarningCode.CLASS_WITH_ONE_EXAMPLE,
    ]


def test_200_000_examples_take_less_than_100_milliseconds() -> None:
    found = made_up(200_000)

    def seconds() -> float:
        begin = thread_time()
        warnings_of_set(found)
        return thread_time() - begin

    assert min(seconds() for _ in range(5)) < 0.1
