"""Where each weight of a network lies in its flat vector of parameters.

Layer after layer; within a layer the weights w[unit, input] row after row.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

Weights = list[list[list[float]]]
"""weights[layer][unit][input]; layer 0 is the first after the inputs."""


def to_layers(layer_sizes: Sequence[int], parameters: Iterable[float]) -> Weights:
    """Return the flat `parameters` of a network as weights[layer][unit][input].

    Raises:
        ValueError: if there are more or fewer parameters than the network has.
    """
    flat = [float(parameter) for parameter in parameters]
    weights: Weights = []
    start = 0
    for inputs, units in pairwise(layer_sizes):
        end = start + units * inputs
        weights.append([flat[row : row + inputs] for row in range(start, end, inputs)])
        start = end
    if start != len(flat):
        raise ValueError(f"layers {list(layer_sizes)} have {start} parameters, not {len(flat)}")
    return weights


def to_flat(weights: Weights) -> list[float]:
    """Return weights[layer][unit][input] as one flat list."""
    return [w for layer in weights for unit in layer for w in unit]
