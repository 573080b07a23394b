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

from bench.pytorch_reference import Array, Case, batches_of, loss_of, outputs_of, train
from training.split import split

FOLDER = Path(__file__).parents[1] / "tests" / "data" / "pytorch" / "schedules"

_UPDATES = 200
_RATE = 0.1
_MINIMUM = 0.001
_WARMUP = 9
_LISTED = [0.05, 0.2, 0.01]
_HELD_OUT, _SEED, _LEAST, _PATIENCE = 0.3, 5, 0.0001, 25

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
        # With another rate than _RATE, all are larger or smaller in proportion.
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


class _OnPlateau:
    """A scheduler that validates the network after each update."""

    def __init__(self, optimizer: Any, case: Case, inputs: Array, targets: Array) -> None:  # noqa: ANN401
        leaves = optimizer.param_groups[0]["params"]
        self._layers = [leaves[first : first + 2] for first in range(0, len(leaves), 2)]
        self._optimizer, self._case = optimizer, case
        self._x, self._y = torch.tensor(inputs), torch.tensor(targets)
        self._scheduler = _on_plateau(optimizer, _PATIENCE, _LEAST)
        self.costs: list[float] = []
        self.rates: list[float] = []

    def step(self) -> None:
        self.rates.append(self._optimizer.param_groups[0]["lr"])
        with torch.no_grad():
            outputs = outputs_of(self._case, self._layers, self._x)
            self.costs.append(loss_of(self._case)(outputs, self._y).item())
        self._scheduler.step(self.costs[-1])


def _on_plateau(optimizer: Any, patience: int, least: float) -> Any:  # noqa: ANN401
    # It reduces the rate when more than `patience` validations have not improved, not as many.
    return lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=0.7, patience=patience - 1, threshold=least, threshold_mode="abs", eps=0.0
    )


def _validated() -> dict[str, Any]:
    """Return trajectories whose rates follow from the costs of held-out examples."""
    given = json.loads((FOLDER.parent / "given.json").read_text())
    start = np.array(given["parameters"]["with biases"])
    inputs, targets = np.array(given["inputs"]), np.array(given["targets"]["squared-error"])
    sides = split(targets, _HELD_OUT, _SEED)
    x, y = inputs[sides.training], targets[sides.training]
    batches = batches_of(len(x), given["batch_size"], _UPDATES)[:_UPDATES]
    rows = []
    for optimizer in ("gradient-descent", "momentum", "adam"):
        case = Case(
            "tanh", "sigmoid", "squared-error", bias=True, optimizer=optimizer, weight_decay=0.0
        )
        schedulers: list[_OnPlateau] = []

        def schedule(of: Any, case: Case = case, into: list[_OnPlateau] = schedulers) -> _OnPlateau:  # noqa: ANN401
            into.append(_OnPlateau(of, case, inputs[sides.held_out], targets[sides.held_out]))
            return into[0]

        costs, parameters = train(case, given["layer_sizes"], start, x, y, batches, schedule)
        (scheduler,) = schedulers
        rows.append(
            {"optimizer": optimizer, "learning_rate": case.learning_rate}
            | {"learning_rates": scheduler.rates, "validation_costs": scheduler.costs}
            | {"cost": costs[-1], "parameters": parameters.tolist()}
        )
    return {
        "share": _HELD_OUT,
        "seed": _SEED,
        "held_out": sides.held_out.tolist(),
        "numbers": {"factor": 0.7, "patience": _PATIENCE, "min_delta": _LEAST},
        "trajectories": rows,
    }


def _plateau() -> dict[str, Any]:
    """Return the costs of validations, one after each update, and the rates that follow."""
    costs = np.round(np.random.default_rng(5).exponential(1.0, _UPDATES) + 0.5, 2).tolist()
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=_RATE)
    scheduler = _on_plateau(optimizer, 7, 0.05)
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
        found = {"learning_rates": _rates(schedule), "trajectories": _trajectories(schedule)}
        rows.append(row | found)
    rows.append(_plateau() | {"trajectories": []})
    made_by = f"PyTorch {torch.__version__.partition('+')[0]}, float64"
    text = ",\n".join(f"  {json.dumps(row)}" for row in rows)
    (FOLDER / "rates.json").write_text(
        f'{{\n "made_by": {json.dumps(made_by)},\n "schedules": [\n{text}\n ]\n}}\n'
    )
    validated = {"made_by": made_by} | _validated()
    (FOLDER / "plateau.json").write_text(json.dumps(validated) + "\n")


if __name__ == "__main__":
    main()
