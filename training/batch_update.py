"""A gradient update with everything it is computed from: its batch and the state before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np

from training.dropout import dropped_units
from training.engine import Engine, cost_and_gradient, rates_of, structure_of, trained_on
from training.learning_rates import learning_rate
from training.network import Array, Network
from training.numerics.dropout import DroppedUnits
from training.numerics.optimizers import Rates
from training.numerics.random import epoch_order
from training.run import Run
from training.run_examples import RunExamples
from training.split import Indices
from training.training_set import Examples
from training.update import State
from training.update_rule import UpdateRule

#: The number of examples up to which the order of an epoch is cached, at about 40 bytes each.
_MOST_CACHED: Final = 200_000


@dataclass(frozen=True, slots=True)
class BatchUpdate:
    """One gradient update, past or next, and its inputs.

    `index` is the number of updates that the run applied before. `numbers` are the examples of the
    batch by their indices in the training set, in the order of the batch; a batch across the end of
    an epoch can contain an example twice, so examples are identified by their position in the
    batch. `examples` are their rows, in the same order, with the targets and the weights that
    the run trains with. `after` is None if the update would make a parameter infinite or NaN: such
    an update is never applied.
    """

    network: Network
    run: Run
    index: int
    before: State
    after: State | None
    numbers: tuple[int, ...]
    examples: Examples

    @property
    def learning_rate(self) -> float:
        """The learning rate of the update."""
        return learning_rate(self.run, self.index)

    @property
    def rule(self) -> UpdateRule:
        """What it does to the gradient before the optimizer's step."""
        return self.run.settings.rule_of(structure_of(self.network))

    @property
    def rates(self) -> Rates:
        """The settings of its step."""
        return rates_of(self.run.settings, self.learning_rate)

    @property
    def update(self) -> int:
        """The number of the update."""
        return self.before.update + 1

    @property
    def dropout(self) -> DroppedUnits:
        """The hidden units that are dropped."""
        return dropped_units(self.network, self.run.settings.dropout, self.index)


def batch_update(
    network: Network, run: Run, index: int, before: State, examples: RunExamples
) -> BatchUpdate:
    """Return update `index` of a run, counted from 0, computed from the state before it.

    `index` is less than the run's total.
    """
    updates = Engine(network, run, examples.training).advance(before, index, 1)
    rows = np.fromiter(batch_rows(run, index), dtype=np.intp)
    return BatchUpdate(
        network,
        run,
        index,
        before,
        updates.state if updates.made else None,
        tuple(_numbers(examples, rows)),
        _batch(network, run, examples, rows),
    )


def batch_gradient(
    network: Network, run: Run, index: int, before: Array, examples: RunExamples
) -> Array:
    """Return G/n (parameters) of update `index` of a run, from the parameters before it.

    It is the mean gradient without weight decay.
    """
    batch = _batch(network, run, examples, np.fromiter(batch_rows(run, index), dtype=np.intp))
    dropout = dropped_units(network, run.settings.dropout, index)
    return cost_and_gradient(network, before, batch, dropout)[1]


def _batch(network: Network, run: Run, examples: RunExamples, rows: Indices) -> Examples:
    return trained_on(network, run.settings, examples.training.select(rows))


def _numbers(examples: RunExamples, rows: Indices) -> Iterator[int]:
    """Yield the indices in the training set of these examples among those of the run."""
    found: Indices = rows if examples.numbers is None else examples.numbers[rows]
    yield from found.tolist()


def batch_rows(run: Run, index: int) -> Iterator[int]:
    """Yield the indices of the examples of an update among those that the run trains on."""
    batch = run.batches.batch(index)
    epoch, start, seed = batch.epoch, batch.first_example, run.settings.shuffle_seed
    left = batch.example_count
    while left:
        stop = min(start + left, run.examples)
        order = range(run.examples) if seed is None else _order(seed, epoch, run.examples)
        yield from order[start:stop]
        left -= stop - start
        epoch, start = epoch + 1, 0


def _order(seed: int, epoch: int, examples: int) -> list[int]:
    """Return the order of an epoch, cached for consecutive updates unless it is large."""
    if examples > _MOST_CACHED:
        return epoch_order(seed, epoch, examples)
    return _cached_order(seed, epoch, examples)


@lru_cache(maxsize=4)
def _cached_order(seed: int, epoch: int, examples: int) -> list[int]:
    return epoch_order(seed, epoch, examples)
