"""The batches of a run: the examples of each of its updates."""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]


class BatchMode(StrEnum):
    """What happens to a batch at the end of an epoch."""

    CROSS_EPOCHS = "cross-epochs"
    """It goes on into the next epoch; only the last batch of all epochs may be smaller."""
    END_WITH_EPOCH = "end-with-epoch"
    """It ends there: the last batch of each epoch may be smaller."""
    DROP_LAST = "drop-last"
    """No batch is smaller: the examples that are left at the end of an epoch are not used."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The examples of one update: `example_count` from `first_example` on, into the next epoch.

    `epoch`, from 1, is the epoch of the first example: this is the epoch of an update everywhere.
    `first_example` is its position, from 0, in the order of that epoch; without shuffling its index
    in the training set.
    """

    epoch: int
    first_example: int
    example_count: int


@dataclass(frozen=True)
class Batches:
    """The examples of each update of a run: in order, epoch after epoch.

    `mode` says what happens at the end of an epoch. `max_updates` is the maximum number of updates,
    0 for no limit. Positions count the examples that are used, across all epochs. Derived numbers
    are computed once, because each call of a run needs them several times.
    """

    examples: int
    batch_size: int
    epochs: int
    max_updates: int = 0
    mode: BatchMode = BatchMode.CROSS_EPOCHS

    @cached_property
    def epoch_examples(self) -> int:
        """The number of examples that each epoch uses: the first in its order."""
        if self.mode is BatchMode.DROP_LAST:
            return self.examples // self.batch_size * self.batch_size
        return self.examples

    @cached_property
    def total_examples(self) -> int:
        """Epochs × examples of an epoch."""
        return self.epoch_examples * self.epochs

    @cached_property
    def total_updates(self) -> int:
        """The number of updates in all epochs, at most `max_updates`."""
        updates = self._updates_of_all_epochs
        return min(updates, self.max_updates or updates)

    @cached_property
    def is_limited(self) -> bool:
        """Whether `max_updates` ends the run before its epochs are complete."""
        return self.total_updates < self._updates_of_all_epochs

    @cached_property
    def are_whole(self) -> bool:
        """Whether all batches are of the batch size, but for the last one of the run."""
        return self._crosses or self.epoch_examples % self.batch_size == 0

    @cached_property
    def whole_updates(self) -> int:
        """The number of updates before the first one whose batch is smaller, if `are_whole`."""
        return min(self.total_examples // self.batch_size, self.total_updates)

    @cached_property
    def _crosses(self) -> bool:
        return self.mode is BatchMode.CROSS_EPOCHS

    @cached_property
    def _updates_of_an_epoch(self) -> int:
        """Return the number of updates of an epoch, if batches end with it."""
        return -(-self.epoch_examples // self.batch_size)

    @cached_property
    def _updates_of_all_epochs(self) -> int:
        if self._crosses:
            return -(-self.total_examples // self.batch_size)
        return self._updates_of_an_epoch * self.epochs

    def batch(self, index: int) -> Batch:
        """Return the batch of update `index` of the run, counting from 0."""
        position = self.position(index)
        epochs, first = divmod(position, self.epoch_examples)
        left = self.total_examples - position if self._crosses else self.epoch_examples - first
        return Batch(
            epoch=epochs + 1, first_example=first, example_count=min(self.batch_size, left)
        )

    def positions(self, indices: Integers) -> Integers:
        """Return the position of the first example of each of these updates."""
        if self._crosses:
            return indices * self.batch_size
        epochs = indices // self._updates_of_an_epoch
        updates = indices - epochs * self._updates_of_an_epoch
        return epochs * self.epoch_examples + updates * self.batch_size

    def example_counts(self, positions: Integers) -> Integers:
        """Return the number of examples of the updates whose first examples are there."""
        if self._crosses:
            left = self.total_examples - positions
        else:
            left = self.epoch_examples - positions % self.epoch_examples
        return np.minimum(left, np.int64(self.batch_size))

    def epochs_before(self, indices: Integers) -> Integers:
        """Return the number of epochs before that of the first example of each update."""
        return self.positions(indices) // self.epoch_examples

    def position(self, updates_done: int) -> int:
        """Return the number of examples in the first `updates_done` updates of the run."""
        if self._crosses:
            return min(updates_done * self.batch_size, self.total_examples)
        epochs, updates = divmod(updates_done, self._updates_of_an_epoch)
        return min(epochs * self.epoch_examples + updates * self.batch_size, self.total_examples)

    def updates_reaching(self, examples: int) -> int:
        """Return the number of updates with at least `examples` examples, or all of the run."""
        if self._crosses:
            return min(-(-examples // self.batch_size), self.total_updates)
        epochs, rest = divmod(examples, self.epoch_examples)
        updates = epochs * self._updates_of_an_epoch + -(-rest // self.batch_size)
        return min(updates, self.total_updates)
