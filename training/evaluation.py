"""Evaluation of a network on a training set, without training."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.engine import outputs_and_costs
from training.network import Array, Network
from training.numerics.activations import Activation
from training.training_set import Examples

#: For each example whether it is correct.
_Marks = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cost of examples, and how many of them the network classifies correctly.

    `cost` is the mean of the examples' costs. `correct` is None if the targets are not classes.
    """

    example_count: int
    cost: float
    correct: int | None

    @property
    def accuracy(self) -> float | None:
        """The fraction of the examples that are classified correctly, in [0, 1]."""
        return None if self.correct is None else self.correct / self.example_count


def evaluate(network: Network, parameters: Array, examples: Examples) -> Evaluation:
    """Return the mean cost of examples that fit the network, and how many it classifies correctly.

    With several outputs and one-hot targets, an example is correct if the largest output, the first
    of equals, has the target 1. With other targets of 0 and 1, it is correct if every output is on
    the side of its target: at least 0.5 for 1, less for 0; with tanh outputs and targets −1 and 1,
    at least 0 for 1, less for −1.
    """
    outputs, costs = outputs_and_costs(network, parameters, examples)
    right = _right(network.activations[-1], outputs, examples.targets)
    correct = None if right is None else int(np.count_nonzero(right))
    return Evaluation(len(costs), mean(costs), correct)


def mean(costs: Array) -> float:
    """Return the mean of at least one cost; they are added in their order."""
    total = 0.0
    for cost in costs.tolist():
        total += cost
    return total / len(costs)


def _right(activation: Activation, outputs: Array, targets: Array) -> _Marks | None:
    """Return which examples are correct, None if the targets are not classes."""
    if targets.shape[1] > 1 and _is_one_hot(targets):
        numbers = ~np.isnan(outputs).any(axis=1)  # argmax would take the first NaN
        return np.asarray(numbers & (outputs.argmax(axis=1) == targets.argmax(axis=1)))
    if activation is Activation.TANH and np.isin(targets, (-1.0, 1.0)).all():
        return _on_their_sides(outputs, targets, middle=0.0)
    if np.isin(targets, (0.0, 1.0)).all():
        return _on_their_sides(outputs, targets, middle=0.5)
    return None


def _is_one_hot(targets: Array) -> bool:
    ones = np.count_nonzero(targets == 1.0, axis=1)
    zeros = np.count_nonzero(targets == 0.0, axis=1)
    return bool((ones == 1).all() and (zeros == targets.shape[1] - 1).all())


def _on_their_sides(outputs: Array, targets: Array, middle: float) -> _Marks:
    high = targets >= middle
    return np.asarray(((high & (outputs >= middle)) | (~high & (outputs < middle))).all(axis=1))
