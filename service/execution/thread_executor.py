"""Executes runs on threads, fairly, and makes each segment durable."""

import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import partial
from threading import Condition, Thread, Timer
from typing import TypeVar

from service.execution.adoption import adopt_runs
from service.execution.helper_threads import HelperThreads
from service.execution.live_run import MOST_PENDING, LiveRun, Need
from service.execution.live_state import QUEUED_STATES, LiveEvent, LiveState
from service.execution.lockstep import Lockstep
from service.execution.paused_trainers import PausedTrainers
from service.execution.progress import Progress
from service.execution.run_writes import Written, append, fail, halt
from service.execution.turns import Turns
from service.reading.readers import Readers
from training.error_kinds import ClearpropError
from training.errors import HeadMoved, NetworkNotFound, StoreFull, StoreUnavailable
from training.intent import Intent, PausedRun
from training.network import Network
from training.ports import Clock, Store, Writer
from training.run import Run, RunState
from training.snapshots import Snapshots
from training.trainer import Made, Trainer
from training.update import Addition, Head
from training.work import work_of_gradient, work_of_outputs
from training.writes import Write, Writes

T = TypeVar("T")

logger = logging.getLogger(__name__)

#: How long a run waits, in seconds, before it retries to write to the store.
RETRY_SECONDS = 1.0

#: The work of an update and a validation, in multiplications and additions, that the thread of a
#: call computes: about 0.1 s.
_SHORT_WORK = 2**28


#: Errors of a write that can be right at another time, or need nothing more.
_PASSING = (HeadMoved, NetworkNotFound, StoreFull, StoreUnavailable)


class CannotEnd(Exception):
    """A run cannot be ended, because its data in the store is corrupt."""


class ThreadExecutor:
    """Executes runs on a few threads, in time slices of one segment each, in `Turns`.

    The threads compute without the global interpreter lock, and queue what they have computed in
    the store. The next state of a run comes from the table in `live_state`; its effects are here,
    under one lock.
    """

    def __init__(
        self,
        store: Store,
        readers: Readers,
        clock: Clock,
        threads: int | None = None,
        threads_per_run: int = 0,
    ) -> None:
        self._store = store
        self._examples = readers.examples
        self._states = readers.states
        self._pages = readers.pages
        self._clock = clock
        self._changed = Condition()
        self._live: dict[tuple[str, int], LiveRun] = {}
        self._turns: Turns[LiveRun] = Turns()
        self._lockstep = Lockstep(self._turns, self._pages)
        self._stopping = False
        self._paused = PausedTrainers()
        self.progress = Progress()
        self._threads = [
            Thread(target=self._work, name=f"trainer-{index}", daemon=True)
            for index in range((os.cpu_count() or 1) if threads is None else threads)
        ]
        self._helpers = HelperThreads(len(self._threads), threads_per_run, lambda: len(self._live))
        for thread in self._threads:
            thread.start()

    def adopt(self) -> int:
        """Execute every run that is active in the store and has no owner; return how many."""
        runs = adopt_runs(self._store)
        for run in runs:
            self.start(run.network_uid, run.number)
        return len(runs)

    def start(self, uid: str, number: int, client: str = "") -> None:
        """Execute a run until it stops by itself or on request, if it is active."""
        with self._changed:
            if self._stopping:
                return
            live = self._live.get((uid, number))
            if live is None:
                self._add(LiveRun(uid, number, client))
            else:
                self._happen(live, live.outdate)

    def waiting_for(self, uid: str, number: int) -> str:
        """Return why a run is suspended; empty if it is not."""
        with self._changed:
            live = self._live.get((uid, number))
        return live.waiting_for if live else ""

    @property
    def suspended(self) -> int:
        """The number of active runs that wait for the store."""
        with self._changed:
            return sum(bool(live.waiting_for) for live in self._live.values())

    def paused(self, network_id: str) -> PausedRun | None:
        """Return the paused run of a network, if it is cached."""
        return self._paused.run(network_id)

    def committed(self, uids: Sequence[str]) -> None:
        """Note which networks have changed, here or elsewhere; a listener of the store."""
        self._paused.changed(uids)

    def begin(
        self, intent: Intent, write: Callable[[Writer, Addition], T], client: str = ""
    ) -> Writes[tuple[T, Snapshots | None]]:
        """Write an intent with its first segment: a short step needs no other commit.

        The thread of the caller computes that segment, with the cached trainer of the last step. If
        an update takes long, only the intent is written, and the run has its turns as any other.
        """
        network, run = intent.network, intent.run
        paused = self._paused.take(intent)
        work = work_of_gradient(network, min(run.settings.batch_size, run.examples))
        if work + work_of_outputs(network, run.validation_examples) > _SHORT_WORK:
            only = intent.addition(self._clock.now())
            written = yield Write(lambda writer: write(writer, only), network.uid)
            self.start(network.uid, run.number, client)
            return written, None
        trainer = paused or self._trainer(network, intent.start, run)
        made = trainer.advance(record=True)
        addition = intent.followed_by(made.addition)
        state, after, timeline = trainer.state, trainer.run, self._store.timeline
        if not (after.is_active or after.is_over):
            self._paused.keep(network, trainer)  # the next step may share the commit of this one
        try:
            answer = yield Write(lambda writer: write(writer, addition), network.uid)
        except BaseException:
            self._paused.drop(network, trainer)
            raise
        self._paused.is_durable(network, trainer)
        self._states.remember(timeline, network.uid, state)
        with self._changed:
            self.progress.add(made.addition)
        if after.is_active:
            self.start(network.uid, after.number, client)
        return answer, made.snapshots

    def stop(self) -> None:
        """Stop executing all runs, at a durable update; they stay active in the store."""
        with self._changed:
            self._stopping = True
        self._turns.close()
        for thread in self._threads:
            thread.join()
        with self._changed:
            self._changed.wait_for(lambda: not any(live.pending for live in self._live.values()))
            self._live.clear()

    def _add(self, live: LiveRun) -> None:
        """Execute another run. Needs the lock."""
        self._live[live.key] = live
        self._turns.put(live.client, live)

    def _happen(self, live: LiveRun, change: Callable[[], None]) -> None:
        """Apply an event to a run, and do what its new state requires. Needs the lock."""
        before = live.state
        change()
        if live.state in QUEUED_STATES and before not in QUEUED_STATES:
            self._turns.put(live.client, live)
        elif live.state is LiveState.SUSPENDED is not before:
            timer = Timer(RETRY_SECONDS, self._retry, [live])
            timer.daemon = True
            timer.start()
        elif live.state is LiveState.FORGOTTEN:
            self._forget(live)

    def _forget(self, live: LiveRun) -> None:
        """Forget a run that is not executed any more. Needs the lock."""
        del self._live[live.key]

    def _work(self) -> None:
        while (live := self._turns.take()) is not None:
            with self._changed:
                if self._stopping:
                    return
                live.happen(LiveEvent.SLICE_BEGUN)
            try:
                need = self._time_slice(live)
            except Exception as error:  # noqa: BLE001 (dealt with in the next time slice)
                need = Need.ALL_COMMITTED
                with self._changed:
                    live.outdate(error)
            with self._changed:
                self._happen(live, partial(live.end_slice, need))

    def _time_slice(self, live: LiveRun) -> Need:
        """Execute one time slice of a run: its next segment, a stop, or reading it again."""
        error = None
        with self._changed:
            is_outdated = live.state is LiveState.OUTDATED_WORKING
            if is_outdated:
                if live.pending:
                    return Need.ALL_COMMITTED
                error = live.reload()
            wanted, pending = live.wanted, live.pending
        if error:
            return self._recover(live, error)
        if is_outdated and live.claim:
            return Need.NOTHING
        return self._continue(live, wanted, pending)

    def _continue(self, live: LiveRun, wanted: RunState | None, pending: int) -> Need:
        """Make the next segment of a run, or stop it as requested."""
        if live.trainer is None:
            live.trainer, wanted = self._load(live)
            if live.trainer is not None and live.trainer.lane is not None:
                live.kind = live.trainer.lane.kind
                if wanted is None and self._has_to_wait(live):
                    return Need.CAPACITY
        if live.trainer is None or not live.trainer.run.is_active:
            return Need.NOTHING
        if wanted is None:
            if pending < MOST_PENDING:
                self._advance(live, live.trainer)
            return Need.CAPACITY
        if not pending:
            self._stop_by(live, partial(halt, live, live.trainer))
        return Need.ALL_COMMITTED

    def _load(self, live: LiveRun) -> tuple[Trainer | None, RunState | None]:
        """Return a trainer for a run as it is in the store, and the requested state.

        The trainer is None if the run is not active. Raises HeadMoved if another worker has claimed
        it since.
        """
        with self._store.read() as reader:
            network = reader.network_by_uid(live.uid)
            head = reader.head(live.uid)
            run = reader.run(live.uid, live.number)
            if not run.is_active:
                return None, None
            wanted = reader.wanted_state(live.uid, live.number)
        if live.claim and live.claim.head != head:
            raise HeadMoved("another worker has claimed the run")
        if wanted is None:
            self._store.require_room()  # before the state is read, which may take long
        return self._trainer(network, head, run), wanted

    def _trainer(self, network: Network, head: Head, run: Run) -> Trainer:
        """Return a trainer of a run that continues from a head."""
        examples = self._examples.of_stored_run(self._store, network, run)
        state = self._states.read(network, head.latest_update)
        trainer = Trainer(network, examples, head, run, state, self._clock)
        trainer.pool = self._helpers
        if run.restored_update is not None:
            trainer.best = self._states.read(network, run.restored_update)
        return trainer

    def _advance(self, live: LiveRun, trainer: Trainer) -> None:
        """Make the next segment and queue its write, or those of a group in lockstep."""
        self._store.require_room()
        with self._changed:
            others = self._lockstep.join(live)
        if others:
            self._advance_together(live, others)
        else:
            wanted = self._pages.are_wanted(trainer.network, trainer.next_count)
            self._write(live, trainer, trainer.advance(record=wanted))

    def _has_to_wait(self, live: LiveRun) -> bool:
        """Return whether a run that was just read waits for others to be trained with."""
        with self._changed:
            return self._lockstep.waits(live)

    def _advance_together(self, live: LiveRun, others: Sequence[LiveRun]) -> None:
        """Make the next segments of runs in lockstep; the time slices of the others end with it."""
        group = [live, *others]
        try:
            for each, made in zip(group, self._lockstep.advance(group), strict=True):
                if made is not None and each.trainer is not None:
                    self._write(each, each.trainer, made)
        except BaseException as error:
            with self._changed:
                for other in others:
                    other.outdate(error)
            raise
        finally:
            with self._changed:
                for other in others:
                    self._happen(other, partial(other.end_slice, Need.CAPACITY))

    def _write(self, live: LiveRun, trainer: Trainer, made: Made) -> None:
        """Queue the write of a segment."""
        timeline = self._store.timeline
        ended = self._pages.announce(timeline, trainer.network, trainer.state, made.snapshots)
        self._commit(live, partial(append, self._clock, made.addition), ended)

    def _stop_by(
        self, live: LiveRun, work: Callable[[Writer], Written], *, fails: bool = False
    ) -> None:
        """Queue a write that stops the run; this outdates its data in memory."""
        with self._changed:
            live.outdate()
        self._commit(live, work, fails=fails)

    def _commit(
        self,
        live: LiveRun,
        work: Callable[[Writer], Written],
        ended: Callable[[bool], None] | None = None,
        *,
        fails: bool = False,
    ) -> None:
        """Queue a write in the next transaction; `ended` learns whether it is durable then.

        With `fails`, it fails the run.
        """
        with self._changed:
            live.pending += 1
        self._store.write(work, live.uid).add_done_callback(
            partial(self._commit_ended, live, ended, fails)
        )

    def _commit_ended(
        self,
        live: LiveRun,
        ended: Callable[[bool], None] | None,
        fails: bool,
        done: "Future[Written]",
    ) -> None:
        """Handle the outcome of a commit; called in the thread that writes."""
        error = done.exception()
        if fails and error is not None and not isinstance(error, _PASSING):
            error = CannotEnd()
        if ended is not None:
            ended(error is None)
        with self._changed:
            if error is None:
                written = done.result()
                if written.addition is not None:
                    self.progress.add(written.addition)
                live.wanted, live.waiting_for = written.wanted, ""
            else:
                self._happen(live, partial(live.outdate, error))
            self._happen(live, live.end_commit)
            self._changed.notify_all()

    def _retry(self, live: LiveRun) -> None:
        """Have a suspended run retry to write to the store."""
        with self._changed:
            if not self._stopping:
                self._happen(live, partial(live.happen, LiveEvent.RETRY_DUE))

    def _recover(self, live: LiveRun, error: BaseException) -> Need:
        """Handle an error; the run has no data in memory any more."""
        match error:
            case HeadMoved():
                return Need.NOTHING if live.claim else Need.CAPACITY
            case NetworkNotFound() | CannotEnd():
                return Need.NOTHING
            case StoreFull() | StoreUnavailable():
                if not live.waiting_for:
                    logger.warning("run %d of %s is suspended: %s", live.number, live.uid, error)
                live.waiting_for = error.message
                return Need.TIME
            case _:
                if isinstance(error, ClearpropError):
                    logger.error("run %d failed: %s", live.number, error)
                    cause = error.reason, error.message
                else:
                    logger.error(
                        "run %d failed with an internal error", live.number, exc_info=error
                    )
                    cause = "INTERNAL", "internal error: see the log of the server"
                self._stop_by(live, partial(fail, self._clock, live, *cause), fails=True)
                return Need.ALL_COMMITTED
