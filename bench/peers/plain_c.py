"""Plain C at -O3, as one would write it; for 2-5-1 with the sizes known to the compiler."""

import ctypes

import numpy as np

from bench.peers.compiling import compiled, said
from bench.peers.work import Loop, Trained, Work

_VECTOR = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")


def version() -> str:
    """Say which compiler this is."""
    return said("cc", "--version")


def loop(work: Work) -> Loop:
    """Return the loop that knows the sizes where there is one, else the one for any size."""
    if (work.layer_sizes, work.hidden, work.output) == ((2, 5, 1), "sigmoid", "sigmoid"):
        return _fixed(work)
    library = compiled("plain_any")
    library.train.argtypes = [
        *(ctypes.c_int,) * 5,
        *(_VECTOR, _VECTOR, ctypes.c_long, ctypes.c_int, ctypes.c_double, ctypes.c_long),
        *(_VECTOR, _VECTOR, ctypes.c_void_p),
    ]
    library.train.restype = None

    def train(updates: int) -> Trained:
        parameters, costs = work.parameters.copy(), np.empty(updates)
        recorded = np.empty((updates if work.record else 0, len(parameters)))
        library.train(
            *work.layer_sizes,
            int(work.hidden == "tanh"),
            int(work.output == "softmax"),
            work.inputs,
            work.targets,
            len(work.inputs),
            work.batch_size,
            work.learning_rate,
            updates,
            parameters,
            costs,
            recorded.ctypes.data if work.record else None,
        )
        return Trained(costs, parameters)

    return train


def _fixed(work: Work) -> Loop:
    library = compiled("plain_fixed")
    library.train.argtypes = [
        *(_VECTOR, _VECTOR, ctypes.c_double, ctypes.c_long, _VECTOR, _VECTOR),
        ctypes.c_void_p,
    ]
    library.train.restype = None

    def train(updates: int) -> Trained:
        parameters, costs = work.parameters.copy(), np.empty(updates)
        recorded = np.empty((updates if work.record else 0, len(parameters)))
        kept = recorded.ctypes.data if work.record else None
        library.train(
            *(work.inputs, work.targets, work.learning_rate, updates, parameters, costs, kept)
        )
        return Trained(costs, parameters)

    return train
