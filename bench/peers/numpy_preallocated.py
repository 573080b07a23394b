"""NumPy, as fast as one would reasonably write it: no array is made within the loop."""

from collections.abc import Callable

import numpy as np

from bench.peers.work import Array, Loop, Trained, Work


def _sigmoid(z: Array, a: Array) -> None:
    """Make z its sigmoid a, which may be z itself."""
    np.negative(z, out=a)
    np.exp(a, out=a)
    np.add(a, 1.0, out=a)
    np.reciprocal(a, out=a)


def _sigmoid_derivative(a: Array, workspace: Array) -> None:
    np.subtract(1.0, a, out=workspace)
    np.multiply(workspace, a, out=workspace)


def _tanh_derivative(a: Array, workspace: Array) -> None:
    np.multiply(a, a, out=workspace)
    np.subtract(1.0, workspace, out=workspace)


def _sigmoid_outputs(shape: tuple[int, int]) -> Callable[[Array, Array], float]:
    """Return what makes z its delta and returns the cost."""
    workspace, zy = np.empty(shape), np.empty(shape)
    ones = np.ones(shape[0] * shape[1])
    count = shape[0]

    def outputs(z: Array, y: Array) -> float:
        np.abs(z, out=workspace)
        np.negative(workspace, out=workspace)
        np.exp(workspace, out=workspace)
        np.log1p(workspace, out=workspace)
        np.multiply(z, y, out=zy)
        np.subtract(workspace, zy, out=workspace)
        np.maximum(z, 0.0, out=zy)
        np.add(workspace, zy, out=workspace)
        cost = workspace.ravel().dot(ones)
        _sigmoid(z, z)
        np.subtract(z, y, out=z)
        return float(cost) / count

    return outputs


def _softmax_outputs(shape: tuple[int, int]) -> Callable[[Array, Array], float]:
    workspace, one, total = np.empty(shape), np.empty((shape[0], 1)), np.empty((shape[0], 1))
    count = shape[0]

    def outputs(z: Array, y: Array) -> float:
        np.max(z, axis=1, keepdims=True, out=one)
        np.subtract(z, one, out=z)
        np.exp(z, out=workspace)
        np.sum(workspace, axis=1, keepdims=True, out=total)
        np.log(total, out=one)
        np.subtract(one, z, out=z)
        cost = z.ravel().dot(y.ravel())
        np.divide(workspace, total, out=z)
        np.subtract(z, y, out=z)
        return float(cost) / count

    return outputs


def _tanh(z: Array, a: Array) -> None:
    np.tanh(z, out=a)


_HIDDEN = {"sigmoid": (_sigmoid, _sigmoid_derivative), "tanh": (_tanh, _tanh_derivative)}
_OUTPUTS = {"sigmoid": _sigmoid_outputs, "softmax": _softmax_outputs}


def version() -> str:
    """Say which NumPy this is."""
    return f"NumPy {np.__version__}"


def loop(work: Work) -> Loop:
    """Return a loop that writes every result into an array made beforehand."""
    activation, derivative = _HIDDEN[work.hidden]
    _, units, outputs = work.layer_sizes
    n = work.batch_size
    delta_of = _OUTPUTS[work.output]((n, outputs))
    batches = work.batch_arrays()
    a, below, slope = (np.empty((n, units)) for _ in range(3))
    z = np.empty((n, outputs))
    step = work.learning_rate / n

    def train(updates: int) -> Trained:
        parameters, gradient = work.parameters.copy(), np.empty_like(work.parameters)
        hidden, output = work.weights(parameters)
        hidden_gradient, output_gradient = work.weights(gradient)
        costs = np.empty(updates)
        recorded = np.empty((updates if work.record else 0, len(parameters)))
        for update in range(updates):
            x, y = batches[update % len(batches)]
            np.matmul(x, hidden.T, out=a)
            activation(a, a)
            np.matmul(a, output.T, out=z)
            costs[update] = delta_of(z, y)
            np.matmul(z, output, out=below)
            derivative(a, slope)
            np.multiply(below, slope, out=below)
            np.matmul(z.T, a, out=output_gradient)
            np.matmul(below.T, x, out=hidden_gradient)
            np.multiply(gradient, step, out=gradient)
            np.subtract(parameters, gradient, out=parameters)
            if work.record:
                recorded[update] = parameters
        return Trained(costs, parameters)

    return train
