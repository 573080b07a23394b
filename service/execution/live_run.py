"""A run that an executor carries out: where it is, and what is in memory of it."""

from dataclasses import dataclass
from enum import Enum, auto

from service.execution.live_state import LiveEvent, LiveState, next_state
from training.run import RunState
from training.trainer import Trainer

#: How many segments of a run may wait for their transaction before its training waits.
MOST_PENDING = 4


class Need(Enum):
    """What a run needs for its next time slice."""

    ROOM = auto()
    """That fewer commits are under way than may be."""
    ALL_COMMITTED = auto()
    """That no commit is under way."""
    TIME = auto()
    """That the store can be written."""
    NOTHING = auto()
    """It needs none: it has stopped. When all of it is durable it can be forgotten."""


@dataclass(slots=True)
class LiveRun:
    """A run that is carried out. Guarded by the executor's lock, but for `trainer`.

    `trainer` belongs to the thread whose time slice it is; None where the run has to be read.
    `pending` is how many commits are under way, `wanted` the state that the store says the run is
    to take, `error` what went wrong since the run was read, the first of it.
    """

    uid: str
    number: int
    state: LiveState = LiveState.QUEUED
    trainer: Trainer | None = None
    pending: int = 0
    wanted: RunState | None = None
    error: BaseException | None = None

    def happen(self, event: LiveEvent) -> None:
        """Take the state that follows. Raises ImpossibleEvent."""
        self.state = next_state(self.state, event)

    def outdate(self, error: BaseException | None = None) -> None:
        """Have the run read again, and first have the error dealt with, if there is one."""
        self.error = self.error or error
        self.happen(LiveEvent.OUTDATED)

    def reload(self) -> BaseException | None:
        """Drop what is in memory, and return what went wrong."""
        self.happen(LiveEvent.RELOADED)
        error, self.error = self.error, None
        self.trainer = self.wanted = None
        return error

    def end_slice(self, need: Need) -> None:
        """End a time slice after which the run needs something for the next one."""
        self.happen(self._end_of_slice(need))

    def end_commit(self) -> None:
        """Count a commit that has ended."""
        self.pending -= 1
        self.happen(LiveEvent.COMMIT_ENDED if self.pending else LiveEvent.LAST_COMMIT_ENDED)

    def _end_of_slice(self, need: Need) -> LiveEvent:
        match need:
            case Need.TIME:
                return LiveEvent.UNWRITABLE
            case Need.ROOM if self.pending >= MOST_PENDING:
                return LiveEvent.FULL
            case Need.ROOM:
                return LiveEvent.READY
            case _ if self.pending:
                return LiveEvent.UNDRAINED
            case Need.NOTHING:
                return LiveEvent.STOPPED
            case Need.ALL_COMMITTED:
                return LiveEvent.READY
