"""Costs of examples, and which of them are classified correctly."""

from dataclasses import replace
from math import inf, log, nan

import numpy as np
import pytest
from hypothesis import given
from worlds import World, make_world, worlds

from training import evaluation
from training.engine import outputs_and_costs
from training.evaluation import evaluate
from training.measures.judges import Judgement
from training.measures.regression import OutputErrors
from training.network import Array
from training.numerics.activations import Activation
from training.training_set import Examples
from training.update_rule import Penalty

Rows = list[list[float]]


@given(worlds())
def test_the_cost_is_the_mean_of_the_costs_added_up_in_their_order(world: World) -> None:
    _, costs = outputs_and_costs(world.network, world.parameters, world.examples.unweighted)
    total = 0.0
    for cost in costs:
        total = total + float(cost)
    found = evaluate(world.network, world.parameters, world.examples)
    assert found.cost == total / len(costs)
    assert found.example_count == len(costs)


@given(worlds())
def test_the_cost_is_that_of_an_update_with_all_examples(world: World) -> None:
    settings = replace(
        world.settings,
        batch_size=len(world.examples.inputs),
        shuffle_seed=None,
        dropout=None,
        label_smoothing=0.0,
        class_weights=(),
        penalty=Penalty(),
    )
    world.examples = world.examples.unweighted
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
    assert evaluation.Evaluation(8, 0.0, Judgement(6), [], 0).accuracy == 0.75
    assert evaluation.Evaluation(8, 0.0, Judgement(), [], 0).accuracy is None


def test_the_worst_examples_have_the_largest_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = np.array([0.5, nan, 2.0, inf, 0.1, 2.0, nan, 0.3, 0.2, 0.4, 0.6, 0.0])
    network = make_world((1, 1), [[0.0]], [[0.0]], activations=(Activation.SIGMOID,)).network
    seen = iter([costs[:5], costs[5:]])
    monkeypatch.setattr(evaluation, "outputs_and_costs", lambda *_: answer(next(seen)))
    monkeypatch.setattr(evaluation, "chunks", lambda *_: iter([slice(0, 5), slice(5, 12)]))
    worst = evaluate(network, np.empty(0), Examples(np.zeros((12, 1)), np.zeros((12, 1)))).worst
    assert [each.example for each in worst] == [1, 6, 3, 2, 5, 10, 0, 9, 7, 8]
    assert [each.cost for each in worst[2:4]] == [inf, 2.0]


def answer(costs: Array) -> tuple[Array, Array]:
    return np.zeros((len(costs), 1)), costs


def judged(
    monkeypatch: pytest.MonkeyPatch, activation: Activation, outputs: Rows, targets: Rows
) -> Judgement:
    """Return what is measured if the network's outputs are these."""
    correct(monkeypatch, activation, outputs, targets)
    count = len(outputs[0])
    network = make_world((1, count), [[0.0]], [[0.0] * count], activations=(activation,)).network
    examples = Examples(np.zeros((len(outputs), 1)), np.array(targets))
    return evaluate(network, np.empty(0), examples).judgement


def test_one_output_has_the_classes_0_and_1(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, SIGMOID, [[0.5], [0.25], [0.75], [nan]], [[1], [1], [0], [0]])
    classification = found.classification
    assert classification is not None
    assert classification.confusion is not None
    assert classification.confusion.tolist() == [[0, 1], [1, 1]]
    assert classification.unclassified == 1
    assert classification.log_loss is None
    assert [each.examples for each in classification.classes] == [2, 2]
    assert found.correct == 1
    assert not found.labels
    assert not found.errors


def test_probabilities_have_a_log_loss(monkeypatch: pytest.MonkeyPatch) -> None:
    one = judged(monkeypatch, SIGMOID, [[0.25], [1.0]], [[0], [0]]).classification
    several = judged(monkeypatch, SOFTMAX, [[0.75, 0.25], [0.0, 1.0]], [[1, 0], [1, 0]])
    assert one is not None
    assert one.log_loss == pytest.approx(-(log(0.75) + log(2**-52)) / 2, abs=1e-12)
    assert several.classification is not None
    assert several.classification.log_loss == pytest.approx(one.log_loss, abs=1e-12)
    tanh = judged(monkeypatch, TANH, [[0.25], [1.0]], [[-1], [1]]).classification
    assert tanh is not None
    assert tanh.log_loss is None
    assert [each.roc_auc for each in tanh.classes] == [1.0, 1.0]


def test_labels_are_measured_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    outputs = [[0.9, 0.2], [0.8, 0.7], [0.1, nan]]
    found = judged(monkeypatch, SIGMOID, outputs, [[1, 1], [0, 1], [0, 0]])
    assert found.classification is None
    assert found.correct == 0
    first, second = found.labels
    assert (first.examples, first.predicted, first.correct) == (1, 2, 1)
    assert (second.examples, second.predicted, second.correct) == (2, 1, 1)
    assert first.roc_auc == 1.0
    assert second.roc_auc is None


def test_numbers_have_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    found = judged(monkeypatch, IDENTITY, [[1.0, 7.0], [5.0, 7.0]], [[2.0, 7.0], [4.0, 7.0]])
    assert found == Judgement(errors=[OutputErrors(1.0, 1.0, 0.0), OutputErrors(0.0, 0.0, None)])
    large = judged(monkeypatch, IDENTITY, [[1e300], [-1e300]], [[-1e300], [2.0]])
    assert large.errors[0].rmse == inf
