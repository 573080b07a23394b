"""The batches of a run: the examples of each of its updates."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Integers: TypeAlias = NDArray[np.int64]


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


@dataclass(frozen=True, slots=True)
class Batches:
    """The examples of each update of a run: in order, epoch after epoch.

    A batch may cross the end of an epoch; only the last batch of all epochs may be smaller.
    `max_updates` is the maximum number of updates, 0 for no limit.
    """

    examples: int
    batch_size: int
    epochs: int
    max_updates: int = 0

    @property
    def total_examples(self) -> int:
        """Epochs × examples."""
        return self.examples * self.epochs

    @property
    def total_updates(self) -> int:
        """The number of updates: ⌈epochs × examples / batch size⌉, at most `max_updates`."""
        updates = self._updates_of_all_epochs
        return min(updates, self.max_updates or updates)

    @property
    def is_limited(self) -> bool:
        """Whether `max_updates` ends the run before its epochs are complete."""
        return self.total_updates < self._updates_of_all_epochs

    @property
    def _updates_of_all_epochs(self) -> int:
        return -(-self.total_examples // self.batch_size)

    def batch(self, index: int) -> Batch:
        """Return the batch of update `index` of the run, counting from 0."""
        position = index * self.batch_size
        return Batch(
            epoch=position // self.examples + 1,
            first_example=position % self.examples,
            example_count=min(self.batch_size, self.total_examples - position),
        )

    def epochs_before(self, indices: Integers) -> Integers:
        """Return the number of epochs before that of the first example of each update."""
        return indices * self.batch_size // self.examples

    def position(self, updates_done: int) -> int:
        """Return the number of examples in the first `updates_done` updates of the run."""
        return min(updates_done * self.batch_size, self.total_examples)

    def updates_reaching(self, examples: int) -> int:
        """Return the number of updates with at least `examples` examples, or all of the run."""
        return min(-(-examples // self.batch_size), self.total_updates)
