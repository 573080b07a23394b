"""Evaluation of a network on a training set, without training."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.chunks import chunks
from training.engine import outputs_and_costs
from training.network import Array, Network
from training.numerics.activations import Activation
from training.numerics.sums import sum_in_order
from training.training_set import Examples

#: For each example whether it is correct.
_Marks: TypeAlias = NDArray[np.bool_]

#: Returns which examples are correct, from their outputs and targets.
_Rule: TypeAlias = Callable[[Array, Array], _Marks]


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
    is_correct = _rule(network, examples.targets)
    total, correct = 0.0, 0
    # The outputs of all examples together may be as large as the training set.
    for rows in chunks(network, len(examples.inputs)):
        some = Examples(examples.inputs[rows], examples.targets[rows])
        outputs, costs = outputs_and_costs(network, parameters, some)
        total = sum_in_order(costs, total)
        if is_correct is not None:
            correct += int(np.count_nonzero(is_correct(outputs, some.targets)))
    count = len(examples.inputs)
    return Evaluation(count, total / count, None if is_correct is None else correct)


def mean(costs: Array) -> float:
    """Return the mean of at least one cost; they are added in their order."""
    return sum_in_order(costs) / len(costs)


def _rule(network: Network, targets: Array) -> _Rule | None:
    """Return when examples are correct, None if the targets are not classes."""
    parts = [targets[rows] for rows in chunks(network, len(targets))]
    if targets.shape[1] > 1 and all(map(_is_one_hot, parts)):
        return _largest
    if network.activations[-1] is Activation.TANH and _are_all(parts, -1.0, 1.0):
        return lambda outputs, targets: _on_their_sides(outputs, targets, middle=0.0)
    if _are_all(parts, 0.0, 1.0):
        return lambda outputs, targets: _on_their_sides(outputs, targets, middle=0.5)
    return None


def _is_one_hot(targets: Array) -> bool:
    ones = np.count_nonzero(targets == 1.0, axis=1)
    zeros = np.count_nonzero(targets == 0.0, axis=1)
    return bool((ones == 1).all() and (zeros == targets.shape[1] - 1).all())


def _are_all(parts: Sequence[Array], low: float, high: float) -> bool:
    return all(bool(((part == low) | (part == high)).all()) for part in parts)


def _largest(outputs: Array, targets: Array) -> _Marks:
    numbers = ~np.isnan(outputs).any(axis=1)  # argmax would take the first NaN
    return np.asarray(numbers & (outputs.argmax(axis=1) == targets.argmax(axis=1)))


def _on_their_sides(outputs: Array, targets: Array, middle: float) -> _Marks:
    high = targets >= middle
    return np.asarray(((high & (outputs >= middle)) | (~high & (outputs < middle))).all(axis=1))
