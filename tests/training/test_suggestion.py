"""Suggested settings follow from the targets and the size of a training set, and are valid."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from training.errors import validating
from training.generators import Generator, GeneratorKind
from training.numerics.activations import Activation
from training.settings import check_settings
from training.suggestion import suggestion_for
from training.tables.table import InputColumn, Table, TargetKind, Targets
from training.training_set import BUILT_IN, TrainingSet

INPUTS = tuple(InputColumn(name) for name in "abc")
CLASSES = Targets(TargetKind.CLASSES, ("kind",), ("x", "y"))


def test_points_of_a_generator_get_a_long_run() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    for kind, output in (
        (GeneratorKind.SPIRAL, Activation.SIGMOID),
        (GeneratorKind.PEAKS, Activation.IDENTITY),
    ):
        generator = Generator(kind, 200, 0.1, 3)
        found = suggestion_for(TrainingSet("arms", "uid", 2, 1, 200, now, generator=generator))
        assert found is not None
        assert found.layer_sizes == (2, 8, 8, 1)
        assert found.activations == (Activation.TANH, Activation.TANH, output)
        assert found.settings.validation is not None
        assert not found.settings.stop.patience


def set_of(targets: Targets, examples: int) -> TrainingSet:
    table = Table(INPUTS, targets)
    outputs = len(table.target_units)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return TrainingSet("wine", "uid", 3, outputs, examples, now, table=table)


@pytest.mark.parametrize(
    ("targets", "output"),
    [
        (CLASSES, Activation.SOFTMAX),
        (Targets(TargetKind.LABELS, ("p", "q")), Activation.SIGMOID),
        (Targets(TargetKind.NUMBERS, ("p",)), Activation.IDENTITY),
    ],
)
@pytest.mark.parametrize("examples", [1, 19, 20, 1_000_000])
def test_they_fit_the_targets_and_are_valid(
    targets: Targets, output: Activation, examples: int
) -> None:
    training_set = set_of(targets, examples)
    found = suggestion_for(training_set)
    assert found is not None
    assert found.activations[-1] is output
    assert (found.layer_sizes[0], found.layer_sizes[-1]) == (3, training_set.target_count)
    assert (found.settings.validation is not None) == (examples >= 20)
    with validating() as violations:
        check_settings(violations, "settings", found.settings, examples)


def test_hidden_units_grow_with_the_inputs() -> None:
    for inputs, hidden in ((1, 8), (8, 8), (13, 16), (64, 64), (784, 64)):
        found = suggestion_for(replace(set_of(CLASSES, 50), input_count=inputs))
        assert found is not None
        assert found.layer_sizes[1] == hidden


def test_without_names_nothing_is_suggested() -> None:
    assert suggestion_for(BUILT_IN[0][0]) is None
