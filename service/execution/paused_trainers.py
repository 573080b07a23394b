"""A cache of trainers of paused runs, for the steps that will continue them."""

from collections.abc import Iterable
from threading import Lock

from cachetools import LRUCache

from training.intent import Intent, PausedRun
from training.network import Network
from training.trainer import Trainer

#: The size of the cache in bytes, without Python's objects.
_BYTES = 64 * 2**20
_OVERHEAD = 10_000

#: The number of networks that are known to have changed.
_CHANGED = 10_000


class PausedTrainers:
    """A bounded cache of trainers, by the ids of their networks. Thread-safe.

    A trainer may be stale: its next addition then fails, as it is based on an old head. One that is
    known to be is not returned, which saves the attempt.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: LRUCache[str, tuple[PausedRun, Trainer]] = LRUCache(
            _BYTES, lambda kept: _nbytes(kept[1])
        )
        self._changed: LRUCache[str, None] = LRUCache(_CHANGED)

    def changed(self, uids: Iterable[str]) -> None:
        """Note that networks have changed: trainers of them that are kept already are stale."""
        with self._lock:
            self._changed.update(dict.fromkeys(uids))

    def keep(self, network: Network, trainer: Trainer) -> None:
        """Add the trainer of a paused run."""
        if _nbytes(trainer) <= _BYTES:
            paused = PausedRun(network, trainer.head, trainer.run)
            with self._lock:
                self._kept[network.id] = paused, trainer
                self._changed.pop(network.uid, None)

    def is_durable(self, network: Network, trainer: Trainer) -> None:
        """Note that the change of a network is that of its trainer."""
        with self._lock:
            kept = self._kept.get(network.id)
            if kept is not None and kept[1] is trainer:
                self._changed.pop(network.uid, None)

    def drop(self, network: Network, trainer: Trainer) -> None:
        """Remove the trainer of a network if it is kept: what it made was not written."""
        with self._lock:
            kept = self._kept.get(network.id)
            if kept is not None and kept[1] is trainer:
                del self._kept[network.id]

    def run(self, network_id: str) -> PausedRun | None:
        """Return the run of the cached trainer of a network; None if there is none."""
        with self._lock:
            kept = self._kept.get(network_id)
            if kept is None or kept[0].network.uid in self._changed:
                return None
        return kept[0]

    def take(self, intent: Intent) -> Trainer | None:
        """Return the cached trainer for an intent, to one caller; None if there is none."""
        with self._lock:
            kept = self._kept.pop(intent.network.id, None)
        if kept is None or kept[0].head != intent.head or intent.opening is not None:
            return None
        trainer = kept[1]
        trainer.step(intent.run)
        return trainer


def _nbytes(trainer: Trainer) -> int:
    best = trainer.best.nbytes if trainer.best else 0
    return trainer.state.nbytes + best + trainer.examples.nbytes + _OVERHEAD
