"""Label smoothing: training sees smoothed targets, evaluations see those of the set."""

from dataclasses import replace

import numpy as np
import pytest
from worlds import World, make_world

from training.batch_update import batch_gradient, batch_update
from training.engine import cost_and_gradient
from training.errors import Violations
from training.label_smoothing import check_label_smoothing, smoothed
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.run_examples import RunExamples
from training.settings import check_settings
from training.training_set import Examples
from training.update import State


def world_of(outputs: Activation, cost: CostFunction) -> World:
    world = make_world(
        (2, 3, 4),
        targets=np.eye(4).tolist(),
        activations=(Activation.TANH, outputs),
        cost_function=cost,
    )
    world.settings = replace(world.settings, label_smoothing=0.2)
    return world


@pytest.mark.parametrize(
    ("outputs", "cost", "no", "yes"),
    [
        (Activation.SOFTMAX, CostFunction.CATEGORICAL_CROSS_ENTROPY, 0.05, 0.85),
        (Activation.SIGMOID, CostFunction.CROSS_ENTROPY, 0.1, 0.9),
    ],
)
def test_a_run_trains_on_the_smoothed_targets(
    outputs: Activation, cost: CostFunction, no: float, yes: float
) -> None:
    world = world_of(outputs, cost)
    targets = smoothed(world.network, world.settings, world.examples.targets)
    np.testing.assert_allclose(targets, np.where(np.eye(4) == 1.0, yes, no), rtol=1e-15)
    opening = world.open()
    assert opening.run is not None
    before = State(0, world.parameters)
    update = batch_update(world.network, opening.run, 0, before, RunExamples(world.examples))
    assert update.examples.targets.tobytes() == targets[:3].tobytes()
    plain = replace(opening.run, settings=replace(world.settings, label_smoothing=0.0))
    smooth = Examples(world.examples.inputs, targets)
    wanted = batch_update(world.network, plain, 0, before, RunExamples(smooth))
    assert update.after is not None
    assert wanted.after is not None
    assert update.after.parameters.tobytes() == wanted.after.parameters.tobytes()
    gradient = batch_gradient(
        world.network, opening.run, 0, world.parameters, RunExamples(world.examples)
    )
    batch = Examples(smooth.inputs[:3], smooth.targets[:3])
    assert (
        gradient.tobytes() == cost_and_gradient(world.network, world.parameters, batch)[1].tobytes()
    )


def test_without_smoothing_the_targets_are_those_of_the_set() -> None:
    world = world_of(Activation.SIGMOID, CostFunction.CROSS_ENTROPY)
    settings = replace(world.settings, label_smoothing=0.0)
    assert smoothed(world.network, settings, world.examples.targets) is world.examples.targets


@pytest.mark.parametrize("cost", CostFunction)
def test_only_costs_of_probabilities_have_smoothed_labels(cost: CostFunction) -> None:
    outputs = cost.definition.activation or Activation.IDENTITY
    world = world_of(outputs, cost)
    violations = Violations()
    check_label_smoothing(violations, "settings", world.network, world.settings)
    expected = [] if cost.definition.activation else ["settings.label_smoothing"]
    assert [each.field for each in violations.found] == expected


@pytest.mark.parametrize(
    ("smoothing", "is_valid"),
    [(0.0, True), (0.999, True), (1.0, False), (-0.1, False), (float("nan"), False)],
)
def test_the_smoothing_is_at_least_0_and_less_than_1(smoothing: float, is_valid: bool) -> None:
    world = world_of(Activation.SIGMOID, CostFunction.CROSS_ENTROPY)
    violations = Violations()
    settings = replace(world.settings, label_smoothing=smoothing)
    check_settings(violations, "settings", settings, 4)
    assert (violations.found == []) is is_valid
