"""How a run trains: settings, the batches that follow from them, and what is wrong with them."""

from dataclasses import dataclass
from math import isfinite

from training.errors import Violations
from training.limits import MOST_EXAMPLES_OF_A_RUN


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """How a network is trained in one run.

    `training_set` is the id that the caller named, `learning_rate` > 0 and finite, `batch_size`
    1 to the number of examples, `epochs` ≥ 1.
    """

    training_set: str
    learning_rate: float
    batch_size: int
    epochs: int


@dataclass(frozen=True, slots=True)
class Batch:
    """The examples of one update: `example_count` from `first_example` on, around the end.

    `epoch` counts from 1 and is that of the first example.
    """

    epoch: int
    first_example: int
    example_count: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """Which examples each update of a run takes: in order, again and again.

    A batch may straddle the end of an epoch; only the run's last batch may be smaller.
    """

    examples: int
    batch_size: int
    epochs: int

    @property
    def total_examples(self) -> int:
        """How many examples the run goes through, counted with repetition."""
        return self.examples * self.epochs

    @property
    def total_updates(self) -> int:
        """How many updates the run makes: ⌈epochs × examples / batch size⌉."""
        return -(-self.total_examples // self.batch_size)

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
        """Return after how many updates at least `examples` examples have been gone through."""
        return min(-(-examples // self.batch_size), self.total_updates)


def check_settings(
    violations: Violations, field: str, settings: TrainingSettings, examples: int | None
) -> None:
    """Require settings that training can follow.

    `examples` is the number of examples in the set; None where the set is not known.
    """
    rate = settings.learning_rate
    violations.require(
        isfinite(rate) and rate > 0.0,
        f"{field}.learning_rate",
        f"must be finite and greater than 0, is {rate}",
    )
    violations.require(
        settings.batch_size >= 1,
        f"{field}.batch_size",
        f"must be at least 1, is {settings.batch_size}",
    )
    violations.require(
        settings.epochs >= 1,
        f"{field}.epochs",
        f"must be at least 1, is {settings.epochs}",
    )
    if examples is None:
        return
    violations.require(
        settings.batch_size <= examples,
        f"{field}.batch_size",
        f"must be at most the number of examples, {examples}, is {settings.batch_size}",
    )
    violations.require(
        settings.epochs * examples <= MOST_EXAMPLES_OF_A_RUN,
        f"{field}.epochs",
        f"must make epochs × examples at most 2^53, is {settings.epochs}",
    )
