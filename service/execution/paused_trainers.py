"""Trainers of paused runs, kept for the steps that will continue them."""

from threading import Lock

from cachetools import LRUCache

from training.intent import Intent, PausedRun
from training.network import Network
from training.trainer import Trainer

#: How much the paused runs take that are in memory, in bytes; more of it for Python's objects.
_BYTES = 64 * 2**20
_OVERHEAD = 10_000


class PausedTrainers:
    """A bounded cache of trainers, by the ids of their networks. Thread-safe.

    A trainer may be out of date: its next addition is refused then, as it is made for another head.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: LRUCache[str, tuple[PausedRun, Trainer]] = LRUCache(
            _BYTES, lambda kept: _nbytes(kept[1])
        )

    def keep(self, network: Network, trainer: Trainer) -> None:
        """Keep the trainer of a run that is paused."""
        if _nbytes(trainer) <= _BYTES:
            paused = PausedRun(network, trainer.head, trainer.run)
            with self._lock:
                self._kept[network.id] = paused, trainer

    def run(self, network_id: str) -> PausedRun | None:
        """Return the run of the trainer that is kept for a network; None where there is none."""
        with self._lock:
            kept = self._kept.get(network_id)
        return kept and kept[0]

    def take(self, intent: Intent) -> Trainer | None:
        """Return the trainer that can carry out an intent, for one caller; None where none can."""
        with self._lock:
            kept = self._kept.pop(intent.network.id, None)
        if kept is None or kept[0].head != intent.head or intent.opening is not None:
            return None
        trainer = kept[1]
        assert intent.run.stop_at is not None
        trainer.step_to(intent.run.stop_at)
        return trainer


def _nbytes(trainer: Trainer) -> int:
    examples = trainer.examples
    return trainer.state.nbytes + examples.inputs.nbytes + examples.targets.nbytes + _OVERHEAD
