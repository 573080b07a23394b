"""scikit-learn's MLPClassifier, a batch at a time by partial_fit. It always has biases."""

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier

from bench.peers.work import Array, Loop, Trained, Work

_ACTIVATIONS = {"sigmoid": "logistic", "tanh": "tanh"}


def _labels(targets: Array, output: str) -> Array:
    """Return the class of each example, or which of several labels it has."""
    if targets.shape[1] == 1:
        return targets.ravel()
    return targets if output == "sigmoid" else targets.argmax(axis=1).astype(np.float64)


def version() -> str:
    """Say which scikit-learn this is."""
    return f"scikit-learn {sklearn.__version__}"


def loop(work: Work) -> Loop:
    """Return a loop of partial_fit; its outputs are what its classes ask for."""
    outputs = work.layer_sizes[2]
    classes = np.arange(max(outputs, 2))
    labels = [(x, _labels(y, work.output)) for x, y in work.batch_arrays()]

    def train(updates: int) -> Trained:
        model = MLPClassifier(
            hidden_layer_sizes=(work.layer_sizes[1],),
            activation=_ACTIVATIONS[work.hidden],
            solver="sgd",
            alpha=0.0,
            batch_size=work.batch_size,
            learning_rate_init=work.learning_rate,
            momentum=0.0,
            nesterovs_momentum=False,
            random_state=7,
        )
        costs = np.empty(updates)
        rows = updates if work.record else 0
        recorded = np.empty((rows, len(work.parameters)))
        split = work.layer_sizes[0] * work.layer_sizes[1]
        for update in range(updates):
            x, y = labels[update % len(labels)]
            model.partial_fit(x, y, classes=classes)
            costs[update] = model.loss_
            if work.record:
                recorded[update, :split] = model.coefs_[0].ravel()
                recorded[update, split:] = model.coefs_[1].ravel()
        return Trained(costs, np.empty(0))

    return train
