"""A gradient update with all that it is computed from: its batch, and the state before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from training.engine import Engine, cost_and_gradient
from training.network import Array, Network
from training.numerics.random import epoch_order
from training.run import Run
from training.training_set import Examples
from training.update import State


@dataclass(frozen=True, slots=True)
class BatchUpdate:
    """One gradient update, made or yet to be made, and what goes into it.

    `index` is how many updates the run had made before. `numbers` are the examples of its batch by
    their numbers in the training set, in the order of the batch; a batch that straddles the end of
    an epoch can hold one twice, so a place in the batch is what names an example. `examples` are
    their numbers' rows, in the same order. `after` is None where the update would make a parameter
    infinite or not a number: such an update is never made.
    """

    network: Network
    run: Run
    index: int
    before: State
    after: State | None
    numbers: tuple[int, ...]
    examples: Examples

    @property
    def update(self) -> int:
        """The number of the update."""
        return self.before.update + 1


def batch_update(
    network: Network, run: Run, index: int, before: State, examples: Examples
) -> BatchUpdate:
    """Return a run's update `index`, counted from 0, as it follows from the state before it.

    `examples` are those of the whole training set; `index` is below the run's total.
    """
    made = Engine(network, run, examples).advance(before, index, 1)
    numbers = tuple(_numbers(run, index))
    return BatchUpdate(
        network,
        run,
        index,
        before,
        made.state if made.made else None,
        numbers,
        _rows(examples, numbers),
    )


def batch_gradient(
    network: Network, run: Run, index: int, before: Array, examples: Examples
) -> Array:
    """Return G/n (parameters) of a run's update `index`, from the parameters before it.

    It is the mean gradient before weight decay; `examples` are those of the whole training set.
    """
    batch = _rows(examples, tuple(_numbers(run, index)))
    return cost_and_gradient(network, before, batch)[1]


def _rows(examples: Examples, numbers: tuple[int, ...]) -> Examples:
    places = np.array(numbers)
    return Examples(examples.inputs[places], examples.targets[places])


def _numbers(run: Run, index: int) -> Iterator[int]:
    """Yield the numbers of the examples of a run's update in the training set, in order."""
    batch = run.schedule.batch(index)
    epoch, place, seed = batch.epoch, batch.first_example, run.settings.shuffle_seed
    left = batch.example_count
    while left:
        stop = min(place + left, run.examples)
        order = None if seed is None else _order(seed, epoch, run.examples)
        yield from range(place, stop) if order is None else order[place:stop]
        left -= stop - place
        epoch, place = epoch + 1, 0


@lru_cache(maxsize=4)
def _order(seed: int, epoch: int, examples: int) -> list[int]:
    """Return the order of an epoch; made once for the updates of it that follow one another."""
    return epoch_order(seed, epoch, examples)
