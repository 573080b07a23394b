"""What a call asks of a run: to be opened or continued, and carried out up to an update."""

from dataclasses import dataclass, replace
from datetime import datetime

from training.network import Network
from training.run import Run, RunState
from training.run_changes import change_state
from training.update import Addition, Head


@dataclass(frozen=True, slots=True)
class PausedRun:
    """A network's paused run, and the head of the network as it is then."""

    network: Network
    head: Head
    run: Run


@dataclass(frozen=True, slots=True)
class Intent:
    """A run that is to be carried out up to `run.stop_at`.

    It is the one that `opening` opens, or where that is None a paused one. `head` is the network's
    before either: what is written is refused when that is not the stored one any more.
    """

    network: Network
    head: Head
    run: Run
    opening: Addition | None = None

    @classmethod
    def to_open(cls, network: Network, opening: Addition, stop_at: int) -> "Intent":
        """Return the intent to open a run and carry it out up to an update of it."""
        assert opening.run is not None
        run = replace(opening.run, stop_at=stop_at)
        return cls(network, opening.before, run, replace(opening, run=run))

    @classmethod
    def to_continue(cls, paused: PausedRun, stop_at: int) -> "Intent":
        """Return the intent to continue a paused run up to an update of it."""
        return cls(paused.network, paused.head, replace(paused.run, stop_at=stop_at))

    @property
    def start(self) -> Head:
        """The head from which the run is carried out."""
        return self.opening.after if self.opening else self.head

    def addition(self, now: datetime) -> Addition:
        """Return the addition that writes the intent alone: it leaves the run active."""
        return self.opening or change_state(self.head, self.run, RunState.RUNNING, now)

    def followed_by(self, segment: Addition) -> Addition:
        """Return the addition that writes the intent with the first segment that comes of it.

        `segment` is made for the head `start`.
        """
        return self.opening.then(segment) if self.opening else segment
