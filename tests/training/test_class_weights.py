"""Weights of classes and examples: how much each example counts in training."""

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from worlds import World, make_world

from training.batch_update import batch_update
from training.class_weights import check_class_weights, weights_of
from training.errors import Violations
from training.explanation.explanation import explain
from training.explanation.notation import LATEX
from training.explanation.place import WeightPlace
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.run_examples import RunExamples
from training.settings import check_settings
from training.split import Indices
from training.trace import Trace, trace
from training.training_set import Examples
from training.update import State

XOR = make_world().examples
SOFTMAX = make_world(
    (2, 3),
    targets=[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.5, 0.5], [0.0, 0.0, 1.0]],
    activations=(Activation.SOFTMAX,),
)


def weighted(world: World, *weights: float, of_examples: list[float] | None = None) -> World:
    own = None if of_examples is None else np.array(of_examples)
    return World(
        world.network,
        replace(world.examples, weights=own),
        world.training_set,
        replace(world.settings, class_weights=weights),
    )


def test_the_weight_of_an_example_is_that_of_its_class_times_its_own() -> None:
    world = weighted(SOFTMAX, 1.0, 2.0, 4.0)
    found = weights_of(world.settings, world.examples)
    assert found is not None
    assert found.tolist() == [1.0, 2.0, 3.0, 4.0]
    world = weighted(SOFTMAX, 1.0, 2.0, 4.0, of_examples=[0.0, 1.0, 0.5, 3.0])
    found = weights_of(world.settings, world.examples)
    assert found is not None
    assert found.tolist() == [0.0, 2.0, 1.5, 12.0]
    assert weights_of(SOFTMAX.settings, SOFTMAX.examples) is None


def test_a_single_output_has_the_classes_0_and_1() -> None:
    examples = Examples(np.zeros((3, 1)), np.array([[0.0], [1.0], [0.25]]))
    settings = replace(make_world().settings, class_weights=(2.0, 4.0))
    found = weights_of(settings, examples)
    assert found is not None
    assert found.tolist() == [2.0, 4.0, 2.5]


def test_the_classes_are_those_before_labels_are_smoothed() -> None:
    world = weighted(make_world(), 0.0, 1.0)
    world.settings = replace(world.settings, label_smoothing=0.5)
    run = world.open().run
    assert run is not None
    made = batch_update(world.network, run, 0, State(0, world.parameters), RunExamples(XOR))
    assert made.examples.weights is not None
    assert made.examples.weights.tolist() == [0.0, 1.0, 1.0]
    assert made.examples.targets.tolist() == [[0.25], [0.75], [0.75]]


def test_costs_and_gradients_are_multiplied_and_divided_by_the_number_of_examples() -> None:
    plain, world = trace_of(make_world()), trace_of(weighted(make_world(), 3.0, 0.5))
    weights = [3.0, 0.5, 0.5]
    assert [example.weight for example in world.examples] == weights
    assert [example.weight for example in plain.examples] == [None] * 3
    total = np.zeros_like(plain.gradient_sum)
    for w, with_weight, without in zip(weights, world.examples, plain.examples, strict=True):
        assert with_weight.cost == w * without.cost
        np.testing.assert_allclose(with_weight.gradient, w * without.gradient, rtol=1e-14)
        total += w * without.gradient
    assert world.cost == pytest.approx(sum(example.cost for example in world.examples) / 3)
    np.testing.assert_allclose(world.gradient, total / 3, rtol=1e-13)


def test_weights_of_1_give_the_bits_of_no_weights() -> None:
    for plain in (make_world(), SOFTMAX):
        classes = max(plain.network.layer_sizes[-1], 2)
        world = weighted(plain, *[1.0] * classes, of_examples=[1.0] * 4)
        made, expected = (
            each.trainer(each.open()).advance().addition.segment for each in (world, plain)
        )
        assert made is not None
        assert expected is not None
        assert made.costs.tobytes() == expected.costs.tobytes()


def test_an_explanation_names_the_weight() -> None:
    world = weighted(make_world(), 3.0, 0.5)
    run = world.open().run
    assert run is not None
    update = batch_update(world.network, run, 0, State(0, world.parameters), RunExamples(XOR))
    found = explain(update, WeightPlace(2, 0, 0), range(3))
    assert "; the weight of the example is 3." in " ".join(found.sentences)
    shown = "\n".join(map(LATEX.line, found.lines))
    assert shown.count(r"\omega_{1}") == 1
    assert shown.isascii()
    nothing = replace(update, examples=replace(update.examples, weights=np.zeros(3)))
    sentences = explain(nothing, WeightPlace(2, 0, 0), range(3)).sentences
    assert "Every example in the batch has the weight 0, so the gradient is 0." in sentences


def trace_of(world: World) -> Trace:
    run = world.open().run
    assert run is not None
    examples = RunExamples(world.examples)
    return trace(batch_update(world.network, run, 0, State(0, world.parameters), examples))


@pytest.mark.parametrize("rows", [slice(1, 3), np.array([1, 2])])
def test_selected_examples_keep_their_weights(rows: slice | Indices) -> None:
    examples = replace(XOR, weights=np.array([1.0, 2.0, 3.0, 4.0]))
    found = examples.select(rows)
    assert found.weights is not None
    assert found.weights.tolist() == [2.0, 3.0]
    assert found.nbytes == 2 * 4 * 8
    assert found.unweighted.weights is None
    assert XOR.select(rows).weights is None
    assert XOR.unweighted is XOR


@pytest.mark.parametrize(
    ("weights", "fields"),
    [
        ((), []),
        ((0.0, 1.0), []),
        ((0.0, 0.0), ["class_weights"]),
        ((-1.0, nan, inf), ["class_weights[0]", "class_weights[1]", "class_weights[2]"]),
    ],
)
def test_class_weights_are_finite_and_not_negative(
    weights: tuple[float, ...], fields: list[str]
) -> None:
    violations = Violations()
    settings = replace(make_world().settings, class_weights=weights)
    check_settings(violations, "settings", settings, 4)
    assert [each.field for each in violations.found] == [f"settings.{name}" for name in fields]


@pytest.mark.parametrize(
    ("world", "weights", "message"),
    [
        (make_world(), 2, ""),
        (make_world(), 1, "must have 2 weights, for the targets 0 and 1, not 1"),
        (SOFTMAX, 3, ""),
        (SOFTMAX, 2, "must have 3 weights, one for each output, not 2"),
        (make_world(cost_function=CostFunction.QUADRATIC), 2, "must be empty unless the cost"),
    ],
)
def test_there_is_a_weight_for_each_class_of_a_cost_of_probabilities(
    world: World, weights: int, message: str
) -> None:
    violations = Violations()
    settings = replace(world.settings, class_weights=(1.0,) * weights)
    check_class_weights(violations, "settings", world.network, settings)
    assert [each.field for each in violations.found] == ["settings.class_weights"] * bool(message)
    assert all(message in each.description for each in violations.found)
