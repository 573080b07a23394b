"""Costs of examples, and which of them are classified correctly."""

from dataclasses import replace
from math import nan

import numpy as np
import pytest
from hypothesis import given
from worlds import World, make_world, worlds

from training import evaluation
from training.engine import outputs_and_costs
from training.evaluation import evaluate
from training.numerics.activations import Activation
from training.training_set import Examples

Rows = list[list[float]]


@given(worlds())
def test_the_cost_is_the_mean_of_the_costs_added_up_in_their_order(world: World) -> None:
    _, costs = outputs_and_costs(world.network, world.parameters, world.examples)
    total = 0.0
    for cost in costs:
        total = total + float(cost)
    found = evaluate(world.network, world.parameters, world.examples)
    assert found.cost == total / len(costs)
    assert found.example_count == len(costs)


@given(worlds())
def test_the_cost_is_that_of_an_update_with_all_examples(world: World) -> None:
    settings = replace(world.settings, batch_size=len(world.examples.inputs), shuffle_seed=None)
    trainer = world.trainer(world.open(settings=settings))
    segment = trainer.advance().addition.segment
    if segment is not None:
        found = evaluate(world.network, world.parameters, world.examples)
        assert found.cost == segment.costs[0]


def correct(
    monkeypatch: pytest.MonkeyPatch, activation: Activation, outputs: Rows, targets: Rows
) -> int | None:
    """Return how many examples are right when the network's outputs are these."""
    network = make_world(
        (1, len(outputs[0])), [[0.0]], [[0.0] * len(outputs[0])], activations=(activation,)
    ).network
    answer = np.array(outputs), np.zeros(len(outputs))
    monkeypatch.setattr(evaluation, "outputs_and_costs", lambda *_: answer)
    examples = Examples(np.zeros((len(outputs), 1)), np.array(targets))
    return evaluate(network, np.empty(0), examples).correct


SIGMOID, TANH, SOFTMAX = Activation.SIGMOID, Activation.TANH, Activation.SOFTMAX
IDENTITY = Activation.IDENTITY


@pytest.mark.parametrize(
    ("activation", "outputs", "targets", "expected"),
    [
        # One 1 among zeros: the largest output.
        (SOFTMAX, [[0.2, 0.5, 0.3], [0.2, 0.3, 0.5]], [[0, 1, 0], [0, 1, 0]], 1),
        (SIGMOID, [[0.1, 0.2, 0.15]], [[0, 1, 0]], 1),
        (IDENTITY, [[-5.0, -4.0, -9.0]], [[0, 1, 0]], 1),
        (TANH, [[-0.5, -0.4, -0.9]], [[0, 1, 0]], 1),
        # The first of equals.
        (SOFTMAX, [[0.5, 0.5, 0.0], [0.5, 0.5, 0.0]], [[1, 0, 0], [0, 1, 0]], 1),
        # No number is no answer.
        (SIGMOID, [[0.1, nan, 0.2], [nan, 0.1, 0.2]], [[0, 1, 0], [0, 0, 1]], 0),
        # Otherwise every output on its side of the middle.
        (SIGMOID, [[0.5], [0.49], [0.5], [0.49]], [[1], [1], [0], [0]], 2),
        (SIGMOID, [[0.9, 0.9], [0.9, 0.1], [0.1, 0.2]], [[1, 1], [1, 1], [0, 0]], 2),
        (SIGMOID, [[0.9, 0.1, 0.1], [0.1, 0.2, 0.15]], [[1, 0, 0], [0, 0, 0]], 2),
        (SIGMOID, [[0.4, 0.1, 0.1], [0.1, 0.2, 0.15]], [[1, 0, 0], [0, 0, 0]], 1),
        (IDENTITY, [[0.5], [0.49]], [[1], [0]], 2),
        (IDENTITY, [[nan], [nan]], [[1], [0]], 0),
        (SOFTMAX, [[1.0]], [[1]], 1),
        # Of tanh, where it is taught −1 and 1.
        (TANH, [[0.0], [-0.1], [0.1], [-0.1]], [[1], [1], [-1], [-1]], 2),
        (TANH, [[0.4], [0.4]], [[1], [0]], 1),
        # Neither: a regression.
        (IDENTITY, [[0.5], [0.1]], [[1], [0.5]], None),
        (SIGMOID, [[0.5], [0.1]], [[1], [-1]], None),
        (IDENTITY, [[0.5, 0.1]], [[0.5, 0.5]], None),
        (IDENTITY, [[0.5, 0.1]], [[2.0, 0.0]], None),
    ],
)
def test_correct_examples(
    monkeypatch: pytest.MonkeyPatch,
    activation: Activation,
    outputs: Rows,
    targets: Rows,
    expected: int | None,
) -> None:
    assert correct(monkeypatch, activation, outputs, targets) == expected


def test_the_accuracy_is_the_part_that_is_right() -> None:
    assert evaluation.Evaluation(8, 0.0, 6).accuracy == 0.75
    assert evaluation.Evaluation(8, 0.0, None).accuracy is None
