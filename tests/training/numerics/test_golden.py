"""The trajectories of the original implementation, matched by the loops and by the kernels."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numerics import Problem

from training.numerics import kernels, loops, run_loops
from training.numerics.dropout import NOTHING_DROPPED
from training.numerics.layout import Structure, to_layers
from training.numerics.optimizers import Rates

GOLDEN = Path(__file__).parents[2] / "data" / "golden"
FILES = sorted(GOLDEN.glob("*.json"))


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest) -> Any:
    return json.loads(request.param.read_text())


def _flat(layers: list[list[list[float]]]) -> list[float]:
    return [weight for layer in layers for row in layer for weight in row]


def _problem(golden: Any) -> Problem:
    sizes = tuple(golden["layer_sizes"])
    return Problem(
        Structure(sizes, ("sigmoid",) * (len(sizes) - 1), "cross-entropy"),
        np.array(_flat(golden["initial_weights"])),
        np.array(golden["inputs"]),
        np.array(golden["targets"]),
        run_loops.Training(Rates(golden["learning_rate"]), golden["batch_size"], golden["epochs"]),
    )


def _same(numbers: Any) -> Any:
    return pytest.approx(numbers, rel=1e-9, abs=1e-12)


def test_there_are_trajectories() -> None:
    assert len(FILES) == 5
    assert max(json.loads(path.read_text())["updates"] for path in FILES) == 10_000


def test_the_loops_match(golden: Any) -> None:
    problem = _problem(golden)
    updates = problem.by_loops()
    assert len(updates) == golden["updates"]
    for number, cost in golden["cost_of_update"].items():
        assert updates[int(number) - 1].cost == _same(cost)
    assert updates[-1].parameters == _same(_flat(golden["final_weights"]))
    layers = to_layers(problem.structure, updates[-1].parameters)
    for x, expected in zip(golden["inputs"], golden["predictions_after"], strict=True):
        _, activations = loops.forward(problem.structure, layers, x)
        assert activations[-1] == _same(expected)


def test_the_kernels_match(golden: Any) -> None:
    problem = _problem(golden)
    progress = problem.begin()
    made = problem.advance(progress, golden["updates"] + 1)
    assert made.updates == golden["updates"]
    for number, cost in golden["cost_of_update"].items():
        assert made.costs[int(number) - 1] == _same(cost)
    assert progress.parameters == _same(np.array(_flat(golden["final_weights"])))

    sizes = golden["layer_sizes"]
    activations = np.empty((problem.examples, sum(units for _, units in pairwise(sizes))))
    kernels.forward(
        problem.network, problem.inputs, progress.parameters, NOTHING_DROPPED, activations
    )
    assert activations[:, -sizes[-1] :] == _same(np.array(golden["predictions_after"]))
