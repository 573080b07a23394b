"""Records the learning rates of PyTorch's schedulers: `python -m bench.record_schedules`.

Writes tests/data/pytorch/schedules.  Needs PyTorch, so it runs in the environment of the peers.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.optim import lr_scheduler

from bench.pytorch_reference import Case, batches_of, train

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "pytorch" / "schedules"

_UPDATES = 200
_RATE = 0.1
_MINIMUM = 0.001
_WARMUP = 9
_LISTED = [0.05, 0.2, 0.01]

Scheduler = Callable[[Any], Any]

_STEP: Scheduler = lambda optimizer: lr_scheduler.StepLR(optimizer, 30, 0.3)  # noqa: E731
_CASES: list[tuple[str, dict[str, Any], list[float] | None, Scheduler]] = [
    ("step", {"period": 30, "factor": 0.3}, None, _STEP),
    (
        "step",
        {"period": 30, "factor": 0.3, "warmup": _WARMUP},
        None,
        lambda optimizer: lr_scheduler.SequentialLR(
            optimizer,
            [
                lr_scheduler.LinearLR(optimizer, 1.0 / (_WARMUP + 1), 1.0, _WARMUP),
                _STEP(optimizer),
            ],
            [_WARMUP],
        ),
    ),
    (
        "exponential",
        {"factor": 0.97},
        None,
        lambda optimizer: lr_scheduler.ExponentialLR(optimizer, 0.97),
    ),
    (
        "cosine",
        {"period": 220, "minimum": _MINIMUM},
        None,
        lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, 220, _MINIMUM),
    ),
    (
        "inverse-time",
        {"period": 10, "factor": 0.5},
        None,
        lambda optimizer: lr_scheduler.LambdaLR(optimizer, lambda t: 1.0 / (1.0 + 0.5 * t / 10)),
    ),
    (
        "list",
        {"period": 40},
        _LISTED,
        lambda optimizer: lr_scheduler.LambdaLR(
            optimizer, lambda t: [_RATE, *_LISTED][min(t // 40, 3)] / _RATE
        ),
    ),
]


def _rates(schedule: Scheduler) -> list[float]:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=_RATE)
    scheduler = schedule(optimizer)
    rates = []
    for _ in range(_UPDATES):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return rates


def _trajectories(schedule: Scheduler) -> list[dict[str, Any]]:
    """Train what tests/data/pytorch/given.json says, with the scheduler after each update."""
    given = json.loads((FOLDER.parent / "given.json").read_text())
    start = np.array(given["parameters"]["with biases"])
    inputs, targets = np.array(given["inputs"]), np.array(given["targets"]["squared-error"])
    batches = batches_of(len(inputs), given["batch_size"], given["epochs"])
    rows = []
    for optimizer in ("gradient-descent", "momentum", "adam"):
        case = Case(
            "tanh", "sigmoid", "squared-error", bias=True, optimizer=optimizer, weight_decay=0.0
        )
        costs, parameters = train(
            case, given["layer_sizes"], start, inputs, targets, batches, schedule
        )
        rows.append(
            {"optimizer": optimizer, "learning_rate": case.learning_rate}
            | {"cost": costs[-1], "parameters": parameters.tolist()}
        )
    return rows


def _plateau() -> dict[str, Any]:
    """Return the costs of validations, one after each update, and the rates that follow."""
    costs = np.round(np.random.default_rng(5).exponential(1.0, _UPDATES) + 0.5, 2).tolist()
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=_RATE)
    # It reduces the rate when more than `patience` validations have not improved, not as many.
    scheduler = lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.7, patience=6, threshold=0.05, threshold_mode="abs", eps=0.0
    )
    rates = []
    for cost in costs:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step(cost)
    numbers = {"learning_rate": _RATE, "factor": 0.7, "patience": 7, "min_delta": 0.05}
    return {"kind": "plateau", "numbers": numbers, "costs": costs, "learning_rates": rates}


def main() -> None:
    """Write the rates of each schedule, and what training with it leads to."""
    torch.set_num_threads(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    rows = []
    for kind, numbers, listed, schedule in _CASES:
        row = {"kind": kind, "numbers": {"learning_rate": _RATE} | numbers}
        row |= {} if listed is None else {"rates": listed}
        trajectories = [] if listed else _trajectories(schedule)  # a list has its own rates
        rows.append(row | {"learning_rates": _rates(schedule), "trajectories": trajectories})
    rows.append(_plateau() | {"trajectories": []})
    made_by = f"PyTorch {torch.__version__.partition('+')[0]}, float64"
    text = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    (FOLDER / "rates.json").write_text(
        f'{{\n "made_by": {json.dumps(made_by)},\n "schedules": [\n{text}\n ]\n}}\n'
    )


if __name__ == "__main__":
    main()
