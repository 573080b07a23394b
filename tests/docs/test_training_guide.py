"""The training guide is complete, and its numbers are right."""

import math
from typing import Any

import clearprop
import pytest
from clearprop.v1.network_pb2 import Activation, CostFunction, InitializerKind
from clearprop.v1.run_pb2 import BatchMode, OptimizerKind, ScheduleKind
from clearprop.values import enum_word
from documents import ROOT
from servers import ServerProcess

GUIDE = (ROOT / "docs" / "training.md").read_text()


def test_the_guide_names_every_function_that_can_be_chosen() -> None:
    enums: list[Any] = [Activation, CostFunction, InitializerKind, OptimizerKind]
    enums += [ScheduleKind, BatchMode]
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
