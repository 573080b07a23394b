"""NumPy, as one writes it."""

from collections.abc import Callable

import numpy as np

from bench.peers.work import Array, Loop, Trained, Work


def _sigmoid(z: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-z))


def _sigmoid_outputs(z: Array, y: Array) -> tuple[Array, float]:
    cost = np.maximum(z, 0.0) - z * y + np.log1p(np.exp(-np.abs(z)))
    return _sigmoid(z) - y, cost.sum() / len(y)


def _softmax_outputs(z: Array, y: Array) -> tuple[Array, float]:
    z = z - z.max(axis=1, keepdims=True)
    e = np.exp(z)
    total = e.sum(axis=1, keepdims=True)
    cost = (y * (np.log(total) - z)).sum() / len(y)
    return e / total - y, cost


_Function = Callable[[Array], Array]

_HIDDEN: dict[str, tuple[_Function, _Function]] = {
    "sigmoid": (_sigmoid, lambda a: a * (1.0 - a)),
    "tanh": (np.tanh, lambda a: 1.0 - a * a),
}
_OUTPUTS = {"sigmoid": _sigmoid_outputs, "softmax": _softmax_outputs}


def version() -> str:
    """Say which NumPy this is."""
    return f"NumPy {np.__version__}"


def loop(work: Work) -> Loop:
    """Return a loop of matrix products, each making new arrays."""
    activation, derivative = _HIDDEN[work.hidden]
    outputs = _OUTPUTS[work.output]
    batches = work.batch_arrays()

    def train(updates: int) -> Trained:
        parameters = work.parameters.copy()
        hidden, output = work.weights(parameters)
        costs = np.empty(updates)
        recorded = np.empty((updates if work.record else 0, len(parameters)))
        for update in range(updates):
            x, y = batches[update % len(batches)]
            a = activation(x @ hidden.T)
            delta, costs[update] = outputs(a @ output.T, y)
            below = (delta @ output) * derivative(a)
            output -= work.learning_rate * (delta.T @ a / len(y))
            hidden -= work.learning_rate * (below.T @ x / len(y))
            if work.record:
                recorded[update] = parameters
        return Trained(costs, parameters)

    return train
