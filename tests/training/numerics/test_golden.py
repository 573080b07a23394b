"""The trajectories of the original implementation, matched by the loops and by the kernels."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.numerics import kernels, loops
from training.numerics.layout import to_flat

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest) -> Any:
    return json.loads(request.param.read_text())


def _same(numbers: Any) -> Any:
    return pytest.approx(numbers, rel=1e-9, abs=1e-12)


def test_there_are_trajectories() -> None:
    assert len(FILES) == 5


def test_the_loops_match(golden: Any) -> None:
    updates = list(
        loops.train(
            golden["initial_weights"],
            golden["inputs"],
            golden["targets"],
            golden["learning_rate"],
            golden["batch_size"],
            golden["epochs"],
        )
    )
    assert len(updates) == golden["updates"]
    for number, cost in golden["cost_of_update"].items():
        assert updates[int(number) - 1].cost == _same(cost)
    assert to_flat(updates[-1].weights) == _same(to_flat(golden["final_weights"]))
    for x, expected in zip(golden["inputs"], golden["predictions_after"], strict=True):
        _, activations = loops.forward(updates[-1].weights, x)
        assert activations[-1] == _same(expected)


def test_the_kernels_match(golden: Any) -> None:
    layer_sizes = np.array(golden["layer_sizes"])
    inputs = np.array(golden["inputs"])
    parameters = np.array(to_flat(golden["initial_weights"]))
    costs = np.empty(golden["updates"] + 1)
    made = kernels.train(
        layer_sizes,
        inputs,
        np.array(golden["targets"]),
        golden["learning_rate"],
        golden["batch_size"],
        golden["epochs"] * len(inputs),
        0,
        len(costs),
        parameters,
        costs,
        np.empty((0, 0)),
    )
    assert made == golden["updates"]
    for number, cost in golden["cost_of_update"].items():
        assert costs[int(number) - 1] == _same(cost)
    assert parameters == _same(np.array(to_flat(golden["final_weights"])))

    activations = np.empty((len(inputs), sum(layer_sizes[1:])))
    kernels.forward(layer_sizes, inputs, parameters, activations)
    outputs = activations[:, -layer_sizes[-1] :]
    assert outputs == _same(np.array(golden["predictions_after"]))
