"""Warnings about a network and its examples before the first update of a run."""

from collections.abc import Sequence

import numpy as np
import pytest
from worlds import World, make_world

from training.network import Array
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.warnings.start_warnings import warnings_of_parameters, warnings_of_targets
from training.warnings.warning import TrainingWarning

RELU, SIGMOID, TANH = Activation.RELU, Activation.SIGMOID, Activation.TANH
SQUARED_ERROR = CostFunction.SQUARED_ERROR


def of_targets(
    output: Activation, targets: list[list[float]], cost: CostFunction | None = SQUARED_ERROR
) -> Sequence[TrainingWarning]:
    world = make_world(
        (1, len(targets[0])),
        [[float(index)] for index in range(len(targets))],
        targets,
        activations=(output,),
        cost_function=cost,
    )
    return warnings_of_targets(world.network, world.examples)


def of_parameters(world: World, parameters: Array | None = None) -> Sequence[TrainingWarning]:
    start = world.parameters if parameters is None else parameters
    return warnings_of_parameters(world.network, 0, start, world.examples)


@pytest.mark.parametrize(
    ("output", "targets", "start"),
    [
        (
            TANH,
            [[0.5], [81.0]],
            "Target 1 of example 2 is 81, but outputs with the activation tanh are always",
        ),
        (TANH, [[-2.0], [1.5]], "Target 1 of example 1 is −2, but"),
        (SIGMOID, [[0.0, 0.5], [1.0, 1.25]], "Target 2 of example 2 is 1.25, but"),
        (
            RELU,
            [[5.0, -1.0], [-3.0, 7.0]],
            "Target 1 of example 2 is −3 (targets 1 and 2 in all), but outputs with",
        ),
        (Activation.SOFTPLUS, [[-0.5]], "Target 1 of example 1 is −0.5, but"),
    ],
)
def test_a_target_out_of_reach_is_named(
    output: Activation, targets: list[list[float]], start: str
) -> None:
    (warning,) = of_targets(output, targets)
    assert warning.code == "TARGETS_OUT_OF_REACH"
    assert warning.message.startswith(start)


@pytest.mark.parametrize(("output", "bounds"), [(TANH, "between −1 and 1"), (RELU, "at least 0")])
def test_the_bounds_of_the_outputs_are_named(output: Activation, bounds: str) -> None:
    (warning,) = of_targets(output, [[-5.0]])
    assert f"are always {bounds}: the cost" in warning.message


@pytest.mark.parametrize(
    ("output", "targets"),
    [
        (TANH, [[-1.0], [1.0]]),
        (SIGMOID, [[0.0], [1.0]]),
        (RELU, [[0.0], [1e9]]),
        (Activation.LEAKY_RELU, [[-1e9], [1e9]]),
        (Activation.IDENTITY, [[-81.0], [81.0]]),
    ],
)
def test_targets_within_reach_or_at_its_bounds_have_no_warning(
    output: Activation, targets: list[list[float]]
) -> None:
    assert not of_targets(output, targets)


@pytest.mark.parametrize("cost", [CostFunction.HINGE, CostFunction.POISSON])
def test_classes_and_counts_are_not_compared_with_outputs(cost: CostFunction) -> None:
    assert not of_targets(TANH, [[0.0], [1.0], [5.0]], cost)


def test_a_softmax_of_one_output_is_always_one() -> None:
    cost = CostFunction.CATEGORICAL_CROSS_ENTROPY
    (warning,) = of_targets(Activation.SOFTMAX, [[1.0], [1.0]], cost)
    assert warning.code == "SOFTMAX_WITH_ONE_OUTPUT"


def test_a_hidden_layer_of_relus_that_are_all_zero_is_dead() -> None:
    world = make_world(activations=(RELU, SIGMOID))
    parameters = world.parameters.copy()
    parameters[:10] = -np.abs(parameters[:10]) - 0.1
    (warning,) = of_parameters(world, parameters)
    assert warning.code == "DEAD_UNITS"
    assert warning.message == (
        "All 5 units of hidden layer 1 (relu) are 0 for every example at update 0: this passes no"
        " gradient on, so nothing up to this layer can learn."
    )
    assert "leaky-relu" in warning.action
    parameters[3] = 0.1  # one unit is enough
    assert not of_parameters(world, parameters)


def test_each_dead_output_is_named_because_no_other_can_revive_it() -> None:
    world = make_world((2, 3), targets=[[0.5] * 3] * 4, activations=(RELU,))
    parameters = np.array([0.1, 0.2, -0.1, -0.2, 0.3, 0.1])
    (warning,) = of_parameters(world, parameters)
    assert warning.message.startswith("Output 2 (relu) is 0 for every example at update 0:")


def test_saturated_units_are_dead_unless_their_derivative_cancels_out() -> None:
    inputs = [[400.0, 500.0], [300.0, 900.0]]
    parameters = np.full(3, 10.0)
    for cost, count in ((SQUARED_ERROR, 2), (None, 1)):
        world = make_world(
            (2, 1, 1), inputs, [[0.5], [0.4]], activations=(TANH, SIGMOID), cost_function=cost
        )
        parameters[-1] = 1e3
        found = of_parameters(world, parameters)
        assert [each.code for each in found] == ["DEAD_UNITS"] * count
        assert found[0].message.startswith(
            "The only unit of hidden layer 1 (tanh) is saturated for every example at update 0:"
        )


def test_hidden_units_that_start_equal_stay_equal() -> None:
    world = make_world((2, 3, 2, 1), bias=True)
    parameters = np.zeros_like(world.parameters)
    found = of_parameters(world, parameters)
    assert [each.code for each in found] == ["EQUAL_UNITS"] * 2
    assert not warnings_of_parameters(
        world.network, 0, parameters, world.examples, drops_units=True
    )
    assert found[1].message.startswith("All 2 units of hidden layer 2 have the same weights")
    parameters[-3] = 0.1  # weights of the output tell the units of hidden layer 2 apart
    assert [each.code for each in of_parameters(world, parameters)] == ["EQUAL_UNITS"]


def test_only_some_examples_are_tried_if_they_are_many() -> None:
    count = 40_000
    world = make_world((1, 300, 1), [[0.5]] * count, [[0.25]] * count, activations=(RELU, SIGMOID))
    (warning,) = of_parameters(world, -np.abs(world.parameters))
    assert "are 0 for 8,000 examples at update 0" in warning.message
