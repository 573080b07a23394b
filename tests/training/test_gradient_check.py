"""The gradient check passes right gradients, fails wrong ones, and reports unmeasurable ones."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from promises import tries
from worlds import World, make_world, worlds

from training import gradient_check
from training.engine import cost_and_gradient
from training.gradient_check import GradientCheck, check_gradients
from training.network import Array, Network
from training.numerics.activations import Activation
from training.training_set import Examples


def check_all(world: World) -> GradientCheck:
    places = range(world.network.parameter_count)
    return check_gradients(world.network, world.parameters, world.examples, places)


@settings(max_examples=tries(25))
@given(worlds(), st.floats(0.01, 2.0))
def test_the_gradients_of_every_kind_of_network_pass(world: World, size: float) -> None:
    world.parameters = world.parameters * (size / 0.12)
    found = check_all(world)
    assert found.passed, found.largest
    assert found.example_count == len(world.examples.inputs)
    places = sorted(difference.parameter for difference in found.differences)
    assert places == list(range(world.network.parameter_count))


def large_inputs(hidden: Activation) -> World:
    """Return the world of 64-10-10 with inputs like those of images, up to 255."""
    pixels = np.arange(20 * 64, dtype=np.float64).reshape(20, 64) * 7 % 256
    targets = np.eye(10)[np.arange(20) % 10]
    return make_world(
        (64, 10, 10),
        pixels.tolist(),
        targets.tolist(),
        activations=(hidden, Activation.SOFTMAX),
        bias=True,
    )


@pytest.mark.parametrize("hidden", [Activation.TANH, Activation.SOFTPLUS, Activation.IDENTITY])
def test_large_inputs_fail_no_gradient_that_is_right(hidden: Activation) -> None:
    world = large_inputs(hidden)
    found = check_all(world)
    assert found.passed, [it for it in found.differences if not it.passed]


def test_large_costs_fail_no_gradient_that_is_right() -> None:
    targets = (np.arange(12.0).reshape(12, 1) * 1e4).tolist()
    inputs = (np.arange(36.0).reshape(12, 3) / 36).tolist()
    world = make_world(
        (3, 8, 1), inputs, targets, activations=(Activation.TANH, Activation.IDENTITY), bias=True
    )
    found = check_all(world)
    assert found.passed, [it for it in found.differences if not it.passed]


@pytest.mark.parametrize("size", [255.0, 1e4])
def test_a_cost_that_bends_within_the_usual_step_is_measured_with_a_smaller_one(
    size: float,
) -> None:
    world = make_world((1, 1), [[size]], [[0.75]])
    world.parameters = np.array([1.153 / size])  # the output is 0.76: a small gradient
    found = check_all(world)
    assert found.passed, found.largest
    assert found.largest.step < 6e-6


@given(st.integers(0, 14), st.sampled_from([1.0001, 0.999, -1.0, 0.0]))
def test_a_gradient_that_is_wrong_is_flagged(place: int, factor: float) -> None:
    def planted(network: Network, parameters: Array, examples: Examples) -> tuple[float, Array]:
        cost, gradient = cost_and_gradient(network, parameters, examples)
        gradient[place] *= factor
        return cost, gradient

    world = make_world(seed=2)
    world.parameters = world.parameters * 10
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gradient_check, "cost_and_gradient", planted)
        found = check_all(world)
    assert not found.passed
    assert found.failed == 1
    assert found.largest.parameter == place
    assert not found.largest.passed
    assert found.largest.difference > found.largest.tolerance


@pytest.mark.parametrize("activation", [Activation.RELU, Activation.LEAKY_RELU])
def test_a_kink_is_reported_and_does_not_fail(activation: Activation) -> None:
    world = make_world(
        (1, 1, 1),
        [[1.0]],
        [[1.0]],
        activations=(activation, Activation.IDENTITY),
    )
    world.parameters = np.array([1e-7, 3.0])  # the logit of the hidden unit is next to 0
    found = check_all(world)
    assert found.passed
    assert found.kinks == 1
    kink = found.differences[-1]
    assert kink.parameter == 0
    assert kink.kink
    assert kink.difference > kink.tolerance  # it would have failed
    assert not found.largest.kink

    world.parameters = np.array([0.1, 3.0])
    assert check_all(world).kinks == 0


def test_a_unit_that_is_at_0_whatever_its_weight_is_no_kink() -> None:
    world = make_world(
        (1, 1, 1), [[0.0]], [[1.0]], activations=(Activation.RELU, Activation.IDENTITY)
    )
    assert check_all(world).kinks == 0


def test_slopes_that_overflow_are_reported_and_do_not_fail() -> None:
    world = make_world((1, 2, 1), [[1.0]], [[1.0]], activations=(Activation.IDENTITY,) * 2)
    world.parameters = np.array([1e200, 1.0, 1e200, 1.0])
    found = check_all(world)
    assert found.passed
    assert (found.unmeasurable, found.kinks) == (4, 0)


@pytest.mark.parametrize("activation", [Activation.SIGMOID, Activation.RELU, Activation.IDENTITY])
@pytest.mark.parametrize("layers", [(2, 5, 1), (2, 3, 2, 2)])
@settings(max_examples=tries(15))
@example(signs=[*[1.7e308, 1.0] * 3, 0.0, 0.0, 1.7e308, 1.0, 1.0, *[0.0] * 9])
@given(signs=st.lists(st.sampled_from([1.7e308, -1.7e308, 1.0, 0.0]), min_size=20, max_size=20))
def test_right_gradients_pass_at_huge_weights(
    layers: tuple[int, ...], activation: Activation, signs: list[float]
) -> None:
    targets = [[0.0] * layers[-1], [1.0] * layers[-1]] * 2
    hidden = (activation,) * (len(layers) - 2)
    world = make_world(layers, targets=targets, activations=(*hidden, Activation.SIGMOID))
    world.parameters = np.array(signs[: world.network.parameter_count])
    found = check_all(world)
    assert found.passed, [it for it in found.differences if not it.passed]
    comparable = len(found.differences) - found.unmeasurable - found.kinks
    assert all(it.comparable for it in found.differences[:comparable])


def test_the_largest_difference_is_first_and_only_requested_parameters_are_checked() -> None:
    world = make_world(seed=3)
    found = check_gradients(world.network, world.parameters, world.examples, [3, 14, 7])
    assert {it.parameter for it in found.differences} == {3, 14, 7}
    badness = [it.difference / it.tolerance for it in found.differences]
    assert all(before >= after for before, after in pairwise(badness))
    assert found.largest is found.differences[0]


def test_nothing_is_changed_by_looking() -> None:
    world = make_world()
    before = world.parameters.copy()
    found = check_all(world)
    assert world.parameters.tobytes() == before.tobytes()
    assert replace(found, differences=found.differences) == check_all(world)
