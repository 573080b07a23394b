"""Numbers that overflow are values like others: no call fails, and nothing is logged."""

from collections.abc import Iterator
from typing import Any

import pytest
from calls import all_updates, examples, fresh_id, settings
from clearprop.v1 import network_pb2, run_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub
from servers import ServerProcess

SIGMOID, RELU, IDENTITY, SOFTMAX = (
    network_pb2.ACTIVATION_SIGMOID,
    network_pb2.ACTIVATION_RELU,
    network_pb2.ACTIVATION_IDENTITY,
    network_pb2.ACTIVATION_SOFTMAX,
)
HUGE = 1.7e308


@pytest.fixture
def quiet(server: ServerProcess) -> Iterator[None]:
    """Require that the server logs nothing during a test."""
    before = len(server.said())
    yield
    assert server.said()[before:] == ""


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize("activations", [[SIGMOID, SIGMOID], [RELU, IDENTITY], [RELU, SOFTMAX]])
def test_calls_at_huge_weights(stub: TrainingServiceStub, activations: list[Any]) -> None:
    layers = [
        network_pb2.LayerParameters(units=units, inputs=2, weights=[HUGE, -HUGE, HUGE, HUGE])
        for units in (2, 2)
    ]
    network = stub.CreateNetwork(
        pb.CreateNetworkRequest(
            layer_sizes=[2, 2, 2], activations=activations, initial_parameters=layers
        )
    ).network.network
    rows = [([0.0, 0.0], [1.0, 0.0]), ([1.0, 1.0], [0.0, 1.0]), ([1.0, HUGE], [0.0, 1.0])]
    training_set = fresh_id("set")
    stub.CreateTrainingSet(
        pb.CreateTrainingSetRequest(training_set=training_set, examples=examples(rows))
    )
    optimizer = run_pb2.Optimizer(kind=run_pb2.OPTIMIZER_KIND_MOMENTUM)
    recipe = settings(training_set, 1e308, 1, optimizer=optimizer)
    of_next: dict[str, Any] = {"network": network, "next": True, "settings": recipe}
    inputs = [network_pb2.Vector(values=values) for values, _ in rows]

    stub.Predict(pb.PredictRequest(network=network, inputs=inputs, activations=True))
    stub.Evaluate(pb.EvaluateRequest(network=network, training_set=training_set))
    check = stub.CheckGradients(
        pb.CheckGradientsRequest(network=network, training_set=training_set)
    )
    assert check.passed
    stub.TraceUpdate(pb.TraceUpdateRequest(**of_next))
    stub.WalkUpdate(pb.WalkUpdateRequest(**of_next))
    for layer in (1, 2):
        explained = stub.ExplainWeight(
            pb.ExplainWeightRequest(layer=layer, unit=1, input=0, **of_next)
        )
        assert explained.explanation.HasField("profile")
    stub.Step(pb.StepRequest(network=network, settings=recipe, count=5))
    stub.SetWeights(
        pb.SetWeightsRequest(
            network=network,
            weights=[pb.WeightValue(layer=1, unit=0, input=0, value=-HUGE)],
        )
    )
    stub.CompareUpdates(pb.CompareUpdatesRequest(network=network, base_update=0))
    all_updates(stub, network)
    for file_format in pb.ExportFormat.values()[1:]:
        list(stub.ExportNetwork(pb.ExportNetworkRequest(network=network, format=file_format)))
    *_, last = stub.VerifyHistory(pb.VerifyHistoryRequest(network=network))
    assert not last.HasField("difference")
