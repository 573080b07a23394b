"""Executes the runs of a store that several processes share: those that it has claimed."""

from collections.abc import Collection, Sequence
from functools import partial

from service.execution.claiming import Claiming
from service.execution.live_run import LiveRun, Need
from service.execution.pace import Pace
from service.execution.speeds import Speeds
from service.execution.thread_executor import CannotEnd, ThreadExecutor
from service.reading.readers import Readers
from training.ownership import Claim
from training.ports import Clock, Store, Writer
from training.trainer import Trainer

#: Why a run waits if nobody can execute it.
_NO_WORKER = "no worker is running: start one with clearprop work, or a server with --workers"


class ClaimingExecutor(ThreadExecutor):
    """Executes claimed runs on a few threads.

    A run has one owner at a time. Who is refused once does not execute it any more, and reads it
    again only after another claim: the head of the claim is what it continues from.
    """

    def __init__(
        self,
        store: Store,
        readers: Readers,
        clock: Clock,
        threads: int | None = None,
        threads_per_run: int = 0,
    ) -> None:
        """With 0 threads, only calls compute here, and other processes execute the runs."""
        super().__init__(store, readers, clock, threads, threads_per_run)
        self._impossible: set[tuple[str, int]] = set()
        self._claiming = Claiming(store, clock, self, len(self._threads))
        self._pace = Pace()
        self._speeds = Speeds()
        store.on_transaction(self._pace.transaction_ended)

    def adopt(self) -> int:
        """Begin to claim runs; return how many of them wait now."""
        if self._threads:
            self._claiming.start()
        with self._store.read() as reader:
            return reader.count_waiting_runs()

    def start(self, uid: str, number: int, client: str = "") -> None:  # noqa: ARG002 (of the port)
        """Look for runs that wait: whoever is the first to claim this one executes it."""
        self._claiming.wake()

    def waiting_for(self, uid: str, number: int) -> str:
        """Return why a run is suspended here, or that there is no worker; empty if neither."""
        reason = super().waiting_for(uid, number)
        if reason:
            return reason
        with self._store.read() as reader:
            is_waiting = reader.owner(uid, number) is None and not reader.workers()
        return _NO_WORKER if is_waiting else ""

    def stop(self) -> None:
        """Stop executing all runs, at a durable update, and leave them to other workers."""
        self._claiming.stop()
        super().stop()
        self._claiming.leave()

    def executed(self) -> Collection[tuple[str, int]]:
        """Return the runs that are executed; see Claimer."""
        with self._changed:
            return set(self._live)

    def impossible(self) -> Collection[tuple[str, int]]:
        """Return the runs that can be neither executed nor ended; see Claimer."""
        with self._changed:
            return set(self._impossible)

    def carry_out(self, claims: Sequence[Claim], worker: str) -> None:
        """Execute the claimed runs of a worker; see Claimer."""
        now = self._clock.monotonic()
        with self._changed:
            if self._stopping:
                return
            for claim in claims:
                uid, number = claim.run.network_uid, claim.run.number
                self._add(LiveRun(uid, number, claim=claim, worker=worker, claim_time=now))

    def drop_all(self) -> None:
        """Stop executing all runs; see Claimer."""
        with self._changed:
            for live in list(self._live.values()):
                self._happen(live, live.outdate)

    def give_back(self, least_seconds: float) -> None:
        """Give back the run that was claimed first, if it was so long ago; see Claimer."""
        with self._changed:
            first = min(self._live.values(), key=lambda live: live.claim_time, default=None)
            if first and self._clock.monotonic() - first.claim_time >= least_seconds:
                first.is_given_back = True
                self._happen(first, first.outdate)

    def _advance(self, live: LiveRun, trainer: Trainer) -> None:
        sharing = len(self._live) / len(self._threads)
        trainer.segment_seconds = self._pace.segment_seconds(sharing, self._claiming.workers)
        if not trainer.seconds_per_update:
            trainer.expect(self._speeds.of(trainer.network, trainer.run))
        super()._advance(live, trainer)
        if trainer.seconds_per_update:
            self._speeds.note(trainer.network, trainer.run, trainer.seconds_per_update)

    def _forget(self, live: LiveRun) -> None:
        super()._forget(live)
        if live.is_given_back:
            # Without its uid, so that it is done before a claim that is queued after it.
            self._store.write(partial(_release, live))
        self._claiming.wake()

    def _recover(self, live: LiveRun, error: BaseException) -> Need:
        if isinstance(error, CannotEnd):
            with self._changed:
                self._impossible.add(live.key)
        return super()._recover(live, error)


def _release(live: LiveRun, writer: Writer) -> None:
    writer.release_run(live.uid, live.number, live.worker)
