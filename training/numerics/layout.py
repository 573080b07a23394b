"""Where each weight of a network lies in its flat vector of parameters.

Layer after layer; within a layer `w[unit, input]` row by row.
"""

from collections.abc import Sequence

Weights = list[list[list[float]]]
"""The weights of a network, as weights[layer][unit][input]; layer 0 is the one after the inputs."""


def parameter_count(layer_sizes: Sequence[int]) -> int:
    """Return the number of parameters of a network with these layer sizes."""
    count = 0
    for inputs, units in zip(layer_sizes, layer_sizes[1:], strict=False):
        count += units * inputs
    return count


def to_layers(layer_sizes: Sequence[int], parameters: Sequence[float]) -> Weights:
    """Return the flat `parameters` as weights[layer][unit][input]."""
    weights: Weights = []
    start = 0
    for inputs, units in zip(layer_sizes, layer_sizes[1:], strict=False):
        rows = range(start, start + units * inputs, inputs)
        weights.append([[float(w) for w in parameters[row : row + inputs]] for row in rows])
        start += units * inputs
    return weights


def to_flat(weights: Weights) -> list[float]:
    """Return weights[layer][unit][input] as one flat list."""
    return [w for layer in weights for unit in layer for w in unit]
