"""The structure of a network, and the layout of its flat parameters.

Layer by layer; within a layer the weights w[unit, input] row by row, then the biases, if any.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True)
class Structure:
    """The structure of a network.

    `layer_sizes` starts with the inputs and ends with the outputs; `activations` has a name of
    `Activation` for each layer after the inputs, softmax only for the last; `cost` is a name of
    `CostFunction`.
    """

    layer_sizes: tuple[int, ...]
    activations: tuple[str, ...]
    cost: str
    bias: bool = False

    @property
    def parameters(self) -> int:
        """The number of parameters of the network."""
        return sum(units * (inputs + self.bias) for inputs, units in pairwise(self.layer_sizes))


@dataclass(frozen=True)
class Layer:
    """The parameters of a layer, or a number for each of them."""

    weights: list[list[float]]
    """weights[unit][input]."""
    biases: list[float]
    """biases[unit], or empty."""


def to_layers(structure: Structure, parameters: Iterable[float]) -> list[Layer]:
    """Return the flat `parameters` of a network, layer after layer.

    Raises:
        ValueError: if there are more or fewer parameters than the network has.
    """
    flat = [float(parameter) for parameter in parameters]
    if structure.parameters != len(flat):
        sizes = "-".join(map(str, structure.layer_sizes))
        raise ValueError(f"{sizes} has {structure.parameters} parameters, not {len(flat)}")
    layers = []
    start = 0
    for inputs, units in pairwise(structure.layer_sizes):
        end = start + units * inputs
        weights = [flat[row : row + inputs] for row in range(start, end, inputs)]
        start = end + units * structure.bias
        layers.append(Layer(weights, flat[end:start]))
    return layers


def to_flat(layers: Iterable[Layer]) -> list[float]:
    """Return the parameters of all layers as one flat list."""
    return [p for layer in layers for row in (*layer.weights, layer.biases) for p in row]
