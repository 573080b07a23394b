"""How a run trains: settings, the batches that follow from them, and what is wrong with them."""

from dataclasses import dataclass, field
from math import isfinite

from training.errors import LimitExceeded, Violations
from training.limits import MOST_EXAMPLES_OF_A_RUN, Limits
from training.network import Network
from training.optimizer import Optimizer, check_optimizer


@dataclass(frozen=True, slots=True)
class StopCondition:
    """When a run ends before its epochs are over.

    `cost_below`, > 0 and finite: at the first update boundary at or after the end of an epoch whose
    mean cost of an example, as trained, is less. `max_updates`, ≥ 0: after so many updates; 0 sets
    no limit.
    """

    cost_below: float | None = None
    max_updates: int = 0


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a network is trained in one run.

    `training_set` is the id that the caller named, `learning_rate` > 0 and finite, `batch_size`
    1 to the number of examples, `epochs` ≥ 1. With `shuffle_seed`, 0 to 2^63 − 1, each epoch takes
    the examples in an order of its own, which follows from the seed and the epoch; with None in
    that of the set.
    """

    training_set: str
    learning_rate: float
    batch_size: int
    epochs: int
    shuffle_seed: int | None = None
    optimizer: Optimizer = field(default_factory=Optimizer)
    stop: StopCondition = field(default_factory=StopCondition)


@dataclass(frozen=True, slots=True)
class Batch:
    """The examples of one update: `example_count` from `first_example` on, around the end.

    `epoch` counts from 1 and is that of the first example. `first_example` is its position, from 0,
    in the order of that epoch: without shuffling, its number.
    """

    epoch: int
    first_example: int
    example_count: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which examples each update of a run takes: in order, again and again.

    A batch may straddle the end of an epoch; only the last batch of all epochs may be smaller.
    `max_updates` is how many updates the run makes at most, 0 for no limit.
    """

    examples: int
    batch_size: int
    epochs: int
    max_updates: int = 0

    @property
    def total_examples(self) -> int:
        """How many examples all epochs have, counted with repetition."""
        return self.examples * self.epochs

    @property
    def total_updates(self) -> int:
        """How many updates the run makes: ⌈epochs × examples / batch size⌉, within the limit."""
        updates = -(-self.total_examples // self.batch_size)
        return min(updates, self.max_updates or updates)

    def batch(self, index: int) -> Batch:
        """Return the batch of the run's update `index`, counting from 0."""
        position = index * self.batch_size
        return Batch(
            epoch=position // self.examples + 1,
            first_example=position % self.examples,
            example_count=min(self.batch_size, self.total_examples - position),
        )

    def position(self, updates_done: int) -> int:
        """Return how many examples the run's first `updates_done` updates went through."""
        return min(updates_done * self.batch_size, self.total_examples)

    def updates_reaching(self, examples: int) -> int:
        """Return after how many updates at least `examples` examples have been gone through.

        All that the run makes, where it does not go through so many.
        """
        return min(-(-examples // self.batch_size), self.total_updates)


def check_settings(
    violations: Violations, name: str, settings: TrainingSettings, examples: int | None
) -> None:
    """Require settings that training can follow.

    `examples` is the number of examples in the set; None where the set is not known.
    """
    rate = settings.learning_rate
    violations.require(
        isfinite(rate) and rate > 0.0,
        f"{name}.learning_rate",
        f"must be finite and greater than 0, is {rate}",
    )
    violations.require(
        settings.batch_size >= 1,
        f"{name}.batch_size",
        f"must be at least 1, is {settings.batch_size}",
    )
    violations.require(
        settings.epochs >= 1,
        f"{name}.epochs",
        f"must be at least 1, is {settings.epochs}",
    )
    seed = settings.shuffle_seed
    violations.require(
        seed is None or 0 <= seed < 2**63,
        f"{name}.shuffle_seed",
        f"must be 0 to 2^63 − 1, is {seed}",
    )
    check_optimizer(violations, f"{name}.optimizer", settings.optimizer)
    _check_stop(violations, f"{name}.stop", settings.stop)
    if examples is None:
        return
    violations.require(
        settings.batch_size <= examples,
        f"{name}.batch_size",
        f"must be at most the number of examples, {examples}, is {settings.batch_size}",
    )
    violations.require(
        settings.epochs * examples <= MOST_EXAMPLES_OF_A_RUN,
        f"{name}.epochs",
        f"must make epochs × examples at most 2^53, is {settings.epochs}",
    )


def check_batch(network: Network, examples: int, field: str, limits: Limits) -> None:
    """Raise LimitExceeded where so many examples at once take more memory than the service gives.

    `field` is where the caller said how many. Sizes are multiplied, nothing is allocated.
    """
    if examples * network.unit_count > limits.batch_numbers:
        raise LimitExceeded(
            f"a batch of {examples} examples × {network.unit_count} units of the network, inputs"
            f" included, is more than the limit of {limits.batch_numbers}:"
            f" choose a smaller {field}",
            limit="batch_numbers",
            value=limits.batch_numbers,
        )


def _check_stop(violations: Violations, name: str, stop: StopCondition) -> None:
    cost = stop.cost_below
    violations.require(
        cost is None or (isfinite(cost) and cost > 0.0),
        f"{name}.cost_below",
        f"must be finite and greater than 0, is {cost}",
    )
    violations.require(
        stop.max_updates >= 0,
        f"{name}.max_updates",
        f"must be at least 0 (for no limit), is {stop.max_updates}",
    )
