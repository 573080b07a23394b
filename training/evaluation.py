"""Evaluation of a network on a training set, without training."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from training.chunks import chunks
from training.engine import activations, outputs_and_costs
from training.measures.judges import Judgement, judge_of
from training.measures.target_meaning import meaning_of
from training.measures.worst_examples import ALL, ExampleFilter, WorstExample, WorstExamples
from training.network import Array, Network
from training.numerics.scratch import SPARE_SCRATCH
from training.numerics.sums import sum_in_order
from training.split import Indices
from training.training_set import Examples

#: The number of examples that an evaluation names if nobody asks for another one.
SOME_WORST: Final = 10


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The cost of examples, and what was measured on them.

    `cost` is the mean of the examples' costs. `worst` are some of the `matching` examples that a
    filter chooses, in its order: NaN first, then the largest costs or activations; equal ones in
    the order of the set.
    """

    example_count: int
    cost: float
    judgement: Judgement
    worst: Sequence[WorstExample]
    matching: int

    @property
    def correct(self) -> int | None:
        """The number of correctly classified examples; None if the targets are not classes."""
        return self.judgement.correct

    @property
    def accuracy(self) -> float | None:
        """The fraction of the examples that are classified correctly, in [0, 1]."""
        return None if self.correct is None else self.correct / self.example_count


@SPARE_SCRATCH.kept()
def evaluate(
    network: Network,
    parameters: Array,
    examples: Examples,
    wanted: ExampleFilter = ALL,
    page: slice = slice(SOME_WORST),
    part: Indices | None = None,
) -> Evaluation:
    """Measure the outputs for examples that fit the network, all with weight 1; see `judge_of`.

    `part` are the indices of those that count, by default of all; the targets of all decide whether
    they are classes. Of the examples that are wanted, those in `page` are named, the largest costs
    first; or those of a unit's activations, see `ExampleFilter`.
    """
    examples = examples.unweighted
    meaning = meaning_of(network, examples.targets)
    if part is not None:
        examples = examples.select(part)
    judge, worst = judge_of(network, meaning, examples.targets), WorstExamples(meaning, wanted)
    total = 0.0
    # The outputs of all examples together may be as large as the training set.
    for rows in chunks(network, len(examples.inputs)):
        some = examples.select(rows)
        outputs, costs = outputs_and_costs(network, parameters, some)
        total = sum_in_order(costs, total)
        judge.add(outputs, some.targets)
        of_unit = _of_unit(network, parameters, some.inputs, wanted.unit)
        worst.add(costs, outputs, some.targets, page.stop, of_unit)
    count = len(examples.inputs)
    named = worst.found(page)
    if part is not None:
        named = [replace(each, example=int(part[each.example])) for each in named]
    return Evaluation(count, total / count, judge.result(), named, worst.matching)


def _of_unit(
    network: Network, parameters: Array, inputs: Array, unit: tuple[int, int] | None
) -> Array | None:
    """Return the activations (n) of a unit for inputs (n, inputs); None without a unit."""
    if unit is None:
        return None
    layer, index = unit
    column = sum(network.layer_sizes[1:layer]) + index
    return activations(network, parameters, inputs)[:, column]


def mean(costs: Array) -> float:
    """Return the mean of at least one cost; they are added in their order."""
    return sum_in_order(costs) / len(costs)
