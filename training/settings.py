"""The settings of a run, and the rules for them."""

from dataclasses import dataclass, field
from math import isfinite

from training.batches import BatchMode
from training.dropout import Dropout
from training.errors import LimitExceeded, Violations
from training.limits import MOST_EXAMPLES_OF_A_RUN, Limits
from training.network import Network
from training.numerics.layout import Structure
from training.numerics.schedules import ScheduleKind
from training.optimizer import Optimizer, check_optimizer
from training.schedule import LearningRateSchedule, check_schedule
from training.update_rule import (
    Clipping,
    Frozen,
    Penalty,
    UpdateRule,
    check_update_rule,
    update_rule,
)
from training.validation import Validation, check_validation

_MOST_PATIENCE = 2**53


@dataclass(frozen=True, slots=True)
class StopCondition:
    """When a run ends before its epochs are over.

    `cost_below`, > 0 and finite: at the first update boundary at or after the end of an epoch in
    which the mean cost of an example, as trained, is less. `max_updates`, ≥ 0: after this number of
    updates; 0 sets no limit. `non_finite_cost`: after the first update whose cost is infinite or
    NaN; the run then is FAILED, with the other conditions it is SUCCEEDED.

    `patience`, ≥ 0, in epochs: at the first validation so many epochs or more after the last one
    that improved, 0 sets no limit. A validation improves if its cost is less than that of the last
    one that improved by more than `min_delta`, ≥ 0 and finite. With `restore_best`, a run that has
    SUCCEEDED ends with another update, back to the state of the update with the lowest cost of a
    validation.
    """

    cost_below: float | None = None
    max_updates: int = 0
    non_finite_cost: bool = False
    patience: int = 0
    min_delta: float = 0.0
    restore_best: bool = False


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """The settings of one run.

    `training_set` is the id in the request, `learning_rate` > 0 and finite, `batch_size` 1 to the
    number of examples, `epochs` ≥ 1. With `shuffle_seed`, 0 to 2^63 − 1, each epoch has its own
    order of the examples, a function of the seed and the epoch; None keeps the order of the set.
    With `validation`, the network is evaluated on examples that the run does not train on.
    The schedule says how the learning rate changes, `batch_mode` what happens to a batch at the end
    of an epoch. `label_smoothing`, at least 0 and less than 1, is the share of each target that is
    spread over the classes. `class_weights`, ≥ 0 and finite, are factors of the costs of examples
    by their class; none of them are all 1.
    `dropout` leaves out hidden units. A penalty is a part of the cost; then the gradient is
    clipped, and frozen parameters do not change.
    """

    training_set: str
    learning_rate: float
    batch_size: int
    epochs: int
    shuffle_seed: int | None = None
    optimizer: Optimizer = field(default_factory=Optimizer)
    stop: StopCondition = field(default_factory=StopCondition)
    validation: Validation | None = None
    schedule: LearningRateSchedule = field(default_factory=LearningRateSchedule)
    batch_mode: BatchMode = BatchMode.CROSS_EPOCHS
    dropout: Dropout | None = None
    label_smoothing: float = 0.0
    class_weights: tuple[float, ...] = ()
    penalty: Penalty = field(default_factory=Penalty)
    clipping: Clipping = field(default_factory=Clipping)
    frozen: Frozen = field(default_factory=Frozen)

    def rule_of(self, structure: Structure) -> UpdateRule:
        """Return what the run does to the gradients of a network before the optimizer's step."""
        return update_rule(structure, self.optimizer, self.penalty, self.clipping, self.frozen)

    def held_out(self, examples: int) -> int:
        """Return how many of the examples in the training set are held out."""
        return self.validation.held_out(examples) if self.validation else 0


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
    check_update_rule(violations, name, settings.penalty, settings.clipping, settings.frozen)
    check_schedule(violations, f"{name}.schedule", settings.schedule, rate)
    violations.require(
        settings.schedule.kind is not ScheduleKind.PLATEAU or settings.validation is not None,
        f"{name}.schedule.kind",
        "PLATEAU needs a validation",
    )
    violations.known(f"{name}.batch_mode")
    violations.require(
        0.0 <= settings.label_smoothing < 1.0,
        f"{name}.label_smoothing",
        f"must be at least 0 and less than 1, not {settings.label_smoothing}",
    )
    _check_class_weights(violations, f"{name}.class_weights", settings.class_weights)
    if settings.validation is not None:
        check_validation(violations, f"{name}.validation", settings.validation, examples)
    else:
        _check_needs_no_validation(violations, f"{name}.stop", settings.stop)
    if examples is not None:
        _check_examples(violations, name, settings, examples)


def _check_examples(
    violations: Violations, name: str, settings: TrainingSettings, examples: int
) -> None:
    """Require a batch size and epochs for a training set with this number of examples."""
    what = "the number of examples"
    if held_out := settings.held_out(examples):
        what += f" that are not held out, {held_out} of {examples} are"
        examples -= held_out
    violations.require(
        settings.batch_size <= examples,
        f"{name}.batch_size",
        f"must be at most {examples} ({what}), not {settings.batch_size}",
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


def _check_class_weights(violations: Violations, name: str, weights: tuple[float, ...]) -> None:
    for index, weight in enumerate(weights):
        violations.require(
            isfinite(weight) and weight >= 0.0,
            f"{name}[{index}]",
            f"must be finite and at least 0, not {weight}",
        )
    violations.require(
        not weights or any(weights), name, "must have a weight that is greater than 0"
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
    violations.require(
        0 <= stop.patience <= _MOST_PATIENCE,
        f"{name}.patience",
        f"must be 0 (for no limit) to 2^53, not {stop.patience}",
    )
    violations.require(
        isfinite(stop.min_delta) and stop.min_delta >= 0.0,
        f"{name}.min_delta",
        f"must be finite and at least 0, not {stop.min_delta}",
    )
    if stop.min_delta and not stop.patience:
        violations.add(f"{name}.min_delta", "must be absent without patience")


def _check_needs_no_validation(violations: Violations, name: str, stop: StopCondition) -> None:
    for field_name in ("patience", "restore_best"):
        violations.require(
            not getattr(stop, field_name),
            f"{name}.{field_name}",
            "needs held-out examples: hold out a share of the set, or name another set",
        )
