"""The trajectories of the original implementation, created, trained and read over gRPC."""

import json
import math
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from calls import all_updates, examples, fresh_id, settings, state, wait_until_over
from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1.training_service_pb2_grpc import TrainingServiceStub

GOLDEN = sorted((Path(__file__).parents[1] / "data" / "golden").glob("*.json"))
assert len(GOLDEN) == 5


def close(value: float, wanted: float) -> bool:
    return math.isclose(value, wanted, rel_tol=1e-9, abs_tol=1e-12)


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(request.param.read_text())
    return content


def test_the_service_reproduces_the_original_trajectory(
    stub: TrainingServiceStub, golden: dict[str, Any]
) -> None:
    training_set = stub.CreateTrainingSet(
        pb.CreateTrainingSetRequest(
            training_set=fresh_id("golden"),
            examples=examples(list(zip(golden["inputs"], golden["targets"], strict=True))),
        )
    ).training_set
    network = stub.CreateNetwork(
        pb.CreateNetworkRequest(
            network=fresh_id(),
            layer_sizes=golden["layer_sizes"],
            initial_parameters=[
                network_pb2.LayerParameters(
                    units=len(layer), inputs=len(layer[0]), weights=list(chain.from_iterable(layer))
                )
                for layer in golden["initial_weights"]
            ],
        )
    ).network
    run = stub.Train(
        pb.TrainRequest(
            network=network.network,
            settings=settings(
                training_set.training_set,
                golden["learning_rate"],
                golden["batch_size"],
                golden["epochs"],
            ),
        )
    ).run
    ended = wait_until_over(stub, run)

    assert ended.updates_done == ended.total_updates == golden["updates"]
    costs = {
        update.update: update.cost for update in all_updates(stub, network.network, page_size=1000)
    }
    assert len(costs) == golden["updates"] + 1
    for number, cost in golden["cost_of_update"].items():
        assert close(costs[int(number)], cost), number
    for layer, wanted in zip(
        state(stub, network.network).layers, golden["final_weights"], strict=True
    ):
        weights = zip(layer.weights, chain.from_iterable(wanted), strict=True)
        assert all(close(weight, value) for weight, value in weights)
    predicted = stub.Predict(
        pb.PredictRequest(
            network=network.network,
            inputs=[network_pb2.Vector(values=inputs) for inputs in golden["inputs"]],
        )
    )
    for prediction, wanted in zip(predicted.predictions, golden["predictions_after"], strict=True):
        outputs = zip(prediction.outputs, wanted, strict=True)
        assert all(close(output, value) for output, value in outputs)


def test_the_worked_example_has_exactly_six_updates(stub: TrainingServiceStub) -> None:
    network = stub.CreateNetwork(
        pb.CreateNetworkRequest(network=fresh_id(), layer_sizes=[2, 5, 1])
    ).network
    run = stub.Train(
        pb.TrainRequest(
            network=network.network, settings=settings(rate=0.5, batch_size=3, epochs=4)
        )
    ).run
    assert wait_until_over(stub, run).updates_done == 6
    updates = all_updates(stub, network.network)[1:]
    assert [update.example_count for update in updates] == [3, 3, 3, 3, 3, 1]
    assert [update.epoch for update in updates] == [1, 1, 2, 3, 4, 4]
    assert [update.first_example for update in updates] == [0, 3, 2, 1, 0, 3]
