"""Claims the runs that this process executes, as long as it can renew its lease."""

import logging
import time
from collections.abc import Collection, Sequence
from threading import Event, Thread
from typing import Final, Protocol

from service.execution.claim_limit import POLL_SECONDS, ClaimLimit
from service.execution.lease import Lease, result_within
from training.errors import StoreFull, StoreUnavailable
from training.ownership import Claim, WorkerExpired
from training.ports import Clock, Store, Writer

logger = logging.getLogger(__name__)

#: The pause after a claim that failed, in seconds.
_PAUSE_SECONDS: Final = 0.05

#: A worker with the maximum number of runs gives one back after this time, in seconds, if others
#: wait: so each run has its turn, as it has among the threads of one process.
TURN_SECONDS: Final = 10.0


class Claimer(Protocol):
    """Who executes the claimed runs."""

    def executed(self) -> Collection[tuple[str, int]]:
        """Return the uids and numbers of the runs that are executed."""

    def impossible(self) -> Collection[tuple[str, int]]:
        """Return the runs that can be neither executed nor ended."""

    def carry_out(self, claims: Sequence[Claim], worker: str) -> None:
        """Execute the claimed runs of a worker."""

    def drop_all(self) -> None:
        """Stop executing all runs: they may belong to others."""

    def give_back(self, least_seconds: float) -> None:
        """Give back the run that has been executed for longest, if it was for so many seconds."""


class Claiming:
    """A thread that keeps the lease of this worker, and claims runs."""

    def __init__(self, store: Store, clock: Clock, claimer: Claimer, threads: int) -> None:
        self._store = store
        self._claimer = claimer
        self._lease = Lease(store, clock)
        self._limit = ClaimLimit(threads)
        self._clock = clock
        self._looked_at = clock.monotonic()  # for runs that wait although this worker is full
        self._was_free_at = clock.monotonic()
        self.workers = 1  # that lived at the last look
        self._woken = Event()
        self._stopping = False
        self._is_failing = False
        self._thread = Thread(target=self._serve, name="claims", daemon=True)

    def start(self) -> None:
        """Begin to claim; beginning again only wakes it."""
        if self._thread.ident is None:
            self._store.on_waiting(self.wake)
            self._thread.start()
        self.wake()

    def wake(self) -> None:
        """Look for runs that wait, now."""
        self._woken.set()

    def stop(self) -> None:
        """Claim no more runs. Those that are executed are still those of this worker."""
        self._stopping = True
        self.wake()
        if self._thread.ident is not None:
            self._thread.join(POLL_SECONDS)  # a store that hangs does not keep it

    def leave(self) -> None:
        """End the lease, durably if the store can be written, so that others claim the runs."""
        ending = self._lease.end()
        if ending is not None:
            try:
                result_within(ending, POLL_SECONDS)
            except (StoreFull, StoreUnavailable, TimeoutError):
                logger.warning("the lease of this worker could not be ended; it will expire")

    def _serve(self) -> None:
        while not self._stopping:
            is_woken = self._woken.wait(POLL_SECONDS)
            self._woken.clear()
            try:
                if self._keep_lease() and (is_woken or self._limit.is_due(self._clock.monotonic())):
                    self._claim()
                self._is_failing = False
            except (StoreFull, StoreUnavailable, TimeoutError) as error:
                self._note_failure(error)
                time.sleep(_PAUSE_SECONDS)
            except WorkerExpired:
                self._lose()
            except Exception:
                logger.exception("claiming runs failed; trying again")
                time.sleep(_PAUSE_SECONDS)

    def _keep_lease(self) -> bool:
        """Add or renew the lease if this is due; return whether this process may rely on it."""
        lease = self._lease
        is_due = lease.worker and not lease.seconds_to_renewal
        if is_due and not (lease.seconds_left and lease.renew()):
            self._lose()
        if not lease.worker:
            lease.begin()
            logger.info("claiming runs", extra={"worker": lease.worker})
        return lease.seconds_left > 0

    def _lose(self) -> None:
        """Stop all runs, and begin again with another name."""
        logger.warning("the lease of worker %s is over: its runs are left", self._lease.worker)
        self._claimer.drop_all()
        self._lease.end()

    def _claim(self) -> None:
        executed, now = self._claimer.executed(), self._clock.monotonic()
        if self._limit.has_free_thread(len(executed)):
            self._was_free_at = now
        self._store.receive_waiting(is_wanted=now - self._was_free_at < POLL_SECONDS)
        limit = self._limit.next(len(executed), now)
        if limit > 0:
            self._claim_up_to(limit, {*executed, *self._claimer.impossible()})
        elif self._limit.is_full(len(executed)) and self._is_turn_due(now):
            self._looked_at = now
            self._give_turn()

    def _is_turn_due(self, now: float) -> bool:
        return now - self._looked_at >= self._limit.pause_seconds

    def _claim_up_to(self, limit: int, carried_out: Collection[tuple[str, int]]) -> None:
        worker = self._lease.worker

        def claim(writer: Writer) -> tuple[list[Claim], int]:
            return writer.claim_runs(worker, limit, carried_out), writer.count_workers()

        claims, self.workers = result_within(self._store.write(claim), self._lease.seconds_left)
        self._limit.claimed(len(claims), limit, self._clock.monotonic(), self.workers)
        if claims:
            self._claimer.carry_out(claims, worker)

    def _give_turn(self) -> None:
        """Give back a run, so that one that waits has its turn, if there is one."""
        # Not a snapshot, for which the end of the lease would have to wait.
        waiting = self._store.write(lambda writer: writer.count_waiting_runs())
        if result_within(waiting, self._lease.seconds_left):
            self._claimer.give_back(TURN_SECONDS)

    def _note_failure(self, error: Exception) -> None:
        if not self._is_failing:
            logger.warning("no runs can be claimed: %s", str(error) or "the store does not answer")
        self._is_failing = True
