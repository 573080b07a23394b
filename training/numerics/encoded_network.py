"""Networks, functions and optimizers as numbers, for compiled code."""

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

#: Kernels identify functions by numbers: their positions in the tables.
ACTIVATION_CODES = {name: code for code, name in enumerate((*ACTIVATIONS, SOFTMAX))}
COST_CODES: dict[str, int] = {name: code for code, name in enumerate(CostFunction)}
OPTIMIZER_CODES: dict[str, int] = {name: code for code, name in enumerate(OptimizerKind)}


class EncodedNetwork(NamedTuple):
    """A `Structure` as an argument of kernels."""

    layer_sizes: NDArray[np.int64]
    activations: NDArray[np.int64]
    cost: int
    bias: int


@lru_cache(maxsize=128)
def encoded(structure: Structure) -> EncodedNetwork:
    """Return a network as an argument of kernels; the result is cached."""
    return EncodedNetwork(
        np.array(structure.layer_sizes, dtype=np.int64),
        np.array([ACTIVATION_CODES[name] for name in structure.activations], dtype=np.int64),
        COST_CODES[structure.cost],
        int(structure.bias),
    )


class NetworkPointers(NamedTuple):
    """An `EncodedNetwork` within a kernel, with pointers for arrays."""

    sizes: Pointer
    layers: int
    activations: Pointer
    cost: int
    bias: int
    parameters: int


@shared
def pointers_of(network: EncodedNetwork, parameters: NDArray[np.float64]) -> NetworkPointers:
    """Return the network with pointers; it is valid as long as the arrays are kept."""
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
    """Return the number of units of a layer; layer 0 are the inputs."""
    return integer_at(network.sizes, layer)  # type: ignore[no-any-return]


@shared
def unit_count(network: NetworkPointers) -> int:
    """Return the number of units of all layers, including the inputs."""
    units = 0
    for layer in range(network.layers):
        units += size_of(network, layer)
    return units
