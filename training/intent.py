"""The intent of a call: to open or continue a run up to an update."""

from dataclasses import dataclass, replace
from datetime import datetime

from training.changing import changed
from training.network import Network
from training.run import Run, RunState
from training.run_changes import change_state
from training.update import Addition, Head


@dataclass(frozen=True, slots=True)
class PausedRun:
    """The paused run of a network, and the head of the network at that time."""

    network: Network
    head: Head
    run: Run


@dataclass(frozen=True, slots=True)
class Intent:
    """A run to execute up to `run.stop_at`.

    It is opened by `opening`, or is a paused run if that is None. `head` is the head of the network
    before it: the write fails if the stored head has changed.
    """

    network: Network
    head: Head
    run: Run
    opening: Addition | None = None

    @classmethod
    def to_open(cls, network: Network, opening: Addition, stop_at: int) -> "Intent":
        """Return the intent to open a run and execute it up to one of its updates."""
        assert opening.run is not None
        run = changed(opening.run, stop_at=stop_at)
        return cls(network, opening.before, run, replace(opening, run=run))

    @classmethod
    def to_continue(cls, paused: PausedRun, stop_at: int) -> "Intent":
        """Return the intent to continue a paused run up to one of its updates."""
        return cls(paused.network, paused.head, changed(paused.run, stop_at=stop_at))

    @property
    def start(self) -> Head:
        """The head from which the run is executed."""
        return self.opening.after if self.opening else self.head

    def addition(self, now: datetime) -> Addition:
        """Return the addition that writes only the intent and leaves the run active."""
        return self.opening or change_state(self.head, self.run, RunState.RUNNING, now)

    def followed_by(self, segment: Addition) -> Addition:
        """Return the addition that writes the intent together with its first segment.

        `segment` is based on the head `start`.
        """
        return self.opening.then(segment) if self.opening else segment
