"""Training, compiled: the arithmetic of `loops`, in its order and to its bits, at full speed.

A network's parameters are one flat vector (`layout`).  What is computed for one example is a number
per unit, layer after layer, the inputs first; `here`, `below` and `above` are where a layer's units
begin in such a vector, `weight` where a layer's or a unit's weights begin among the parameters.
"""

from typing import NamedTuple

import numpy as np
from numba import types
from numpy.typing import NDArray

from training.numerics.activations import sigmoid, sigmoid_derivative
from training.numerics.costs import cross_entropy, cross_entropy_derivative
from training.numerics.jit import kernel, shared

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Example(NamedTuple):
    """Room for what is computed for one example: [units of all layers, the inputs first]."""

    logits: Floats
    activations: Floats
    deltas: Floats


@shared
def _room_for_example(layer_sizes: Integers) -> Example:
    units = 0
    for size in layer_sizes:
        units += size
    return Example(np.empty(units), np.empty(units), np.empty(units))


@shared
def _forward(layer_sizes: Integers, x: Floats, parameters: Floats, example: Example) -> None:
    """Fill in the logits and activations of an example with inputs `x`."""
    logits, activations, _ = example
    for j in range(layer_sizes[0]):
        activations[j] = x[j]
    below = 0
    weight = 0
    for layer in range(1, layer_sizes.size):
        inputs = layer_sizes[layer - 1]
        here = below + inputs
        for i in range(here, here + layer_sizes[layer]):
            z = 0.0
            for j in range(inputs):
                z += activations[below + j] * parameters[weight + j]
            logits[i] = z
            activations[i] = sigmoid(z)
            weight += inputs
        below = here


@shared
def _finish_forward(layer_sizes: Integers, y: Floats, example: Example) -> float:
    """Fill in the outputs' deltas for the targets `y` and return the cost of the example."""
    logits, activations, deltas = example
    outputs = layer_sizes[-1]
    here = activations.size - outputs
    cost = 0.0
    for k in range(outputs):
        cost += cross_entropy(logits[here + k], y[k])
        deltas[here + k] = cross_entropy_derivative(activations[here + k], y[k])
    return cost


@shared
def _backward(layer_sizes: Integers, parameters: Floats, example: Example) -> None:
    """Fill in the deltas of the hidden layers, from the outputs' downwards."""
    _, activations, deltas = example
    above = activations.size - layer_sizes[-1]
    weight = parameters.size
    for layer in range(layer_sizes.size - 2, 0, -1):
        units = layer_sizes[layer]
        units_above = layer_sizes[layer + 1]
        here = above - units
        weight -= units_above * units
        for i in range(units):
            deltas[here + i] = 0.0
        # One unit above after the other: each sum still takes them in order, and the weights are
        # read in the order in which they lie in memory.
        for k in range(units_above):
            delta = deltas[above + k]
            for i in range(units):
                deltas[here + i] += delta * parameters[weight + k * units + i]
        for i in range(here, above):
            deltas[i] *= sigmoid_derivative(activations[i])
        above = here


@shared
def _add_gradient(layer_sizes: Integers, example: Example, gradient: Floats) -> None:
    """Add the example's gradient to `gradient`, the sum over the batch."""
    _, activations, deltas = example
    below = 0
    weight = 0
    for layer in range(1, layer_sizes.size):
        inputs = layer_sizes[layer - 1]
        here = below + inputs
        for i in range(here, here + layer_sizes[layer]):
            delta = deltas[i]
            for j in range(inputs):
                gradient[weight + j] += delta * activations[below + j]
            weight += inputs
        below = here


@shared
def _descend(
    parameters: Floats, gradient: Floats, n: float, learning_rate: float, changed: Floats
) -> bool:
    """Put the parameters after one step into `changed`, and tell whether all are finite."""
    finite = True
    for p in range(parameters.size):
        w = parameters[p] - (gradient[p] / n) * learning_rate
        changed[p] = w
        finite &= w - w == 0.0  # ∞ − ∞ and NaN − NaN are NaN
    return finite


# Arguments that are only read may be read-only arrays: training sets are.
_SIZES = types.Array(types.int64, 1, "C", readonly=True)
_READ_VECTOR = types.Array(types.float64, 1, "C", readonly=True)
_READ_ROWS = types.Array(types.float64, 2, "C", readonly=True)
_VECTOR = types.Array(types.float64, 1, "C")
_ROWS = types.Array(types.float64, 2, "C")


@kernel(
    types.int64(
        _SIZES,
        _READ_ROWS,
        _READ_ROWS,
        types.float64,
        types.int64,
        types.int64,
        types.int64,
        types.int64,
        _VECTOR,
        _VECTOR,
        _ROWS,
    )
)
def train(
    layer_sizes: Integers,
    inputs: Floats,
    targets: Floats,
    learning_rate: float,
    batch_size: int,
    total_examples: int,
    updates_done: int,
    count: int,
    parameters: Floats,
    costs: Floats,
    recorded: Floats,
) -> int:
    """Advance a run by up to `count` updates and return how many were made.

    The run takes the examples in order, again and again: its update number u, from 0, takes those
    at the positions u·batch_size to min((u + 1)·batch_size, total_examples) − 1, and position p is
    that of example p mod examples.

    Fewer than `count` updates are made when the run ends, and when the next update would make a
    parameter infinite or NaN: `parameters` then is what the last finite update left.

    Args:
        layer_sizes: [layers], the inputs first.
        inputs: [examples, inputs].
        targets: [examples, outputs], each in [0, 1].
        learning_rate: > 0.
        batch_size: from 1 to the number of examples.
        total_examples: epochs × examples.
        updates_done: how many updates the run has already made.
        count: how many more to make, at most.
        parameters: [parameters], changed in place.
        costs: [≥ count], becomes the mean cost of each update's batch, measured before the update.
        recorded: [≥ count, parameters], becomes the parameters after each update; or [0, any], then
            nothing is recorded.
    """
    example = _room_for_example(layer_sizes)
    gradient = np.empty(parameters.size)
    changed = np.empty(parameters.size)
    examples = inputs.shape[0]
    position = updates_done * batch_size
    row = position % examples
    done = 0
    while done < count and position < total_examples:
        n = min(batch_size, total_examples - position)
        gradient[:] = 0.0
        cost = 0.0
        for _ in range(n):
            _forward(layer_sizes, inputs[row], parameters, example)
            cost += _finish_forward(layer_sizes, targets[row], example)
            _backward(layer_sizes, parameters, example)
            _add_gradient(layer_sizes, example, gradient)
            row = row + 1 if row + 1 < examples else 0
        if not _descend(parameters, gradient, float(n), learning_rate, changed):
            break
        parameters[:] = changed
        if recorded.shape[0] > 0:
            recorded[done, :] = changed
        costs[done] = cost / n
        position += n
        done += 1
    return done


@kernel(types.void(_SIZES, _READ_ROWS, _READ_VECTOR, _ROWS))
def forward(layer_sizes: Integers, inputs: Floats, parameters: Floats, activations: Floats) -> None:
    """Compute the activations of every layer after the inputs, for each example.

    Args:
        layer_sizes: [layers], the inputs first.
        inputs: [examples, inputs].
        parameters: [parameters].
        activations: [examples, units of all layers after the inputs], filled in.
    """
    example = _room_for_example(layer_sizes)
    for row in range(inputs.shape[0]):
        _forward(layer_sizes, inputs[row], parameters, example)
        activations[row, :] = example.activations[layer_sizes[0] :]


KERNELS = (train, forward)
