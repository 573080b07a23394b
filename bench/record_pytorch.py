"""Records what PyTorch makes of every kind of network: `python -m bench.record_pytorch`.

Writes tests/data/pytorch.  Needs PyTorch, so it runs in the environment of the peers.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.pytorch_reference import (
    Array,
    Case,
    batches_of,
    cases,
    smoothed_cases,
    train,
    weighted_cases,
)

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "pytorch"

LAYER_SIZES = [3, 4, 2]
BATCH_SIZE, EPOCHS, EXAMPLES = 3, 46, 13  # 200 updates; 13 is no multiple of 3, nor is 598
UPDATES_WITH_COST = (1, 3, 20, 200)


def _given() -> dict[str, Any]:
    """Draw what the networks start from and are trained on, as short numbers."""
    drawn = np.random.default_rng(7)
    inputs = np.round(drawn.uniform(-2.0, 2.0, (EXAMPLES, 3)), 2)
    inputs[4] = 0.0  # without biases every logit of this example is exactly 0: relu's corner
    shares = np.round(drawn.uniform(0.0, 1.0, EXAMPLES), 2)
    shares[:4] = [0.0, 1.0, 1.0, 0.0]
    targets = {
        "cross-entropy": np.round(drawn.uniform(0.0, 1.0, (EXAMPLES, 2)), 1),
        "categorical-cross-entropy": np.stack([shares, np.round(1.0 - shares, 2)], axis=1),
        "squared-error": np.round(drawn.uniform(-0.5, 1.5, (EXAMPLES, 2)), 2),
    }
    parameters = {
        "without biases": np.round(drawn.uniform(-1.0, 1.0, 20), 2).tolist(),
        "with biases": np.round(drawn.uniform(-1.0, 1.0, 26), 2).tolist(),
    }
    # Later costs draw last, so that what was recorded before them does not change.
    targets["quadratic"] = targets["squared-error"]
    targets["huber"] = np.round(drawn.uniform(-3.0, 3.0, (EXAMPLES, 2)), 2)
    targets["hinge"] = np.sign(drawn.uniform(-1.0, 1.0, (EXAMPLES, 2)))
    targets["poisson"] = np.floor(drawn.uniform(0.0, 4.0, (EXAMPLES, 2)))
    weights = np.round(drawn.uniform(0.0, 3.0, EXAMPLES), 1)
    weights[5] = 0.0
    return {
        "layer_sizes": LAYER_SIZES,
        "batch_size": BATCH_SIZE,
        "epochs": EPOCHS,
        "momentum": 0.9,
        "parameters": parameters,
        "inputs": inputs.tolist(),
        "weights": weights.tolist(),
        "targets": {name: values.tolist() for name, values in targets.items()},
    }


def _short(number: float) -> float:
    """Round to 13 digits, which is closer than the tests look."""
    return float(f"{number:.13g}")


def _trajectory(case: Case, given: dict[str, Any]) -> dict[str, Any]:
    start = np.array(given["parameters"]["with biases" if case.bias else "without biases"])
    inputs, targets = np.array(given["inputs"]), np.array(given["targets"][case.cost_function])
    batches = batches_of(EXAMPLES, BATCH_SIZE, EPOCHS)
    is_weighted = case.class_weights or case.weighs_examples
    weights = np.array(given["weights"]) if is_weighted else None
    costs, parameters = train(case, LAYER_SIZES, start, inputs, targets, batches, weights=weights)
    _check(case, start, costs, parameters)
    row = {
        "hidden": case.hidden,
        "bias": case.bias,
        "optimizer": case.optimizer,
        "weight_decay": case.weight_decay,
        "learning_rate": case.learning_rate,
        "costs": {update: _short(costs[update - 1]) for update in UPDATES_WITH_COST},
        "parameters": [_short(parameter) for parameter in parameters],
    }
    added = {
        "label_smoothing": case.label_smoothing,
        "class_weights": case.class_weights,
        "weighs_examples": case.weighs_examples,
    }
    return row | {name: value for name, value in added.items() if value}


def _check(case: Case, start: Array, costs: list[float], parameters: Array) -> None:
    """Require a trajectory that would show a mistake: finite, and far from where it began."""
    moved = np.abs(parameters - start)
    if not (np.isfinite(costs).all() and moved.max() > 0.1 and (moved > 0.01).mean() > 0.5):
        raise ValueError(f"{case} says little: {moved}, {costs[0]} to {costs[-1]}")


def _write(path: Path, facts: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Write the facts, then a line for each row."""
    lines = [f" {json.dumps(name)}: {json.dumps(value)}," for name, value in facts.items()]
    text = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    body = "\n".join(lines)
    path.write_text(f'{{\n{body}\n "trajectories": [\n{text}\n ]\n}}\n')


def main() -> None:
    """Write what is given to all, and a file for each activation and cost of the outputs.

    Those with label smoothing and with weights are in folders of their own.
    """
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    given = _given()
    (FOLDER / "given.json").write_text(json.dumps(given, indent=1) + "\n")
    _record(cases(), given, FOLDER)
    _record(smoothed_cases(), given, FOLDER / "label_smoothing")
    _record(weighted_cases(), given, FOLDER / "weights")


def _record(some: Iterator[Case], given: dict[str, Any], folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for (output, cost_function), group in groupby(
        some, key=lambda case: (case.output, case.cost_function)
    ):
        facts = {
            "made_by": f"PyTorch {torch.__version__.partition('+')[0]}, float64",
            "output": output,
            "cost_function": cost_function,
        }
        rows = [_trajectory(case, given) for case in group]
        _write(folder / f"{output}_{cost_function}.json", facts, rows)


if __name__ == "__main__":
    main()
