"""Training, compiled: the arithmetic of `loops`, in its order and to its bits, at full speed."""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from training.numerics.activations import sigmoid, sigmoid_derivative
from training.numerics.costs import cross_entropy, cross_entropy_derivative
from training.numerics.jit import shared

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@shared
def _forward(layer_sizes: Ints, parameters: Floats, logits: Floats, activations: Floats) -> None:
    """Fill in an example's logits and activations; the inputs are the first activations."""
    below = 0
    weight = 0
    for layer in range(1, layer_sizes.size):
        inputs = layer_sizes[layer - 1]
        units = layer_sizes[layer]
        here = below + inputs
        for i in range(units):
            z = 0.0
            for j in range(inputs):
                z += activations[below + j] * parameters[weight + j]
            weight += inputs
            logits[here + i] = z
        for i in range(units):
            activations[here + i] = sigmoid(logits[here + i])
        below = here


@shared
def _backward(layer_sizes: Ints, parameters: Floats, activations: Floats, deltas: Floats) -> None:
    """Fill in the deltas of the hidden layers; those of the outputs are there."""
    above = activations.size - layer_sizes[-1]
    weight = parameters.size
    for layer in range(layer_sizes.size - 2, 0, -1):
        units = layer_sizes[layer]
        units_above = layer_sizes[layer + 1]
        here = above - units
        weight -= units_above * units
        for i in range(units):
            deltas[here + i] = 0.0
        for k in range(units_above):
            delta = deltas[above + k]
            for i in range(units):
                deltas[here + i] += delta * parameters[weight + k * units + i]
        for i in range(units):
            deltas[here + i] *= sigmoid_derivative(activations[here + i])
        above = here


@shared
def _add_gradient(layer_sizes: Ints, activations: Floats, deltas: Floats, total: Floats) -> None:
    """Add an example's gradient to the batch's."""
    below = 0
    weight = 0
    for layer in range(1, layer_sizes.size):
        inputs = layer_sizes[layer - 1]
        here = below + inputs
        for i in range(layer_sizes[layer]):
            delta = deltas[here + i]
            for j in range(inputs):
                total[weight + j] += delta * activations[below + j]
            weight += inputs
        below = here


@shared
def _descend(parameters: Floats, total: Floats, n: float, rate: float, result: Floats) -> bool:
    """Put the parameters after one step into `result` and say whether all are finite."""
    check = 0.0
    for p in range(parameters.size):
        w = parameters[p] - (total[p] / n) * rate
        check += w * 0.0  # stays 0 as long as every w is finite, else turns NaN for good
        result[p] = w
    return check == 0.0


@njit(nogil=True, cache=True, error_model="numpy")  # type: ignore[untyped-decorator]
def train(
    layer_sizes: Any,
    inputs: Any,
    targets: Any,
    learning_rate: Any,
    batch_size: Any,
    total_examples: Any,
    updates_done: Any,
    count: Any,
    parameters: Any,
    costs: Any,
    recorded: Any,
) -> Any:
    """Advance a run by up to `count` updates and return how many were made."""
    examples = inputs.shape[0]
    outputs = targets.shape[1]
    units = layer_sizes.sum()
    first_output = units - outputs
    logits = np.empty(units)
    activations = np.empty(units)
    deltas = np.empty(units)
    total = np.empty(parameters.size)
    result = np.empty(parameters.size)
    position = updates_done * batch_size
    done = 0
    while done < count and position < total_examples:
        n = min(batch_size, total_examples - position)
        total[:] = 0.0
        cost = 0.0
        for _ in range(n):
            example = position % examples
            position += 1
            for j in range(inputs.shape[1]):
                activations[j] = inputs[example, j]
            _forward(layer_sizes, parameters, logits, activations)
            example_cost = 0.0
            for k in range(outputs):
                y = targets[example, k]
                example_cost += cross_entropy(logits[first_output + k], y)
                deltas[first_output + k] = cross_entropy_derivative(
                    activations[first_output + k], y
                )
            cost += example_cost
            _backward(layer_sizes, parameters, activations, deltas)
            _add_gradient(layer_sizes, activations, deltas, total)
        if not _descend(parameters, total, float(n), learning_rate, result):
            break
        parameters[:] = result
        costs[done] = cost / n
        if recorded.shape[0] > 0:
            recorded[done, :] = result
        done += 1
    return done


@njit(nogil=True, cache=True, error_model="numpy")  # type: ignore[untyped-decorator]
def forward(layer_sizes: Any, inputs: Any, parameters: Any, activations: Any) -> None:
    """Fill in, for each example, the activations of all layers after the inputs."""
    width = inputs.shape[1]
    units = layer_sizes.sum()
    logits = np.empty(units)
    scratch = np.empty(units)
    for example in range(inputs.shape[0]):
        scratch[:width] = inputs[example]
        _forward(layer_sizes, parameters, logits, scratch)
        activations[example, :] = scratch[width:]
