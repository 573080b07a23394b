"""Evaluation of a network on a training set, without training."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np

from training.chunks import chunks
from training.engine import outputs_and_costs
from training.measures.judges import Judgement, judge_of
from training.network import Array, Network
from training.numerics.scratch import SPARE_SCRATCH
from training.numerics.sums import sum_in_order
from training.training_set import Examples

#: The number of examples with the largest costs that an evaluation names.
_MOST_WORST = 10


@dataclass(frozen=True, slots=True)
class WorstExample:
    """An example with a large cost; `example` is its index in the set, from 0."""

    example: int
    cost: float


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cost of examples, and what was measured on them.

    `cost` is the mean of the examples' costs. `worst` are up to ten examples with the largest
    costs, NaN first, then the largest; equal ones in their order.
    """

    example_count: int
    cost: float
    judgement: Judgement
    worst: Sequence[WorstExample]

    @property
    def correct(self) -> int | None:
        """The number of correctly classified examples; None if the targets are not classes."""
        return self.judgement.correct

    @property
    def accuracy(self) -> float | None:
        """The fraction of the examples that are classified correctly, in [0, 1]."""
        return None if self.correct is None else self.correct / self.example_count


@SPARE_SCRATCH.kept()
def evaluate(network: Network, parameters: Array, examples: Examples) -> Evaluation:
    """Measure the outputs for examples that fit the network, all with weight 1; see `judge_of`."""
    examples = examples.unweighted
    judge = judge_of(network, examples.targets)
    total, worst = 0.0, _Worst()
    # The outputs of all examples together may be as large as the training set.
    for rows in chunks(network, len(examples.inputs)):
        some = examples.select(rows)
        outputs, costs = outputs_and_costs(network, parameters, some)
        total = sum_in_order(costs, total)
        judge.add(outputs, some.targets)
        worst.add(rows.start, costs)
    count = len(examples.inputs)
    return Evaluation(count, total / count, judge.result(), worst.found)


def mean(costs: Array) -> float:
    """Return the mean of at least one cost; they are added in their order."""
    return sum_in_order(costs) / len(costs)


class _Worst:
    """Finds the examples with the largest costs."""

    def __init__(self) -> None:
        self.found: list[WorstExample] = []

    def add(self, first: int, costs: Array) -> None:
        """Look at the costs of consecutive examples."""
        largest = np.argsort(-costs, kind="stable")  # NaN last
        is_nan = np.isnan(costs[largest])
        order = np.concatenate([largest[is_nan], largest[~is_nan]])[:_MOST_WORST]
        self.found += [WorstExample(first + int(each), float(costs[each])) for each in order]
        self.found.sort(key=lambda each: (0, 0.0) if isnan(each.cost) else (1, -each.cost))
        del self.found[_MOST_WORST:]
