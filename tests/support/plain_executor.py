"""An executor without a shortcut: it writes what is asked of a run, and then reads what to do.

One thread carries out runs, one commit after the other, and keeps nothing in memory from segment to
segment. So it shows that the port is enough for an executor on another machine.
"""

import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Event, Thread
from typing import TypeVar

from service.execution.adoption import adopt_runs
from service.reading.readers import Readers
from training.error_kinds import ClearpropError
from training.errors import HeadMoved, NetworkNotFound, StoreFull, StoreUnavailable
from training.intent import Intent, PausedRun
from training.ports import Clock, Store, Writer
from training.run import Failure, RunState
from training.run_changes import change_state
from training.snapshots import Snapshots
from training.trainer import Trainer
from training.update import Addition
from training.writes import Write, Writes

T = TypeVar("T")


class PlainExecutor:
    """Carries out what is written, and nothing else."""

    def __init__(self, store: Store, readers: Readers, clock: Clock) -> None:
        self._store = store
        self._examples = readers.examples
        self._states = readers.states
        self._clock = clock
        self._runs: SimpleQueue[tuple[str, int] | None] = SimpleQueue()
        self._stopping = Event()
        self._waiting: dict[tuple[str, int], str] = {}
        self._thread = Thread(target=self._work, name="plain trainer", daemon=True)
        self._thread.start()

    def adopt(self) -> int:
        runs = adopt_runs(self._store)
        for run in runs:
            self.start(run.network_uid, run.number)
        return len(runs)

    def start(self, uid: str, number: int, client: str = "") -> None:
        self._runs.put((uid, number))

    def waiting_for(self, uid: str, number: int) -> str:
        return self._waiting.get((uid, number), "")

    def paused(self, network_id: str) -> PausedRun | None:
        return None

    def begin(
        self, intent: Intent, write: Callable[[Writer, Addition], T], client: str = ""
    ) -> Writes[tuple[T, Snapshots | None]]:
        addition = intent.addition(self._clock.now())
        answer = yield Write(lambda writer: write(writer, addition), intent.network.uid)
        self.start(intent.network.uid, intent.run.number)
        return answer, None

    def stop(self) -> None:
        self._stopping.set()
        self._runs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (run := self._runs.get()) is not None and not self._stopping.is_set():
            try:
                is_active = self._advance(*run)
                self._waiting.pop(run, None)
                if is_active:
                    self._runs.put(run)
            except HeadMoved:
                self._runs.put(run)
            except NetworkNotFound:
                pass
            except (StoreFull, StoreUnavailable) as error:
                self._waiting[run] = error.message
                time.sleep(0.01)
                self._runs.put(run)
            except Exception as error:  # noqa: BLE001
                self._fail(run, error)

    def _advance(self, uid: str, number: int) -> bool:
        """Make a run's next segment from what the store says; return whether it is still active."""
        with self._store.read() as reader:
            network = reader.network_by_uid(uid)
            head, run = reader.head(uid), reader.run(uid, number)
            if not run.is_active:
                return False
            wanted = reader.wanted_state(uid, number)
        if wanted is None:
            self._store.require_room()
        examples = self._examples.of_stored_run(self._store, network, run)
        state = self._states.read(network, head.latest_update)
        trainer = Trainer(network, examples, head, run, state, self._clock)
        if run.restored_update is not None:
            trainer.best = self._states.read(network, run.restored_update)
        addition = trainer.advance().addition
        self._store.write(partial(self._append, addition)).result()
        return True

    def _append(self, addition: Addition, writer: Writer) -> None:
        wanted, run = writer.append(addition), addition.run
        assert run is not None
        if wanted is not None and not run.is_over and run.state is not wanted:
            writer.append(change_state(addition.after, run, wanted, self._clock.now()))

    def _fail(self, run: tuple[str, int], error: Exception) -> None:
        reason = error.reason if isinstance(error, ClearpropError) else "INTERNAL"

        def end(writer: Writer) -> None:
            head, found = writer.head(run[0]), writer.run(*run)
            failure = Failure(reason, "it failed", head.latest_update + 1)
            now = self._clock.now()
            writer.append(change_state(head, found, RunState.FAILED, now, failure=failure))

        try:
            self._store.write(end).result()
        except (StoreFull, StoreUnavailable):
            self._runs.put(run)
