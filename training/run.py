"""A run: one training of a network, with a table of its allowed state changes."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TypedDict, Unpack

from training.batches import Batches
from training.settings import TrainingSettings


class RunState(StrEnum):
    """The state of a run."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


FINAL = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})

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


class Progress(TypedDict, total=False):
    """The fields of a run that its updates change; see Run."""

    latest_update: int
    updates_done: int
    latest_cost: float
    epoch_cost: float
    non_finite_cost: int | None
    start_time: datetime


@dataclass(frozen=True, slots=True)
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

    @property
    def batches(self) -> Batches:
        """The examples of each update of the run."""
        settings = self.settings
        return Batches(
            self.examples, settings.batch_size, settings.epochs, settings.stop.max_updates
        )

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
        return min(position // self.examples + 1, self.settings.epochs)

    @property
    def next_example(self) -> int:
        """The position, from 0, of the next example in the order of its epoch; 0 after all epochs.

        Without shuffling it is the index of the example in the training set.
        """
        return self.batches.position(self.updates_done) % self.examples

    def at(self, updates_done: int) -> "Run":
        """Return the run with another number of completed updates."""
        return replace(self, updates_done=updates_done)

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
        return replace(
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
