"""What networks, functions and optimizers are called where there are no names: in compiled code."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.activations import ACTIVATIONS, SOFTMAX
from training.numerics.costs import CostFunction
from training.numerics.layout import Structure
from training.numerics.optimizers import OptimizerKind

#: Kernels know functions by numbers: their places in the tables.
ACTIVATION_CODES = {name: code for code, name in enumerate((*ACTIVATIONS, SOFTMAX))}
COST_CODES: dict[str, int] = {name: code for code, name in enumerate(CostFunction)}
OPTIMIZER_CODES: dict[str, int] = {name: code for code, name in enumerate(OptimizerKind)}


class Network(NamedTuple):
    """A `Structure` as kernels know it."""

    layer_sizes: NDArray[np.int64]
    activations: NDArray[np.int64]
    cost: int
    bias: int


def encoded(structure: Structure) -> Network:
    """Return what kernels need to know of a network."""
    return Network(
        np.array(structure.layer_sizes, dtype=np.int64),
        np.array([ACTIVATION_CODES[name] for name in structure.activations], dtype=np.int64),
        COST_CODES[structure.cost],
        int(structure.bias),
    )
