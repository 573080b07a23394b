"""A cache of trainers of paused runs, for the steps that will continue them."""

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from training.intent import Intent, PausedRun
from training.network import Network
from training.trainer import Trainer

#: The size of the cache in bytes, without Python's objects.
_BYTES = 64 * 2**20
_OVERHEAD = 10_000


@dataclass(slots=True)
class _Kept:
    """A trainer, its run when it was paused, and whether the network has changed since."""

    paused: PausedRun
    trainer: Trainer
    nbytes: int
    is_stale: bool = False


class PausedTrainers:
    """A bounded cache of trainers, by the ids of their networks. Thread-safe.

    A trainer may be stale: its next addition then fails, as it is based on an old head. One that is
    known to be is not returned, which saves the attempt.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        # The one that was not used for the longest time is the first: each use removes it.
        self._kept: dict[str, _Kept] = {}
        self._ids: dict[str, str] = {}  # of their networks, by uid
        self._nbytes = 0

    def changed(self, uids: Iterable[str]) -> None:
        """Note that networks have changed: trainers of them that are kept already are stale."""
        with self._lock:
            for uid in uids:
                if uid in self._ids:
                    self._kept[self._ids[uid]].is_stale = True

    def keep(self, network: Network, trainer: Trainer) -> None:
        """Add the trainer of a paused run."""
        paused = PausedRun(network, trainer.head, trainer.run)
        kept = _Kept(paused, trainer, _nbytes(trainer))
        if kept.nbytes > _BYTES:
            return
        with self._lock:
            self._remove(network.id)
            self._kept[network.id] = kept
            self._ids[network.uid] = network.id
            self._nbytes += kept.nbytes
            while self._nbytes > _BYTES:
                self._remove(next(iter(self._kept)))

    def is_durable(self, network: Network, trainer: Trainer) -> None:
        """Note that the change of a network is that of its trainer."""
        with self._lock:
            kept = self._kept.get(network.id)
            if kept is not None and kept.trainer is trainer:
                kept.is_stale = False

    def drop(self, network: Network, trainer: Trainer) -> None:
        """Remove the trainer of a network if it is kept: what it made was not written."""
        with self._lock:
            kept = self._kept.get(network.id)
            if kept is not None and kept.trainer is trainer:
                self._remove(network.id)

    def run(self, network_id: str) -> PausedRun | None:
        """Return the run of the cached trainer of a network; None if there is none."""
        with self._lock:
            kept = self._kept.get(network_id)
        return None if kept is None or kept.is_stale else kept.paused

    def take(self, intent: Intent) -> Trainer | None:
        """Return the cached trainer for an intent, to one caller; None if there is none."""
        with self._lock:
            kept = self._remove(intent.network.id)
        if kept is None or kept.paused.head != intent.head or intent.opening is not None:
            return None
        kept.trainer.step(intent.run)
        return kept.trainer

    def _remove(self, network_id: str) -> _Kept | None:
        """Remove and return the trainer of a network, if it is kept. Needs the lock."""
        kept = self._kept.pop(network_id, None)
        if kept is not None:
            del self._ids[kept.paused.network.uid]
            self._nbytes -= kept.nbytes
        return kept


def _nbytes(trainer: Trainer) -> int:
    best = trainer.best.nbytes if trainer.best else 0
    return trainer.state.nbytes + best + trainer.examples.nbytes + _OVERHEAD
