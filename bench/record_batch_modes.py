"""Records batches of PyTorch that end with an epoch: `python -m bench.record_batch_modes`.

Writes tests/data/pytorch/batch_modes.  Needs PyTorch, so it runs in the environment of the peers.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader

from bench.pytorch_reference import OPTIMIZERS, Case, train

_DATA = Path(__file__).parents[1] / "tests" / "data" / "pytorch"

_UPDATES = 200


def _trajectories(given: dict[str, Any], mode: str, batches: list[list[int]]) -> dict[str, Any]:
    start = np.array(given["parameters"]["with biases"])
    inputs, targets = np.array(given["inputs"]), np.array(given["targets"]["cross-entropy"])
    rows = []
    for optimizer in OPTIMIZERS:
        case = Case(
            "tanh", "sigmoid", "cross-entropy", bias=True, optimizer=optimizer, weight_decay=0.01
        )
        costs, parameters = train(case, given["layer_sizes"], start, inputs, targets, batches)
        rows.append(
            {"optimizer": optimizer, "learning_rate": case.learning_rate}
            | {"costs": costs, "parameters": parameters.tolist()}
        )
    return {"batch_mode": mode, "trajectories": rows}


def main() -> None:
    """Write what training leads to with the batches of a DataLoader, with and without the last."""
    torch.set_num_threads(1)
    given = json.loads((_DATA / "given.json").read_text())
    rows = []
    for mode, drops in (("end-with-epoch", False), ("drop-last", True)):
        numbers = list(range(len(given["inputs"])))
        loader: Any = DataLoader(numbers, batch_size=given["batch_size"], drop_last=drops)
        epochs = _UPDATES // len(loader)
        batches = [batch.tolist() for _ in range(epochs) for batch in loader]
        rows.append({"epochs": epochs} | _trajectories(given, mode, batches))
    made_by = f"PyTorch {torch.__version__.partition('+')[0]}, float64"
    folder = _DATA / "batch_modes"
    folder.mkdir(exist_ok=True)
    (folder / "batch_modes.json").write_text(json.dumps({"made_by": made_by, "modes": rows}) + "\n")


if __name__ == "__main__":
    main()
