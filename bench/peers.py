"""The loops that others would write, for the same work: 2-5-1, XOR, batches of 4."""

import ctypes
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Train(Protocol):
    """A loop that trains the parameters in place and returns the last cost."""

    def __call__(self, parameters: Array, updates: int, *, record: bool) -> float:
        """Make so many updates, keeping the parameters after each where `record` says so."""


INPUTS = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
TARGETS = np.array([[0.0], [1.0], [1.0], [0.0]])
LEARNING_RATE = 5.0
PARAMETERS = 15

#: Where measurements leave their files: on the disk of this checkout, not in memory.
BUILD = Path(__file__).parents[1] / "build"


def numpy_loop(parameters: Array, updates: int, *, record: bool) -> float:
    """Train in place with matrix products, an update at a time; return the last cost."""
    hidden, output = parameters[:10].reshape(5, 2), parameters[10:].reshape(1, 5)
    costs = np.empty(updates)
    recorded = np.empty((updates if record else 0, PARAMETERS))
    for update in range(updates):
        a = 1.0 / (1.0 + np.exp(-(INPUTS @ hidden.T)))  # (4, 5)
        z = a @ output.T  # (4, 1)
        cost = np.maximum(z, 0.0) - z * TARGETS + np.log1p(np.exp(-np.abs(z)))
        delta = 1.0 / (1.0 + np.exp(-z)) - TARGETS
        below = (delta @ output) * (a * (1.0 - a))
        output -= (delta.T @ a) / 4 * LEARNING_RATE
        hidden -= (below.T @ INPUTS) / 4 * LEARNING_RATE
        costs[update] = cost.sum() / 4
        if record:
            recorded[update] = parameters
    return float(costs[-1])


def c_loop() -> Train | None:
    """Compile the plain C loop at -O3 and return it; None where there is no compiler."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        return None
    library = BUILD / "plain_loop.so"
    BUILD.mkdir(exist_ok=True)
    source = Path(__file__).with_name("plain_loop.c")
    subprocess.run(  # noqa: S603 (the project's own source)
        [compiler, "-O3", "-shared", "-fPIC", str(source), "-o", str(library), "-lm"], check=True
    )
    train = ctypes.CDLL(str(library)).train
    pointer = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")
    train.argtypes = [
        *(pointer, pointer, ctypes.c_double, ctypes.c_long, pointer, pointer),
        ctypes.c_void_p,
    ]
    train.restype = None

    def loop(parameters: Array, updates: int, *, record: bool) -> float:
        costs = np.empty(updates)
        recorded = np.empty((updates if record else 0, PARAMETERS))
        kept = recorded.ctypes.data if record else None
        train(INPUTS, TARGETS, LEARNING_RATE, updates, parameters, costs, kept)
        return float(costs[-1])

    return loop
