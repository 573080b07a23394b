"""Training, step by step, in plain Python: what the kernels do, written to be read.

Every sum starts at +0.0 and is taken in the order written here.  The kernels keep this order and
give the same bits; these loops say what those bits have to be.

The letters are those of the formulas: x inputs, y targets, w weights, z logits, a activations,
δ deltas, C cost; i counts a layer's units, j its inputs, k the units of the layer above.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.numerics.activations import ACTIVATIONS
from training.numerics.costs import COSTS
from training.numerics.layout import Weights

Vector = Sequence[float]
Layers = list[list[float]]
"""A number per unit, layer after layer."""

activation = ACTIVATIONS["sigmoid"]
cost = COSTS["cross-entropy"]


def forward(weights: Weights, x: Vector) -> tuple[Layers, Layers]:
    """Return the logits and the activations of every layer after the inputs, for one example."""
    logits: Layers = []
    activations: Layers = []
    a_below = x  #                                        a⁰ = x           [inputs]
    for layer in weights:  #                                               [units][inputs]
        z = []
        for w_i in layer:
            z_i = 0.0
            for a_j, w_ij in zip(a_below, w_i, strict=True):
                z_i = z_i + a_j * w_ij  #                 zᵢ = Σⱼ aⱼ·wᵢⱼ
            z.append(z_i)
        a = [activation.function(z_i) for z_i in z]  #    aᵢ = f(zᵢ)       [units]
        logits.append(z)
        activations.append(a)
        a_below = a
    return logits, activations


def example_cost(output_logits: Vector, y: Vector) -> float:
    """Return the cost of one example: the sum of its outputs' costs."""
    c = 0.0
    for z_k, y_k in zip(output_logits, y, strict=True):
        c = c + cost.function(z_k, y_k)  #                C = Σₖ C(zₖ, yₖ)
    return c


def backward(weights: Weights, activations: Layers, y: Vector) -> Layers:
    """Return the deltas δ = ∂C/∂z of every layer after the inputs, for one example."""
    outputs = activations[-1]
    delta = [
        cost.derivative(a_k, y_k)  #                      δₖ = aₖ − yₖ     [outputs]
        for a_k, y_k in zip(outputs, y, strict=True)
    ]
    deltas = [delta]
    for layer_above, a in zip(weights[:0:-1], activations[-2::-1], strict=True):
        delta_above = delta
        delta = []
        for i, a_i in enumerate(a):
            s = 0.0
            for delta_k, w_k in zip(delta_above, layer_above, strict=True):
                s = s + delta_k * w_k[i]  #               s = Σₖ δₖ·wₖᵢ
            delta.append(s * activation.derivative(a_i))  # δᵢ = s·f′(zᵢ)  [units]
        deltas.insert(0, delta)
    return deltas


def gradient(x: Vector, activations: Layers, deltas: Layers) -> Weights:
    """Return ∂C/∂w for every weight, for one example."""
    below = [x, *activations[:-1]]
    return [
        [[delta_i * a_j for a_j in a] for delta_i in delta]  # ∂C/∂wᵢⱼ = δᵢ·aⱼ
        for delta, a in zip(deltas, below, strict=True)
    ]


def batch_gradient(
    weights: Weights, inputs: Sequence[Vector], targets: Sequence[Vector]
) -> tuple[float, Weights]:
    """Return the mean cost and the mean gradient, G/n, of a batch of n examples."""
    c = 0.0
    g: Weights = [[[0.0 for _ in w_i] for w_i in layer] for layer in weights]
    for x, y in zip(inputs, targets, strict=True):
        logits, activations = forward(weights, x)
        c = c + example_cost(logits[-1], y)
        deltas = backward(weights, activations, y)
        g = _each(lambda g_ij, h_ij: g_ij + h_ij, g, gradient(x, activations, deltas))
    n = float(len(inputs))
    return c / n, _each(lambda g_ij, _: g_ij / n, g, g)


def descend(weights: Weights, mean_gradient: Weights, learning_rate: float) -> Weights:
    """Return the weights after one step of gradient descent: w − (G/n)·learning rate."""
    return _each(lambda w, g: w - g * learning_rate, weights, mean_gradient)


def _each(operation, left, right):  # type: ignore[no-untyped-def]
    return [
        [[operation(p, q) for p, q in zip(u, v, strict=True)] for u, v in zip(a, b, strict=True)]
        for a, b in zip(left, right, strict=True)
    ]


@dataclass(frozen=True)
class Update:
    """One update of a run."""

    cost: float
    """The mean cost of the batch, measured with the weights before the update."""
    gradient: Weights
    """G/n, the mean gradient of the batch."""
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
    """Yield the updates of a run, one by one.

    The run goes through the examples in order, again and again; a batch may straddle the end of
    an epoch, and the last one holds what is left.  The run ends early where an update would make
    a weight infinite or NaN.
    """
    total_examples = epochs * len(inputs)
    for start in range(0, total_examples, batch_size):
        end = min(start + batch_size, total_examples)
        batch = [position % len(inputs) for position in range(start, end)]
        c, g = batch_gradient(weights, [inputs[e] for e in batch], [targets[e] for e in batch])
        weights = descend(weights, g, learning_rate)
        if not all(math.isfinite(w) for layer in weights for w_i in layer for w in w_i):
            return
        yield Update(c, g, weights)
