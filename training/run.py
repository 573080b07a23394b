"""A run: one training of a network, with a table of its allowed state changes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import TypedDict, Unpack

from training.batches import Batches
from training.changing import changed
from training.plateau import NO_PLATEAU, Plateau
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.settings import TrainingSettings
from training.validation import NOT_VALIDATED, ValidationPoints, ValidationProgress


class RunState(StrEnum):
    """The state of a run."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


FINAL = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})

#: The batches of the same settings are the same object: each call needs them several times.
_batches = lru_cache(maxsize=1_000)(Batches)

#: States in which a run trains, or is about to.
ACTIVE = frozenset({RunState.PENDING, RunState.RUNNING})

#: The states that may follow each state. A transaction may pass through several; only the last one
#: is recorded.
TRANSITIONS = {
    RunState.PENDING: frozenset({RunState.RUNNING, RunState.PAUSED}) | FINAL,
    RunState.RUNNING: frozenset({RunState.PAUSED}) | FINAL,
    RunState.PAUSED: frozenset({RunState.RUNNING}) | FINAL,
    RunState.SUCCEEDED: frozenset[RunState](),
    RunState.FAILED: frozenset[RunState](),
    RunState.CANCELLED: frozenset[RunState](),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run FAILED: a stable reason, a sentence, and the update that was not made."""

    reason: str
    message: str
    update: int


class EndReason(StrEnum):
    """Why a run is over."""

    ALL_EPOCHS = "all epochs"
    """All epochs are complete."""
    MAX_UPDATES = "max updates"
    """`max_updates` limited the run, and all of these updates were applied."""
    COST_REACHED = "cost reached"
    """The mean cost of an epoch was less than `cost_below`."""
    PATIENCE = "patience"
    """No validation improved for `patience` epochs."""
    DIVERGED = "diverged"
    """An update would have made a parameter infinite or NaN."""
    NON_FINITE_COST = "non-finite cost"
    """The cost of an update was infinite or NaN, and the settings end the run there."""
    CANCELLED = "cancelled"
    """The run was cancelled."""
    ERROR = "error"
    """The run could not continue, because data was corrupt or there was an internal error."""


class Progress(TypedDict, total=False):
    """The fields of a run that its updates change; see Run."""

    latest_update: int
    updates_done: int
    latest_cost: float
    epoch_cost: float
    non_finite_cost: int | None
    start_time: datetime
    validation: ValidationProgress
    end_reason: EndReason | None
    plateau: Plateau


@dataclass(frozen=True)  # without slots, for `changed`
class Run:
    """One training of a network on a training set with fixed settings.

    `number` counts from 1 for each network. `first_update` is the number that the first update of
    the run has or would have; `latest_update` is `first_update − 1` before the first update.
    `updates_done` counts the updates of the run, and determines its position in the training set.
    `stop_at` is the value of `updates_done` at which the current step ends; None without a step.
    `epoch_cost` is the sum of the costs of the examples in the current epoch so far; like
    `latest_cost`, it can be infinite or NaN. `non_finite_cost` is the number of the run's first
    update whose cost is infinite or NaN; None while all are finite. `extra` are fields stored by a
    later version of the service: opaque, and preserved.

    `examples` are those that the run trains on, without `validation_examples`, which are held out
    or those of the set `validation_set_uid`.
    `end_reason` is set with the last GRADIENT update; a run that must restore its best state then
    is still active until it has. `is_prepared` if its examples are prepared by the network.
    """

    network_uid: str
    number: int
    settings: TrainingSettings
    training_set_uid: str
    examples: int
    state: RunState
    first_update: int
    latest_update: int
    create_time: datetime
    updates_done: int = 0
    stop_at: int | None = None
    latest_cost: float | None = None
    epoch_cost: float = 0.0
    non_finite_cost: int | None = None
    failure: Failure | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    extra: bytes = b""
    validation_set_uid: str = ""
    validation_examples: int = 0
    validation: ValidationProgress = NOT_VALIDATED
    end_reason: EndReason | None = None
    plateau: Plateau = NO_PLATEAU
    is_prepared: bool = False

    @cached_property
    def batches(self) -> Batches:
        """The examples of each update of the run: those of its copies, too."""
        settings = self.settings
        return _batches(
            self.examples,
            settings.batch_size,
            settings.epochs,
            settings.stop.max_updates,
            settings.batch_mode,
        )

    @property
    def set_uids(self) -> frozenset[str]:
        """The uids of the training sets that the run needs."""
        uids = (self.training_set_uid, self.validation_set_uid)
        return frozenset(uid for uid in uids if uid)

    @property
    def restored_update(self) -> int | None:
        """The update to whose state the run would return at its end; None if to none."""
        best = self.validation.best
        return best.update if best is not None and self.settings.stop.restore_best else None

    @property
    def is_split(self) -> bool:
        """Whether a share of the training set is held out."""
        return self.settings.validation is not None and not self.validation_set_uid

    @property
    def validation_points(self) -> ValidationPoints | None:
        """After which updates the run is validated; None for never."""
        validation = self.settings.validation
        if validation is None:
            return None
        return ValidationPoints(self.batches, validation.every, validation.unit)

    @property
    def schedule(self) -> LearningRateSchedule:
        """The schedule of the learning rate, completed with defaults."""
        schedule, batches = self.settings.schedule, self.batches
        duration = batches.total_updates
        if schedule.unit is ScheduleUnit.EPOCH:
            duration = -(-batches.position(duration) // batches.epoch_examples)
        return schedule.completed(duration)

    @property
    def total_updates(self) -> int:
        """The number of updates of the whole run, unless its cost ends it earlier."""
        return self.batches.total_updates

    @property
    def target(self) -> int:
        """The value of `updates_done` at which the run stops."""
        return self.total_updates if self.stop_at is None else self.stop_at

    @property
    def is_over(self) -> bool:
        """Whether the run is in a final state."""
        return self.state in FINAL

    @property
    def is_active(self) -> bool:
        """Whether the run trains, or is about to."""
        return self.state in ACTIVE

    @property
    def epoch(self) -> int:
        """The epoch of the next example, counting from 1; the last one after all epochs."""
        position = self.batches.position(self.updates_done)
        return min(position // self.batches.epoch_examples + 1, self.settings.epochs)

    @property
    def next_example(self) -> int:
        """The position, from 0, of the next example in the order of its epoch; 0 after all epochs.

        Without shuffling it is the index of the example in the training set.
        """
        return self.batches.position(self.updates_done) % self.batches.epoch_examples

    def at(self, updates_done: int) -> "Run":
        """Return the run with another number of completed updates."""
        return changed(self, updates_done=updates_done)

    def become(self, state: RunState, now: datetime, failure: Failure | None = None) -> "Run":
        """Return the run in another state; a run that stops has no current step.

        Raises ValueError for a change that the table does not allow: callers check first, so this
        is an internal error, not an invalid request.
        """
        _check_change(self.state, state)
        return self._changed(state, now, failure)

    def trained(
        self,
        state: RunState,
        now: datetime,
        failure: Failure | None = None,
        **progress: Unpack[Progress],
    ) -> "Run":
        """Return the run after it was RUNNING: it still is, or has become `state` at its end.

        Raises ValueError as `become` does.
        """
        if self.state is not RunState.RUNNING:
            _check_change(self.state, RunState.RUNNING)
        if state is not RunState.RUNNING:
            _check_change(RunState.RUNNING, state)
        return self._changed(state, now, failure, **progress)

    def _changed(
        self,
        state: RunState,
        now: datetime,
        failure: Failure | None,
        **progress: Unpack[Progress],
    ) -> "Run":
        if "end_reason" not in progress:
            progress["end_reason"] = end_reason_of(self, state, failure)
        return changed(
            self,
            state=state,
            failure=failure,
            stop_at=self.stop_at if state in ACTIVE else None,
            end_time=now if state in FINAL else None,
            **progress,
        )


def _check_change(state: RunState, later: RunState) -> None:
    if later not in TRANSITIONS[state]:
        raise ValueError(f"a run cannot become {later} when it is {state}")


def end_reason_of(run: Run, state: RunState, failure: Failure | None) -> EndReason | None:
    """Return why a run is over when it is in this state; None if nothing ends it yet.

    A run that has SUCCEEDED without a known reason has all of its updates, or has reached its cost.
    """
    if state is RunState.CANCELLED:
        return EndReason.CANCELLED
    if failure is not None:
        return _OF_FAILURES.get(failure.reason, EndReason.ERROR)
    if state is not RunState.SUCCEEDED or run.end_reason is not None:
        return run.end_reason
    if run.updates_done < run.total_updates:
        return EndReason.COST_REACHED
    return EndReason.MAX_UPDATES if run.batches.is_limited else EndReason.ALL_EPOCHS


_OF_FAILURES = {
    "DIVERGED": EndReason.DIVERGED,
    "NON_FINITE_COST": EndReason.NON_FINITE_COST,
}
