"""Evaluate and CheckGradients at any update, without side effects."""

import math
from typing import Any

import pytest
from calls import create, examples, fresh_id, settings, state, train
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

LAYERS = network_pb2.LayerParameters


def fixed(stub: TrainingServiceStub, weights: list[float], units: int, **more: Any) -> str:
    """A network of one layer with the given weights."""
    inputs = len(weights) // units
    return stub.CreateNetwork(
        pb.CreateNetworkRequest(
            layer_sizes=[inputs, units],
            initial_parameters=[LAYERS(units=units, inputs=inputs, weights=weights)],
            **more,
        )
    ).network.network


def stored(stub: TrainingServiceStub, rows: list[tuple[list[float], list[float]]]) -> str:
    name = fresh_id("set")
    stub.CreateTrainingSet(pb.CreateTrainingSetRequest(training_set=name, examples=examples(rows)))
    return name


def evaluate(
    stub: TrainingServiceStub, network: str, training_set: str, update: int | None = None
) -> pb.EvaluateResponse:
    return stub.Evaluate(
        pb.EvaluateRequest(network=network, training_set=training_set, update=update)
    )


def test_a_regression_has_a_cost_and_no_accuracy(stub: TrainingServiceStub) -> None:
    network = fixed(stub, [2.0], 1, activations=[network_pb2.ACTIVATION_IDENTITY])
    measured = evaluate(stub, network, stored(stub, [([1.0], [1.5]), ([2.0], [7.0])]))
    assert measured.cost == (0.125 + 4.5) / 2
    assert measured.example_count == 2
    assert not measured.HasField("correct_count")
    assert not measured.HasField("accuracy")
    assert not measured.HasField("classification")
    (errors,) = measured.errors
    assert (errors.mae, errors.rmse) == (1.75, math.sqrt((0.25 + 9.0) / 2))
    assert errors.r2 == pytest.approx(1 - 9.25 / 15.125)
    assert [(each.example, each.cost) for each in measured.worst_examples] == [(1, 4.5), (0, 0.125)]


def test_a_class_is_correct_if_its_output_is_the_largest(stub: TrainingServiceStub) -> None:
    network = fixed(stub, [1.0, -1.0], 2, activations=[network_pb2.ACTIVATION_SOFTMAX])
    one, two = [1.0, 0.0], [0.0, 1.0]
    rows = [([1.0], one), ([2.0], two), ([-1.0], two), ([0.0], one)]
    measured = evaluate(stub, network, stored(stub, rows))
    assert (measured.correct_count, measured.example_count, measured.accuracy) == (3, 4, 0.75)
    costs = [
        math.log1p(math.exp(-2)),
        math.log1p(math.exp(4)),
        math.log1p(math.exp(-2)),
        math.log(2),
    ]
    assert measured.cost == pytest.approx(sum(costs) / 4, rel=1e-12)
    found = measured.classification
    assert list(found.confusion) == [2, 0, 1, 1]
    assert list(found.top_counts) == []
    assert found.log_loss == pytest.approx(measured.cost, rel=1e-12)
    first, second = found.classes
    assert (first.example_count, first.predicted_count, first.correct_count) == (2, 3, 2)
    assert (first.precision, first.recall, first.f1) == (2 / 3, 1.0, 0.8)
    assert second.recall == 0.5
    assert found.macro_average.recall == 0.75
    assert found.weighted_average.recall == 0.75
    assert first.roc_auc == 0.5


def test_the_examples_of_a_cell_of_the_confusion_matrix_come_in_pages(
    stub: TrainingServiceStub,
) -> None:
    network = fixed(stub, [1.0, -1.0], 2, activations=[network_pb2.ACTIVATION_SOFTMAX])
    one, two = [1.0, 0.0], [0.0, 1.0]
    rows = [([1.0], two), ([3.0], two), ([2.0], two), ([4.0], one), ([-1.0], two)]
    request = pb.EvaluateRequest(
        network=network,
        training_set=stored(stub, rows),
        true_class=1,
        predicted_class=0,
        wrong_only=True,
        page_size=2,
    )
    first = stub.Evaluate(request)
    # A change of the network does not change the pages that follow.
    stub.ResetWeights(pb.ResetWeightsRequest(network=network))
    request.page_token = first.next_page_token
    second = stub.Evaluate(request)
    assert [each.example for page in (first, second) for each in page.worst_examples] == [1, 2, 0]
    assert (first.matching_count, second.matching_count) == (3, 3)
    assert (second.update, second.next_page_token) == (0, "")
    for each in first.worst_examples:
        assert (each.true_class, each.predicted_class, each.correct) == (1, 0, False)
    assert list(first.classification.confusion) == [1, 0, 3, 1]


def test_examples_are_projected(stub: TrainingServiceStub) -> None:
    network = fixed(stub, [3.0, 4.0], 2, activations=[network_pb2.ACTIVATION_IDENTITY])
    one, two = [1.0, 0.0], [0.0, 1.0]
    rows = [([-2.0], two), ([0.0], one), ([2.0], two)]
    training_set = stored(stub, rows)
    found = stub.ProjectExamples(
        pb.ProjectExamplesRequest(network=network, training_set=training_set, layer=1)
    )
    assert (found.update, found.axes_update) == (0, 0)
    assert list(found.variance_shares) == pytest.approx([1.0, 0.0])
    assert [each.example for each in found.examples] == [0, 1, 2]
    assert [each.x for each in found.examples] == pytest.approx([-10.0, 0.0, 10.0])
    assert {each.y for each in found.examples} == {0.0}
    assert [each.true_class for each in found.examples] == [1, 0, 1]
    assert [each.predicted_class for each in found.examples] == [0, 0, 1]


def test_yes_and_no_are_correct_on_their_side_of_the_midpoint(stub: TrainingServiceStub) -> None:
    network = fixed(stub, [1.0], 1)
    rows = [([1.0], [1.0]), ([1.0], [0.0]), ([-1.0], [0.0]), ([0.0], [1.0])]
    assert evaluate(stub, network, stored(stub, rows)).correct_count == 3


def test_evaluations_of_any_update_have_no_side_effects(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    train(stub, network, settings(epochs=10_000))
    before = stub.GetNetwork(pb.GetNetworkRequest(network=network))
    first, last = evaluate(stub, network, "xor", 0), evaluate(stub, network, "xor")
    assert (first.update, last.update) == (0, 10_000)
    assert first.cost == pytest.approx(math.log(2), abs=0.01)
    assert last.cost < 0.01
    assert last.accuracy == 1.0
    # The cost of an update is measured before it, over a batch that is here the whole set.
    assert evaluate(stub, network, "xor", 4_999).cost == state(stub, network, 5_000).cost
    assert stub.GetNetwork(pb.GetNetworkRequest(network=network)) == before


SMOOTH = [
    ([1], 1),
    ([2, 1], 1),
    ([5, 7], 2),
    ([2, 6], 3),
    ([1, 2], 4),
    ([5, 1], 0),
]


@pytest.mark.parametrize(("activations", "cost"), SMOOTH)
@pytest.mark.parametrize("bias", [False, True])
def test_gradients_match_numerical_gradients(
    stub: TrainingServiceStub, activations: list[int], cost: int, bias: bool
) -> None:
    name = stored(stub, [([0.5, -1.0], [0.25, 0.75]), ([-0.2, 2.0], [1.0, 0.0])])
    network = create(
        stub,
        [2, 3, 2],
        activations=activations,
        cost_function=cost,
        bias=bias,
    ).network
    check = stub.CheckGradients(pb.CheckGradientsRequest(network=network, training_set=name))
    assert check.passed
    assert check.parameter_count == len(check.differences) == (17 if bias else 12)
    assert (check.example_count, check.failed_count, check.kink_count) == (2, 0, 0)
    ratios = [each.difference / each.tolerance for each in check.differences]
    assert ratios == sorted(ratios, reverse=True)
    places = {
        (each.layer, each.unit, each.input if each.HasField("input") else None)
        for each in check.differences
    }
    wanted = {(1, unit, source) for unit in range(3) for source in range(2)}
    wanted |= {(2, unit, source) for unit in range(2) for source in range(3)}
    biases = {(layer, unit, None) for layer, units in ((1, 3), (2, 2)) for unit in range(units)}
    assert places == wanted | (biases if bias else set())
    for each in check.differences:
        assert each.difference == abs(each.analytic - each.numeric)
        largest = max(abs(each.analytic), abs(each.numeric))
        assert 0.0 < each.tolerance - (1e-6 * largest + 1e-9) < 1e-9


def test_each_gradient_belongs_to_its_parameter(stub: TrainingServiceStub) -> None:
    # C = ½(w₁x₁ + w₂x₂ − y)², so its slopes are (a − y)·x.
    network = fixed(stub, [0.5, 2.0], 1, activations=[network_pb2.ACTIVATION_IDENTITY])
    name = stored(stub, [([4.0, 1.0], [1.0])])
    check = stub.CheckGradients(pb.CheckGradientsRequest(network=network, training_set=name))
    assert {each.input: each.analytic for each in check.differences} == {0: 12.0, 1: 3.0}


@pytest.mark.parametrize("activation", [3, 4])
def test_kinks_are_reported_and_do_not_fail(stub: TrainingServiceStub, activation: int) -> None:
    network = stub.CreateNetwork(
        pb.CreateNetworkRequest(
            layer_sizes=[1, 2, 1],
            activations=[activation, 6],  # type: ignore[list-item]
            initial_parameters=[
                LAYERS(units=2, inputs=1, weights=[0.0, 1.0]),
                LAYERS(units=1, inputs=2, weights=[1.0, 1.0]),
            ],
        )
    ).network.network
    name = stored(stub, [([1.0], [5.0])])
    check = stub.CheckGradients(pb.CheckGradientsRequest(network=network, training_set=name))
    assert check.passed
    kinks = [(each.layer, each.unit, each.input) for each in check.differences if each.kink]
    assert kinks == [(1, 0, 0)]
    assert check.kink_count == 1


def test_the_requested_number_of_gradients_is_checked(stub: TrainingServiceStub) -> None:
    network = create(stub).network
    train(stub, network, settings(epochs=100))
    check = stub.CheckGradients(
        pb.CheckGradientsRequest(
            network=network, training_set="xor", update=50, example_count=3, parameter_count=5
        )
    )
    assert (check.update, check.example_count, check.parameter_count) == (50, 3, 5)
    places = sorted((each.layer, each.unit, each.input) for each in check.differences)
    assert places == [(1, 0, 0), (1, 1, 1), (1, 3, 0), (1, 4, 1), (2, 0, 2)]
