"""FANN, a C library, in double precision: its batch update.

It always has biases, and minimizes the squared error: it has neither cross-entropy nor softmax,
so the work of its outputs is less than that of the others.
"""

import ctypes

import numpy as np

from bench.peers.compiling import compiled, said
from bench.peers.work import Loop, Trained, Work


def version() -> str:
    """Say which FANN this is, as far as pkg-config knows."""
    return f"FANN {said('pkg-config', '--modversion', 'fann')}".strip()


def loop(work: Work) -> Loop:
    """Return a loop of fann_train_epoch over the batches of an epoch."""
    library = compiled("fann_loop", "-ldoublefann", package="libfann-dev")
    vector = np.ctypeslib.ndpointer(dtype=np.float64, flags="C_CONTIGUOUS")
    library.make.restype = ctypes.c_void_p
    library.make.argtypes = [*(ctypes.c_uint,) * 3, ctypes.c_int, ctypes.c_float]
    library.set_of.restype = ctypes.c_void_p
    library.set_of.argtypes = [*(ctypes.c_uint,) * 3, vector, vector]
    library.connections.argtypes = [ctypes.c_void_p]
    library.set_weights.argtypes = [ctypes.c_void_p, vector]
    library.set_weights.restype = None
    library.train.argtypes = [
        *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long, ctypes.c_long),
        *(vector, ctypes.c_void_p),
    ]
    library.train.restype = None
    inputs, hidden, outputs = work.layer_sizes
    symmetric = int(work.hidden == "tanh")
    network = library.make(inputs, hidden, outputs, symmetric, work.learning_rate)
    count = library.connections(network)
    batches = (ctypes.c_void_p * work.batches)(
        *(library.set_of(len(x), inputs, outputs, x, y) for x, y in work.batch_arrays())
    )
    # A unit's weights, then its bias, unit after unit.
    first, last = work.weights(work.parameters)
    start = np.concatenate([np.pad(w, ((0, 0), (0, 1))).ravel() for w in (first, last)])

    def train(updates: int) -> Trained:
        library.set_weights(network, start)
        costs = np.empty(updates)
        recorded = np.empty((updates if work.record else 0, count))
        kept = recorded.ctypes.data if work.record else None
        library.train(network, batches, work.batches, updates, costs, kept)
        return Trained(costs, np.empty(0))

    return train
