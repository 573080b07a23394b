"""The training guide is complete, and its numbers are right."""

import math
from collections.abc import Iterator
from typing import Any

import clearprop
import numpy as np
import pytest
from clearprop.v1.network_pb2 import Activation, CostFunction, InitializerKind
from clearprop.v1.run_pb2 import BatchMode, OptimizerKind, ScheduleKind
from clearprop.v1.training_set_pb2 import GeneratorKind
from clearprop.values import enum_word
from documents import ROOT
from servers import ServerProcess

GUIDE = (ROOT / "docs" / "training.md").read_text()


def test_the_guide_names_every_function_that_can_be_chosen() -> None:
    enums: list[Any] = [Activation, CostFunction, InitializerKind, OptimizerKind]
    enums += [ScheduleKind, BatchMode, GeneratorKind]
    words = [enum_word(enum, value) for enum in enums for value in enum.values()[1:]]
    # A network reports `explicit` if its weights were given; it cannot be chosen.
    assert [word for word in words if f"`{word}`" not in GUIDE] == ["explicit"]


@pytest.mark.parametrize(("cost", "factor"), [("squared-error", 1.0), ("quadratic", 0.5)])
def test_squared_error_is_the_quadratic_cost_of_textbooks(
    server: ServerProcess, cost: str, factor: float
) -> None:
    """M. Mazur, "A Step by Step Backpropagation Example" (2015), gives a total error of
    0.298371109 for this network, by the definition of Nielsen's quadratic cost."""
    with clearprop.connect(server.target) as client:
        client.create_training_set(f"mazur-{cost}", [[0.05, 0.10]], [[0.01, 0.99]])
        network = client.create_network(
            f"mazur-{cost}",
            layer_sizes=[2, 2, 2],
            bias=True,
            cost_function=cost,
            initial_weights=[[[0.15, 0.20], [0.25, 0.30]], [[0.40, 0.45], [0.50, 0.55]]],
            initial_biases=[[0.35, 0.35], [0.60, 0.60]],
        )
        found = network.evaluate(f"mazur-{cost}").cost
    assert math.isclose(found, 0.298371109 * factor, abs_tol=5e-10)


@pytest.fixture(scope="module")
def client(server: ServerProcess) -> Iterator[clearprop.Client]:
    with clearprop.connect(server.target) as client:
        with np.load(ROOT / "tests" / "data" / "digits.npz") as file:
            images, labels = file["images"].astype(np.float64), file["labels"]
        client.upload_training_set("digits-of-guide", images / 16, np.eye(10)[labels])
        yield client


def as_in_the_guide(client: clearprop.Client, name: str, **settings: Any) -> clearprop.Run:
    """Train a network of the guide, whose training has these settings besides."""
    network = client.create_network(
        name,
        layer_sizes=[64, 32, 10],
        activations=["tanh", "softmax"],
        bias=True,
        initializer="glorot",
        seed=3,
    )
    run = network.train("digits-of-guide", optimizer="adam", shuffle_seed=1, **settings)
    return run.wait()


def test_the_run_of_the_guide_overfits_as_it_says(client: clearprop.Client) -> None:
    run = as_in_the_guide(
        client,
        "overfitting",
        learning_rate=0.02,
        batch_size=16,
        epochs=60,
        validation_share=0.9,
    )
    assert run.best is not None
    assert run.latest_validation is not None
    assert run.latest_cost is not None
    trained = client.training_set("digits-of-guide").example_count - run.validation_examples
    said = " ".join(GUIDE.split())
    assert f"trains on {trained} of the 1,797 digits" in said
    assert f"after update {run.best.update} of {run.total_updates}, at {run.best.cost:.3f}" in said
    assert f"rises to {run.latest_validation.cost:.3f}" in said
    assert f"about {run.latest_cost:.3f}" in said


def test_patience_and_the_best_weights_reach_what_the_guide_says(client: clearprop.Client) -> None:
    run = as_in_the_guide(
        client,
        "held-out",
        learning_rate=0.005,
        batch_size=32,
        epochs=200,
        validation_share=0.2,
        patience=10,
        restore_best=True,
    )
    assert run.end_reason == "PATIENCE"
    assert run.best is not None
    assert run.best.accuracy is not None
    assert run.best.accuracy >= 0.97
    said = " ".join(GUIDE.split())
    assert f"classifies {100 * run.best.accuracy:.1f} % of them correctly" in said
    network = client.network("held-out")
    assert network.latest_update == run.updates_done + 1
    restored, best = network.state(), network.state(run.best.update)
    assert all(map(np.array_equal, restored.weights, best.weights))
