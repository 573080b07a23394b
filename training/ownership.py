"""Who carries out a run: the part of the port of a store that is about workers and claims.

A worker is a process that carries out runs. Its lease expires unless it is renewed, by the clock of
the store. The owner of a run is the worker that claimed it last, as long as its lease lasts. The
owner only decides who begins: what keeps an earlier owner from writing is the token of the head,
which each claim renews.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from training.run import Run
from training.update import Head


@dataclass(frozen=True, slots=True)
class Claim:
    """A run that has become that of a worker, and the head from which it continues.

    Whoever finds another head stored is not the owner any more.
    """

    run: Run
    head: Head


@dataclass(frozen=True, slots=True)
class WorkerLease:
    """A living worker, when its lease expires, and how many active runs it owns."""

    worker: str
    expire_time: datetime
    runs: int


class WorkerExpired(Exception):
    """The lease of a worker is over, or was never added. It needs a new name."""


class OwnershipReader(Protocol):
    """What a view of the store tells of workers; a part of training.ports.Reader."""

    def owner(self, uid: str, number: int) -> str | None:
        """Return the living worker that owns an active run; None if there is none."""

    def count_waiting_runs(self) -> int:
        """Return the number of active runs that have no living owner."""

    def count_workers(self) -> int:
        """Return the number of living workers."""

    def workers(self) -> list[WorkerLease]:
        """Return the living workers, ordered by name."""


class OwnershipWriter(OwnershipReader, Protocol):
    """What a transaction can change about workers; a part of training.ports.Writer."""

    def add_worker(self, worker: str, seconds: float) -> None:
        """Store the lease of a worker with a new name, for a time from now."""

    def renew_worker(self, worker: str, seconds: float) -> bool:
        """Extend a lease to a time from now, unless it is over; return whether it was extended.

        A lease that is over is never extended again.
        """

    def remove_worker(self, worker: str) -> None:
        """End a lease, if there is one, so that others can claim the runs of this worker.

        Listeners of `on_commit` are told the networks of these runs.
        """

    def claim_runs(
        self, worker: str, limit: int, carried_out: Collection[tuple[str, int]] = ()
    ) -> list[Claim]:
        """Make a worker the owner of up to `limit` active runs that no other living worker owns.

        Their heads get new tokens. `carried_out` are runs, by uid and number, that the worker needs
        not claim: it carries them out already. Others that it owns are given up first, as those of
        workers whose lease is over. First come the runs that were never claimed, then those that
        were claimed longest ago. Runs that another transaction is claiming, and corrupt ones, are
        left alone. Raises WorkerExpired.
        """

    def release_run(self, uid: str, number: int, worker: str) -> None:
        """Give up a run, if this worker owns it; listeners of `on_commit` are told."""


class OwnershipStore(Protocol):
    """How workers learn that there are runs to claim; a part of training.ports.Store."""

    def on_waiting(self, listener: Callable[[], None]) -> None:
        """Call `listener` after commits, also of other processes, that may leave a run unowned.

        In the threads of `on_commit`, also too often, perhaps late and perhaps never; it must be
        quick.
        """

    def receive_waiting(self, *, is_wanted: bool = True) -> None:
        """Call listeners of `on_waiting` from now on, or no more.

        Each process that listens to others takes time of a shared store.
        """
