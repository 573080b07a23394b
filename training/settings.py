"""The settings of a run, the batches that follow from them, and the rules for them."""

from dataclasses import dataclass, field
from math import isfinite

from training.errors import LimitExceeded, Violations
from training.limits import MOST_EXAMPLES_OF_A_RUN, Limits
from training.network import Network
from training.optimizer import Optimizer, check_optimizer


@dataclass(frozen=True, slots=True)
class StopCondition:
    """When a run ends before its epochs are over.

    `cost_below`, > 0 and finite: at the first update boundary at or after the end of an epoch in
    which the mean cost of an example, as trained, is less. `max_updates`, ≥ 0: after this number of
    updates; 0 sets no limit. `non_finite_cost`: after the first update whose cost is infinite or
    NaN; the run then is FAILED, with the other conditions it is SUCCEEDED.
    """

    cost_below: float | None = None
    max_updates: int = 0
    non_finite_cost: bool = False


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of one run.

    `training_set` is the id in the request, `learning_rate` > 0 and finite, `batch_size` 1 to the
    number of examples, `epochs` ≥ 1. With `shuffle_seed`, 0 to 2^63 − 1, each epoch has its own
    order of the examples, a function of the seed and the epoch; None keeps the order of the set.
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
    """The examples of one update: `example_count` from `first_example` on, into the next epoch.

    `epoch`, from 1, is the epoch of the first example: this is the epoch of an update everywhere.
    `first_example` is its position, from 0, in the order of that epoch; without shuffling its index
    in the training set.
    """

    epoch: int
    first_example: int
    example_count: int


@dataclass(frozen=True, slots=True)
class Schedule:
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
        updates = -(-self.total_examples // self.batch_size)
        return min(updates, self.max_updates or updates)

    def batch(self, index: int) -> Batch:
        """Return the batch of update `index` of the run, counting from 0."""
        position = index * self.batch_size
        return Batch(
            epoch=position // self.examples + 1,
            first_example=position % self.examples,
            example_count=min(self.batch_size, self.total_examples - position),
        )

    def position(self, updates_done: int) -> int:
        """Return the number of examples in the first `updates_done` updates of the run."""
        return min(updates_done * self.batch_size, self.total_examples)

    def updates_reaching(self, examples: int) -> int:
        """Return the number of updates with at least `examples` examples, or all of the run."""
        return min(-(-examples // self.batch_size), self.total_updates)


def check_settings(
    violations: Violations, name: str, settings: TrainingSettings, examples: int | None
) -> None:
    """Require valid settings.

    `examples` is the number of examples in the training set; None if the set does not exist.
    """
    rate = settings.learning_rate
    violations.require(
        isfinite(rate) and rate > 0.0,
        f"{name}.learning_rate",
        f"must be finite and greater than 0, not {rate}",
    )
    violations.require(
        settings.batch_size >= 1,
        f"{name}.batch_size",
        f"must be at least 1, not {settings.batch_size}",
    )
    violations.require(
        settings.epochs >= 1,
        f"{name}.epochs",
        f"must be at least 1, not {settings.epochs}",
    )
    seed = settings.shuffle_seed
    violations.require(
        seed is None or 0 <= seed < 2**63,
        f"{name}.shuffle_seed",
        f"must be 0 to 2^63 − 1, not {seed}",
    )
    check_optimizer(violations, f"{name}.optimizer", settings.optimizer)
    _check_stop(violations, f"{name}.stop", settings.stop)
    if examples is None:
        return
    violations.require(
        settings.batch_size <= examples,
        f"{name}.batch_size",
        f"must be at most {examples} (the number of examples), not {settings.batch_size}",
    )
    violations.require(
        settings.epochs * examples <= MOST_EXAMPLES_OF_A_RUN,
        f"{name}.epochs",
        f"is {settings.epochs}, but epochs × examples must be at most 2^53",
    )


def check_batch(network: Network, examples: int, field: str, limits: Limits) -> None:
    """Raise LimitExceeded if a batch of this many examples takes more memory than the limit.

    `field` is the field of the request with this number. Nothing is allocated.
    """
    if examples * network.unit_count > limits.batch_numbers:
        raise LimitExceeded(
            f"{examples} examples × {network.unit_count} units of the network, inputs included,"
            f" exceed the limit of {limits.batch_numbers}: use a smaller {field}",
            limit="batch_numbers",
            value=limits.batch_numbers,
        )


def _check_stop(violations: Violations, name: str, stop: StopCondition) -> None:
    cost = stop.cost_below
    violations.require(
        cost is None or (isfinite(cost) and cost > 0.0),
        f"{name}.cost_below",
        f"must be finite and greater than 0, not {cost}",
    )
    violations.require(
        stop.max_updates >= 0,
        f"{name}.max_updates",
        f"must be at least 0 (0 sets no limit), not {stop.max_updates}",
    )
