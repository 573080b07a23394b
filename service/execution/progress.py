"""How much an executor has trained since it was started."""

from collections import Counter
from dataclasses import dataclass, field

from training.run import RunState
from training.update import Addition

_ENDS = (RunState.SUCCEEDED, RunState.FAILED)


@dataclass(slots=True)
class Progress:
    """Durable updates and segments of runs; changed under the lock of the executor.

    `ended` counts the runs that have succeeded or failed: only the executor ends runs like this.
    """

    updates: int = 0
    segments: int = 0
    ended: Counter[RunState] = field(default_factory=Counter)

    def add(self, addition: Addition) -> None:
        """Count what was added to a history."""
        if addition.segment is not None:
            self.segments += 1
            self.updates += addition.segment.count
        if addition.run is not None and addition.run.state in _ENDS:
            self.ended[addition.run.state] += 1
