"""What networks, functions and optimizers are called where there are no names: in compiled code."""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.activations import ACTIVATIONS, SOFTMAX
from training.numerics.costs import CostFunction
from training.numerics.jit import shared
from training.numerics.layout import Structure
from training.numerics.optimizers import OptimizerKind
from training.numerics.vectors import Pointer, integer_at, pointer

#: Kernels know functions by numbers: their positions in the tables.
ACTIVATION_CODES = {name: code for code, name in enumerate((*ACTIVATIONS, SOFTMAX))}
COST_CODES: dict[str, int] = {name: code for code, name in enumerate(CostFunction)}
OPTIMIZER_CODES: dict[str, int] = {name: code for code, name in enumerate(OptimizerKind)}


class EncodedNetwork(NamedTuple):
    """A `Structure` as kernels take it."""

    layer_sizes: NDArray[np.int64]
    activations: NDArray[np.int64]
    cost: int
    bias: int


@lru_cache(maxsize=128)
def encoded(structure: Structure) -> EncodedNetwork:
    """Return what kernels need to know of a network; it is the same object each time."""
    return EncodedNetwork(
        np.array(structure.layer_sizes, dtype=np.int64),
        np.array([ACTIVATION_CODES[name] for name in structure.activations], dtype=np.int64),
        COST_CODES[structure.cost],
        int(structure.bias),
    )


class NetworkPointers(NamedTuple):
    """An `EncodedNetwork` inside of a kernel, with pointers for arrays."""

    sizes: Pointer
    layers: int
    activations: Pointer
    cost: int
    bias: int
    parameters: int


@shared
def pointers_of(network: EncodedNetwork, parameters: NDArray[np.float64]) -> NetworkPointers:
    """Return the network without arrays; it is valid for as long as they are kept."""
    return NetworkPointers(
        pointer(network.layer_sizes),
        network.layer_sizes.size,
        pointer(network.activations),
        network.cost,
        network.bias,
        parameters.size,
    )


@shared
def size_of(network: NetworkPointers, layer: int) -> int:
    """Return how many units a layer has; layer 0 are the inputs."""
    return integer_at(network.sizes, layer)  # type: ignore[no-any-return]


@shared
def unit_count(network: NetworkPointers) -> int:
    """Return how many units all layers have together, the inputs too."""
    units = 0
    for layer in range(network.layers):
        units += size_of(network, layer)
    return units
