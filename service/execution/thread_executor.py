"""Carries out runs on worker threads, fairly, and makes each segment durable."""

import logging
import os
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Condition, Thread, Timer

from service.reading.snapshots import SnapshotReader
from training.errors import (
    ClearpropError,
    HeadMoved,
    NetworkNotFound,
    StoreFull,
    StoreUnavailable,
)
from training.ports import Clock, Store, Writer
from training.run import Failure, Run, RunState
from training.trainer import Trainer, change_state
from training.update import Addition

logger = logging.getLogger(__name__)

#: How many segments of a run may wait for their transaction before its training waits.
MOST_PENDING = 4

#: How long a run waits, in seconds, before it looks again at a store that could not be written.
RETRY_SECONDS = 1.0


@dataclass(slots=True)
class _Live:
    """A run that this executor carries out. Guarded by the executor's condition.

    `busy` from when it is queued to the end of its turn, so that one thread at a time works on it;
    `again` when something happened meanwhile that asks for another turn. `started` when it was
    started once more meanwhile: where it stands is read anew before it is forgotten. `broken` is
    the error after which what is in memory cannot be trusted. `over` when it is not to be carried
    out any more.
    """

    uid: str
    number: int
    trainer: Trainer | None = None
    pending: int = 0
    wanted: RunState | None = None
    broken: Exception | None = None
    busy: bool = False
    again: bool = False
    started: bool = False
    over: bool = False


class ThreadExecutor:
    """Carries out runs on a few threads, in turns of one segment each.

    The threads compute without Python's lock, and only the store's thread writes.
    """

    def __init__(
        self, store: Store, snapshots: SnapshotReader, clock: Clock, threads: int = 0
    ) -> None:
        self._store = store
        self._snapshots = snapshots
        self._clock = clock
        self._changed = Condition()
        self._live: dict[tuple[str, int], _Live] = {}
        self._turns: SimpleQueue[_Live | None] = SimpleQueue()
        self._stopping = False
        self._threads = [
            Thread(target=self._work, name=f"trainer-{index}", daemon=True)
            for index in range(threads or os.cpu_count() or 1)
        ]
        for thread in self._threads:
            thread.start()

    def start(self, uid: str, number: int) -> None:
        """Carry out a run until it stops by itself or is wanted to, if it is active."""
        with self._changed:
            if (uid, number) in self._live:
                self._live[uid, number].started = True
            elif not self._stopping:
                live = self._live[uid, number] = _Live(uid, number)
                self._queue(live)

    def stop(self) -> None:
        """Stop all runs at an update boundary, durable; they stay active in the store."""
        with self._changed:
            self._stopping = True
        for _ in self._threads:
            self._turns.put(None)
        for thread in self._threads:
            thread.join()
        with self._changed:
            self._changed.wait_for(lambda: not any(live.pending for live in self._live.values()))
            self._live.clear()

    def _work(self) -> None:
        while (live := self._turns.get()) is not None:
            with self._changed:
                if self._stopping:
                    return
            try:
                self._turn(live)
            except (HeadMoved, NetworkNotFound, StoreFull, StoreUnavailable) as error:
                live.broken = error
                live.again = True
            except Exception as error:  # noqa: BLE001 (ends the run, and is logged)
                self._fail(live, error)
            with self._changed:
                live.busy = False
                if live.again:
                    self._queue(live)

    def _turn(self, live: _Live) -> None:
        """Let a run make its next segment, or stop, or start again from the store."""
        if live.over:
            return
        if live.broken is not None:
            if live.pending == 0:
                self._begin_again(live)
            return
        if live.trainer is None:
            live.trainer = self._load(live)
        if live.trainer is None or not live.trainer.run.is_active:
            self._forget_when_durable(live)
        elif live.wanted is None:
            self._commit(live, self._commit_segment(live.trainer.advance().addition), live.trainer)
        elif live.pending == 0:
            self._commit(live, partial(self._halt, live, live.trainer), live.trainer)

    def _load(self, live: _Live) -> Trainer | None:
        """Return a trainer from where the store says the run stands; None when it is not active."""
        with self._store.read() as reader:
            network = reader.network_by_uid(live.uid)
            head = reader.head(live.uid)
            run = reader.run(live.uid, live.number)
            if not run.is_active:
                return None
            live.wanted = reader.wanted_state(live.uid, live.number)
            examples = self._snapshots.examples(reader, run.training_set_uid)
        state = self._snapshots.state(network, head.latest_update)
        return Trainer(network, examples, head, run, state, self._clock)

    def _commit_segment(self, addition: Addition) -> Callable[[Writer], RunState | None]:
        def work(writer: Writer) -> RunState | None:
            wanted = writer.append(addition)
            run = addition.run
            assert run is not None
            if run.state is RunState.PAUSED and wanted is RunState.CANCELLED:
                # Its step ended as it was asked to end: that must not be lost.
                ending = change_state(addition.after, run, RunState.CANCELLED, self._clock.now())
                writer.append(ending)
            return wanted

        return work

    def _halt(self, live: _Live, trainer: Trainer, writer: Writer) -> None:
        """Let the run take the state that is wanted now, however often that was changed."""
        wanted = writer.wanted_state(live.uid, live.number)
        if wanted is not None:
            writer.append(trainer.halt(wanted))
        live.trainer = None  # where the run stands now is in the store

    def _commit(
        self, live: _Live, work: Callable[[Writer], RunState | None], trainer: Trainer
    ) -> None:
        """Queue work for the next transaction; the run's next turn comes when there is room."""
        state = trainer.state
        with self._changed:
            live.pending += 1
        future = self._store.write(work)
        future.add_done_callback(
            lambda done: self._committed(
                live, done, lambda: self._snapshots.remember(live.uid, state)
            )
        )
        with self._changed:
            if live.pending < MOST_PENDING and live.wanted is None:
                self._queue(live)

    def _committed(
        self, live: _Live, future: Future[RunState | None], remember: Callable[[], None]
    ) -> None:
        """Learn in the store's thread what became of a commit."""
        error = future.exception()
        if error is None:
            remember()
        with self._changed:
            live.pending -= 1
            if error is None:
                live.wanted = future.result()
            elif isinstance(error, Exception):
                live.broken = live.broken or error
            self._queue(live)
            self._changed.notify_all()

    def _queue(self, live: _Live) -> None:
        """Give a run its next turn, or another after the one that it has. Needs the condition."""
        live.again = live.busy
        if not live.busy and not self._stopping:
            live.busy = True
            self._turns.put(live)

    def _forget_when_durable(self, live: _Live) -> None:
        """Forget a run that has stopped, unless it goes on already."""
        with self._changed:
            if live.pending or live.broken is not None:
                return
            if live.started:
                live.started, live.trainer, live.wanted = False, None, None
                self._queue(live)
            else:
                self._forget(live)

    def _forget(self, live: _Live) -> None:
        """Carry out a run no more. Needs the condition."""
        live.over = True
        self._live.pop((live.uid, live.number), None)

    def _begin_again(self, live: _Live) -> None:
        """Forget what was in memory, whatever its outcome was, and go on from the store."""
        with self._changed:
            error, live.broken, live.trainer, live.wanted = (
                live.broken,
                None,
                None,
                None,
            )
        if isinstance(error, NetworkNotFound):
            self._forget_when_durable(live)
        elif isinstance(error, StoreFull | StoreUnavailable):
            logger.warning("run %d is suspended: %s", live.number, error)
            self._later(partial(self._retry, live))
        elif isinstance(error, HeadMoved):
            self._retry(live)
        else:
            self._fail(live, error or RuntimeError("unknown"))

    def _later(self, call: Callable[[], None]) -> None:
        """Call something when the store may be writable again."""
        timer = Timer(RETRY_SECONDS, call)
        timer.daemon = True
        timer.start()

    def _retry(self, live: _Live) -> None:
        with self._changed:
            self._queue(live)

    def _fail(self, live: _Live, error: Exception) -> None:
        """End a run that cannot go on: its data are damaged, or the service made a mistake."""
        if isinstance(error, ClearpropError):
            logger.error("run %d fails: %s", live.number, error)
            reason, message = error.reason, error.message
        else:
            logger.error("run %d fails by a mistake of the service", live.number, exc_info=error)
            reason, message = (
                "INTERNAL",
                "the service made a mistake; its log says more",
            )

        def end(writer: Writer) -> None:
            run, head = writer.run(live.uid, live.number), writer.head(live.uid)
            if run.is_active:
                failure = Failure(reason, message, head.latest_update + 1)
                writer.append(
                    change_state(head, run, RunState.FAILED, self._clock.now(), failure=failure)
                )

        def ended(done: Future[None]) -> None:
            if isinstance(done.exception(), StoreFull | StoreUnavailable):
                # What it fails by will be found again, when that can be written.
                self._later(partial(self.start, live.uid, live.number))

        with self._changed:
            self._forget(live)
        self._store.write(end).add_done_callback(ended)


def take_over(store: Store, executor: ThreadExecutor) -> int:
    """Go on with every run that was active when the server stopped; return how many.

    Each head gets a new token first, so that whoever carried the run out before, if it still lives,
    cannot write any more.
    """
    with store.read() as reader:
        runs = reader.active_runs()
    for run in runs:
        store.write(partial(_take, run)).result()
        executor.start(run.network_uid, run.number)
    return len(runs)


def _take(run: Run, writer: Writer) -> None:
    head = writer.head(run.network_uid)
    writer.append(Addition(head, head.renewed()))
