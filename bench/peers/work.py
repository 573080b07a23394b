"""What every peer is given, and what it gives back."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Work:
    """A training by plain gradient descent, float64, in batches that divide the examples.

    The network has one hidden layer and no biases.  Its outputs are sigmoids with cross-entropy,
    or a softmax with categorical cross-entropy.
    """

    layer_sizes: tuple[int, int, int]
    hidden: str  # "sigmoid" or "tanh"
    output: str  # "sigmoid" or "softmax"
    inputs: Array  # (examples, inputs)
    targets: Array  # (examples, outputs)
    parameters: Array  # to start from: weights[unit, input] of the hidden, then of the last layer
    learning_rate: float
    batch_size: int
    record: bool  # keep the parameters after every update, not the cost alone
    threads: int = 1  # at most, that compute an update together

    @property
    def batches(self) -> int:
        """How many batches make an epoch."""
        return len(self.inputs) // self.batch_size

    def weights(self, parameters: Array) -> tuple[Array, Array]:
        """Return the weights of both layers, (units, inputs), as views of the parameters."""
        inputs, hidden, outputs = self.layer_sizes
        return (
            parameters[: hidden * inputs].reshape(hidden, inputs),
            parameters[hidden * inputs :].reshape(outputs, hidden),
        )

    def batch_arrays(self) -> list[tuple[Array, Array]]:
        """Return the inputs and targets of each batch of an epoch, as views."""
        starts = range(0, len(self.inputs), self.batch_size)
        ends = [start + self.batch_size for start in starts]
        return [
            (self.inputs[start:end], self.targets[start:end])
            for start, end in zip(starts, ends, strict=True)
        ]

    def save(self, path: Path) -> None:
        """Write it where another process can load it."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez(path, **values)


def load(path: Path) -> Work:
    """Return what `Work.save` wrote."""
    with np.load(path) as file:
        found = {name: file[name] for name in file.files}
    inputs, hidden, outputs = map(int, found["layer_sizes"])
    return Work(
        layer_sizes=(inputs, hidden, outputs),
        hidden=str(found["hidden"]),
        output=str(found["output"]),
        inputs=found["inputs"],
        targets=found["targets"],
        parameters=found["parameters"],
        learning_rate=float(found["learning_rate"]),
        batch_size=int(found["batch_size"]),
        record=bool(found["record"]),
        threads=int(found["threads"]),
    )


@dataclass(frozen=True, slots=True)
class Trained:
    """The result of a loop: the cost of every update and the parameters after the last."""

    costs: Array  # (updates)
    parameters: Array  # as Work.parameters; empty where the peer's network is not quite ours


#: Trains a number of updates, from the work's initial parameters and first example.
Loop = Callable[[int], Trained]


class Absent(Exception):
    """The peer is not on this machine; says what is missing."""
