"""Cost profiles have the costs of the network, and sentences agree with the lines."""

from dataclasses import replace

import numpy as np
import pytest
from explanations import update_of, updates, whole
from hypothesis import given, settings
from numerics import same_bits
from promises import tries
from worlds import World, make_world

from training.batch_update import BatchUpdate
from training.engine import cost_and_gradient
from training.explanation.place import WeightPlace
from training.explanation.profile import POINTS
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.schedule import LearningRateSchedule
from training.trace import trace


@given(updates())
@settings(max_examples=tries(15))
def test_a_profile_has_the_costs_that_the_network_would_have(
    chosen: tuple[BatchUpdate, WeightPlace],
) -> None:
    update, place = chosen
    found = whole(update, place).profile
    assert found is not None
    offset = place.offset(update.network)
    assert len(found.values) == len(found.costs) == POINTS
    assert (np.diff(found.values) > 0).all()
    middle = POINTS // 2
    assert same_bits(found.values[middle], update.before.parameters[offset])
    cost, gradient = cost_and_gradient(
        update.network, update.before.parameters, update.examples, update.dropout
    )
    assert same_bits(found.costs[middle], cost)
    assert same_bits(found.slope, gradient[offset])
    elsewhere = update.before.parameters.copy()
    elsewhere[offset] = found.values[7]
    moved, _ = cost_and_gradient(update.network, elsewhere, update.examples, update.dropout)
    assert same_bits(found.costs[7], moved)


@given(updates())
@settings(max_examples=tries(15))
def test_words_say_where_the_weight_goes(chosen: tuple[BatchUpdate, WeightPlace]) -> None:
    found = whole(*chosen)
    first = found.sentences[0]
    if found.after > found.before:
        assert " increases by " in first or "inf" in first
    elif found.after < found.before:
        assert " decreases by " in first or "inf" in first
    else:
        assert "stays" in first or "nan" in first


def words(world: World, place: WeightPlace, index: int = 0) -> str:
    return " ".join(whole(update_of(world, index), place).sentences)


def test_an_output_that_is_too_low_pushes_its_weights_up() -> None:
    update = update_of(make_world(targets=[[1.0]] * 4, batch_size=1), 0)
    told = " ".join(whole(update, WeightPlace(2, 0, 0)).sentences)
    (output,) = trace(update).examples[0].activations[-1].tolist()
    assert f"In example 1, output 1 was {output:.4g} with target 1; hidden 1 was 0.5. " in told
    assert ". This pushes the weight up." in told
    assert "learning rate, 0.5" in told


def test_a_weight_whose_input_is_0_cannot_move() -> None:
    told = words(make_world(batch_size=1), WeightPlace(1, 0, 0))
    assert "Its input, input 1, was 0 for every example, so its gradient is 0." in told
    assert "Hidden 1 ← input 1 stays at" in told


def test_a_unit_that_is_inactive_has_no_gradient() -> None:
    world = make_world(
        activations=(Activation.RELU, Activation.SIGMOID),
        inputs=[[1.0, 1.0]],
        targets=[[1.0]],
        batch_size=1,
    )
    world.parameters[:2] = -1.0
    told = words(world, WeightPlace(1, 0, 0))
    assert "Hidden 1 had no logit above 0 in any example" in told


@pytest.mark.parametrize(
    ("kind", "carrier"), [(OptimizerKind.MOMENTUM, "velocity"), (OptimizerKind.ADAM, "mean")]
)
def test_a_weight_without_a_gradient_can_be_carried_on(kind: OptimizerKind, carrier: str) -> None:
    world = make_world(
        inputs=[[1.0, 0.0], [0.0, 1.0]],
        targets=[[0.0], [0.0]],
        batch_size=1,
        optimizer=Optimizer(kind),
    )
    told = words(world, WeightPlace(1, 0, 0), 1)
    assert "was 0 for every example" in told
    assert f"The {carrier}" in told
    assert " earlier " in told


def test_weight_decay_is_described() -> None:
    world = make_world(optimizer=Optimizer(weight_decay=0.1))
    assert "Weight decay pushes it toward 0" in words(world, WeightPlace(2, 0, 0))


def test_decoupled_weight_decay_is_described_with_the_learning_rate_of_the_update() -> None:
    adamw = Optimizer(OptimizerKind.ADAMW, weight_decay=0.1)
    world = make_world(optimizer=adamw, learning_rate=0.5)
    world.settings = replace(world.settings, schedule=LearningRateSchedule(warmup=4))
    told = words(world, WeightPlace(2, 0, 0))
    assert "Weight decay moves it toward 0 by 0.01 of its value." in told


def test_an_output_equal_to_its_target_has_no_error() -> None:
    world = make_world(
        (1, 1),
        [[1.0]],
        [[0.5]],
        activations=(Activation.IDENTITY,),
        cost_function=CostFunction.SQUARED_ERROR,
        batch_size=1,
    )
    world.parameters[:] = 0.5
    assert "equal to its target in every example" in words(world, WeightPlace(1, 0, 0))


def test_a_profile_that_would_take_minutes_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.explanation.profile.MOST_WORK", POINTS * 3 * 15 - 1)
    update = update_of(make_world(), 0)
    assert whole(update, WeightPlace(1, 0, 0)).profile is None


def test_a_small_step_is_described_with_the_digits_that_it_changes() -> None:
    world = make_world(learning_rate=1e-9)
    first = words(world, WeightPlace(2, 0, 0)).split(".\n")[0].split(". ")[0]
    before, after = first.rpartition("from ")[2].split(" to ")
    assert before != after


def test_where_one_of_two_factors_is_0_for_each_example_both_are_named() -> None:
    world = make_world(
        inputs=[[0.0, 1.0], [1.0, 0.0]],
        targets=[[1.0], [1.0]],
        batch_size=2,
        activations=(Activation.RELU, Activation.SIGMOID),
    )
    world.parameters[:2] = (-1.0, 1.0)  # hidden 1 is off exactly where input 1 is not 0
    reason = "the product of its input and the error at hidden 1 is 0"
    assert reason in words(world, WeightPlace(1, 0, 0))


def test_a_hidden_unit_that_is_off_silences_the_weights_above_it() -> None:
    world = make_world(activations=(Activation.RELU, Activation.SIGMOID), batch_size=4)
    world.parameters[:2] = -1.0
    assert "Its input, hidden 1, was 0 for every example" in words(world, WeightPlace(2, 0, 0))
