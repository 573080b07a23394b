"""The way from a run's settings to the compiled kernel."""

from dataclasses import dataclass

import numpy as np

from training.network import Array, Network
from training.numerics import kernels
from training.run import Run
from training.training_set import Examples


@dataclass(frozen=True, slots=True)
class Updates:
    """Consecutive gradient updates as the kernel made them.

    `costs` (made) and `recorded` (made, parameters), or (0, parameters) where nothing was to be
    recorded. When fewer were made than asked for, the next one would not have been finite.
    """

    costs: Array
    recorded: Array

    @property
    def made(self) -> int:
        """How many updates were made."""
        return len(self.costs)


class Engine:
    """Makes the gradient updates of one run: used to train and to replay, with the same bits."""

    def __init__(self, network: Network, run: Run, examples: Examples) -> None:
        self._layer_sizes = np.array(network.layer_sizes, dtype=np.int64)
        self._learning_rate = run.settings.learning_rate
        self._schedule = run.schedule
        self._examples = examples

    def advance(
        self, parameters: Array, updates_done: int, count: int, *, record: bool = False
    ) -> Updates:
        """Make up to `count` updates after the run's first `updates_done`.

        `parameters` is changed in place. With `record` the parameters after each update are kept.
        Fewer updates are made when the next one would make a parameter infinite or not a number;
        `parameters` then is at the last finite update.
        """
        costs = np.empty(count)
        recorded = np.empty((count if record else 0, len(parameters)))
        made = kernels.train(
            self._layer_sizes,
            self._examples.inputs,
            self._examples.targets,
            self._learning_rate,
            self._schedule.batch_size,
            self._schedule.total_examples,
            updates_done,
            count,
            parameters,
            costs,
            recorded,
        )
        return Updates(costs[:made], recorded[:made])
