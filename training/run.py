"""A run: one training of a network, its life as a table of legal state changes."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from training.settings import Schedule, TrainingSettings


class RunState(StrEnum):
    """Where a run is in its life."""

    PENDING = "PENDING"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


FINAL = frozenset({RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED})

#: States in which a run makes updates, or is about to.
ACTIVE = frozenset({RunState.PENDING, RunState.RUNNING})

#: What each state may become. A transaction may pass through several; only the last is recorded.
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
    """Why a run FAILED: a stable reason, a sentence, and the update that could not be made."""

    reason: str
    message: str
    update: int


@dataclass(frozen=True, slots=True)
class Run:
    """One training of a network on a training set with fixed settings.

    `number` counts from 1 for each network. `first_update` is the network's update number that the
    run's first update has or would have; `latest_update` is `first_update − 1` before there is one.
    `updates_done` counts the run's own updates: with it the place in the training set is known.
    `stop_at` is the value of `updates_done` at which the step that is under way ends; None where
    no step is under way. `epoch_cost` is the sum of the costs of the examples that the epoch under
    way has gone through; like `latest_cost`, it can be infinite or not a number. `extra` is what a
    later version of the service has stored with the run: opaque, and kept as it is.
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
    failure: Failure | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    extra: bytes = b""

    @property
    def schedule(self) -> Schedule:
        """Which examples each update of the run takes."""
        settings = self.settings
        return Schedule(
            self.examples, settings.batch_size, settings.epochs, settings.stop.max_updates
        )

    @property
    def total_updates(self) -> int:
        """How many updates the run makes in all, unless its cost ends it before."""
        return self.schedule.total_updates

    @property
    def target(self) -> int:
        """The number of updates done at which the run stops by itself."""
        return self.total_updates if self.stop_at is None else self.stop_at

    @property
    def is_over(self) -> bool:
        """Whether the run is in a final state."""
        return self.state in FINAL

    @property
    def is_active(self) -> bool:
        """Whether the run makes updates, or is about to."""
        return self.state in ACTIVE

    @property
    def epoch(self) -> int:
        """The epoch of the next example, counting from 1; the last one after all epochs."""
        position = self.schedule.position(self.updates_done)
        return min(position // self.examples + 1, self.settings.epochs)

    @property
    def next_example(self) -> int:
        """The position, from 0, of the next example in its epoch's order; 0 after all epochs.

        Without shuffling it is the example's place in the training set.
        """
        return self.schedule.position(self.updates_done) % self.examples

    def at(self, updates_done: int) -> "Run":
        """Return where the run stood, or will stand, after so many of its updates."""
        return replace(self, updates_done=updates_done)

    def become(self, state: RunState, now: datetime, failure: Failure | None = None) -> "Run":
        """Return the run in another state; a run that stops has no step under way.

        Raises ValueError for a change that the table does not allow: callers check first, so this
        is a mistake in the service, not in a request.
        """
        if state not in TRANSITIONS[self.state]:
            raise ValueError(f"a run cannot become {state} when it is {self.state}")
        return replace(
            self,
            state=state,
            failure=failure,
            stop_at=self.stop_at if state in ACTIVE else None,
            end_time=now if state in FINAL else None,
        )
