"""Training, step by step, in plain Python: what the kernels do, written to be read.

Every sum starts at +0.0 and is taken in the order that is written here.  The kernels keep this
order; these loops say which bits are right.

The letters are those of the formulas: x inputs, y targets, w weights, z logits, a activations,
δ deltas, C cost.  Within a layer i counts its units and j its inputs, which are the units of the
layer below; k counts the units of the layer above.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from training.numerics.activations import ACTIVATIONS
from training.numerics.costs import COSTS
from training.numerics.layout import Weights

Vector = Sequence[float]
Units = list[list[float]]
"""A number for each unit, units[layer][unit]; layer 0 is the first after the inputs."""

ACTIVATION = ACTIVATIONS["sigmoid"]
COST = COSTS["cross-entropy"]


def forward(weights: Weights, x: Vector) -> tuple[Units, Units]:
    """Return the logits and the activations of every layer after the inputs, for one example.

    Args:
        weights: weights[layer][unit][input].
        x: the example's inputs.
    """
    logits: Units = []
    activations: Units = []
    below = x  # a⁰ = x
    for layer in weights:  # (units, inputs of the layer)
        z = []
        for w_i in layer:
            z_i = 0.0
            for a_j, w_ij in zip(below, w_i, strict=True):
                z_i = z_i + a_j * w_ij  # zᵢ = Σⱼ aⱼ·wᵢⱼ
            z.append(z_i)
        a = [ACTIVATION.function(z_i) for z_i in z]  # aᵢ = f(zᵢ)
        logits.append(z)  # (units)
        activations.append(a)  # (units)
        below = a
    return logits, activations


def example_cost(logits: Units, y: Vector) -> float:
    """Return the cost of one example: the sum of the costs of its outputs."""
    c = 0.0
    for z_k, y_k in zip(logits[-1], y, strict=True):
        c = c + COST.function(z_k, y_k)  # C = Σₖ C(zₖ, yₖ)
    return c


def backward(weights: Weights, activations: Units, y: Vector) -> Units:
    """Return the deltas δ = ∂C/∂z of every layer after the inputs, for one example.

    Args:
        weights: weights[layer][unit][input].
        activations: those that `forward` gave for the example.
        y: the example's targets.
    """
    outputs = activations[-1]
    delta = [COST.derivative(a_k, y_k) for a_k, y_k in zip(outputs, y, strict=True)]  # δₖ = ∂C/∂zₖ
    deltas = [delta]  # (outputs)
    for layer in range(len(weights) - 1, 0, -1):
        weights_above = weights[layer]  # (units above, units)
        delta_above = deltas[0]
        delta = []
        for i, a_i in enumerate(activations[layer - 1]):
            s = 0.0
            for delta_k, w_k in zip(delta_above, weights_above, strict=True):
                s = s + delta_k * w_k[i]  # s = Σₖ δₖ·wₖᵢ
            delta.append(s * ACTIVATION.derivative(a_i))  # δᵢ = s·f′(zᵢ)
        deltas.insert(0, delta)  # (units)
    return deltas


def gradient(x: Vector, activations: Units, deltas: Units) -> Weights:
    """Return ∂C/∂w for every weight w, for one example, as gradient[layer][unit][input]."""
    return [
        [[delta_i * a_j for a_j in below] for delta_i in delta]  # ∂C/∂wᵢⱼ = δᵢ·aⱼ
        for delta, below in zip(deltas, [x, *activations[:-1]], strict=True)
    ]


def batch_gradient(
    weights: Weights, inputs: Sequence[Vector], targets: Sequence[Vector]
) -> tuple[float, Weights]:
    """Return the mean cost and the mean gradient, G/n, of a batch of n examples."""
    n = float(len(inputs))
    c = 0.0
    g = each_weight(lambda _: 0.0, weights)
    for x, y in zip(inputs, targets, strict=True):
        logits, activations = forward(weights, x)
        deltas = backward(weights, activations, y)
        c = c + example_cost(logits, y)
        g = each_weight(lambda g, h: g + h, g, gradient(x, activations, deltas))  # G = Σ ∂C/∂w
    return c / n, each_weight(lambda g: g / n, g)


def descend(weights: Weights, mean_gradient: Weights, learning_rate: float) -> Weights:
    """Return the weights after one step of plain gradient descent."""
    step = each_weight(lambda g: g * learning_rate, mean_gradient)  # (G/n)·learning rate
    return each_weight(lambda w, s: w - s, weights, step)  # w − (G/n)·learning rate


def each_weight(operation: Callable[..., float], *weights: Weights) -> Weights:
    """Return the results of an operation on each weight, or on those at the same place."""
    return [
        [[operation(*w) for w in zip(*units, strict=True)] for units in zip(*layers, strict=True)]
        for layers in zip(*weights, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Update:
    """One update of a run."""

    cost: float
    """The mean cost of the batch, measured with the weights before the update."""
    gradient: Weights
    """G/n, the mean gradient of the batch, computed with the weights before the update."""
    weights: Weights
    """The weights after the update."""


def train(
    weights: Weights,
    inputs: Sequence[Vector],
    targets: Sequence[Vector],
    learning_rate: float,
    batch_size: int,
    epochs: int,
) -> Iterator[Update]:
    """Yield the updates of a run, one after the other.

    The run takes the examples in order, again and again: a batch may straddle the end of an epoch,
    and the last batch holds what is left.  The run ends early where the next update would make a
    weight infinite or NaN.

    Args:
        weights: the weights to start from, weights[layer][unit][input].
        inputs: inputs[example][input].
        targets: targets[example][output], in [0, 1].
        learning_rate: > 0.
        batch_size: from 1 to the number of examples.
        epochs: ≥ 1.
    """
    total_examples = epochs * len(inputs)
    for start in range(0, total_examples, batch_size):
        end = min(start + batch_size, total_examples)
        batch = [position % len(inputs) for position in range(start, end)]
        cost, mean_gradient = batch_gradient(
            weights, [inputs[example] for example in batch], [targets[example] for example in batch]
        )
        weights = descend(weights, mean_gradient, learning_rate)
        if not all(math.isfinite(w) for layer in weights for unit in layer for w in unit):
            return
        yield Update(cost, mean_gradient, weights)
