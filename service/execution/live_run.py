"""A run that an executor executes: its state, and its data in memory."""

from dataclasses import dataclass
from enum import Enum, auto

from service.execution.live_state import LiveEvent, LiveState, next_state
from training.lockstep import Kind
from training.ownership import Claim
from training.run import RunState
from training.trainer import Trainer

#: The maximum number of segments of a run that wait for their transaction; then its training waits.
MOST_PENDING = 4


class Need(Enum):
    """What a run waits for before its next time slice."""

    CAPACITY = auto()
    """Fewer pending commits than the maximum."""
    ALL_COMMITTED = auto()
    """No pending commits."""
    TIME = auto()
    """A writable store."""
    NOTHING = auto()
    """It has stopped and needs no time slice. It can be forgotten when all of it is durable."""


@dataclass(slots=True, eq=False)
class LiveRun:
    """A run that is being executed. Guarded by the lock of the executor, except for `trainer`.

    `client` is the client that started it; `trainer` belongs to the thread of the current time
    slice, None if the run must be read. Runs of the same `kind` can be trained in lockstep; None if
    it is trained alone. `pending` is the number of pending commits, `wanted` the requested state of
    the run in the store, `error` the first error since the run was read.
    `waiting_for` is the reason why it was suspended, until its next commit.

    `claim` is the claim of `worker`, None if no other process can execute the run. A claimed run is
    not read again: only another claim gives a head that it can continue from. `claim_time` is when
    it was claimed, in monotonic seconds; `is_given_back` if others should claim it next.
    """

    uid: str
    number: int
    client: str = ""
    state: LiveState = LiveState.QUEUED
    trainer: Trainer | None = None
    kind: Kind | None = None
    pending: int = 0
    wanted: RunState | None = None
    error: BaseException | None = None
    waiting_for: str = ""
    claim: Claim | None = None
    worker: str = ""
    claim_time: float = 0.0
    is_given_back: bool = False

    def happen(self, event: LiveEvent) -> None:
        """Change to the next state. Raises ImpossibleEvent."""
        self.state = next_state(self.state, event)

    @property
    def key(self) -> tuple[str, int]:
        """The uid of the network, and the number of the run."""
        return self.uid, self.number

    def outdate(self, error: BaseException | None = None) -> None:
        """Have the run read again, after handling the error, if there is one."""
        self.error = self.error or error
        self.happen(LiveEvent.OUTDATED)

    def reload(self) -> BaseException | None:
        """Drop the data in memory, and return the error, if there is one."""
        self.happen(LiveEvent.RELOADED)
        error, self.error = self.error, None
        self.trainer = self.kind = self.wanted = None
        return error

    def end_slice(self, need: Need) -> None:
        """End a time slice; `need` is what the run waits for before the next one."""
        self.happen(self._end_of_slice(need))

    def end_commit(self) -> None:
        """Count a completed commit."""
        self.pending -= 1
        self.happen(LiveEvent.COMMIT_ENDED if self.pending else LiveEvent.LAST_COMMIT_ENDED)

    def _end_of_slice(self, need: Need) -> LiveEvent:
        match need:
            case Need.TIME:
                return LiveEvent.UNWRITABLE
            case Need.CAPACITY if self.pending >= MOST_PENDING:
                return LiveEvent.FULL
            case Need.CAPACITY:
                return LiveEvent.READY
            case _ if self.pending:
                return LiveEvent.UNDRAINED
            case Need.NOTHING:
                return LiveEvent.STOPPED
            case Need.ALL_COMMITTED:
                return LiveEvent.READY
