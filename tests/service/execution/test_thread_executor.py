"""The executor, on a store that fails now and then."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import replace
from threading import Event
from typing import TypeVar

import pytest
from worlds import make_world

from service.clock import SystemClock
from service.execution import thread_executor as executor_module
from service.execution.live_run import LiveRun, Need
from service.execution.run_opening import RunOpening
from service.execution.thread_executor import ThreadExecutor, take_over
from service.reading.snapshots import SnapshotReader
from service.use_cases.networks import Networks, NewNetwork
from service.use_cases.runs import Runs
from service.use_cases.training_sets import TrainingSets
from storage import open_store
from training.engine import Engine
from training.errors import StoreUnavailable
from training.limits import Limits
from training.network import Initializer
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.ports import Store, Writer
from training.run import Run, RunState
from training.settings import StopCondition, TrainingSettings
from training.update import State

T = TypeVar("T")
EPOCHS = 60_000
SETTINGS = TrainingSettings("xor", 5.0, 4, EPOCHS)
#: Settings with everything that a run carries along from update to update.
REMEMBERING = TrainingSettings(
    "xor",
    learning_rate=0.01,
    batch_size=3,
    epochs=EPOCHS,
    shuffle_seed=5,
    optimizer=Optimizer(OptimizerKind.MOMENTUM),
    stop=StopCondition(cost_below=1e-300),  # looked at after every epoch, and never reached
)


class FailingStore:
    """A store of which some commits fail, with or without having happened."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.fail_after: dict[
            int, bool
        ] = {}  # number of the write → whether it happens all the same
        self.writes = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def write(self, work: Callable[[Writer], T]) -> Future[T]:
        self.writes += 1
        if self.writes not in self.fail_after:
            return self.store.write(work)
        if self.fail_after[self.writes]:
            self.store.write(work).result()
        failed: Future[T] = Future()
        failed.set_exception(StoreUnavailable("the store cannot be written now"))
        return failed


class Bench:
    """A service without a transport, on a failing store in memory."""

    def __init__(self) -> None:
        clock = SystemClock()
        self.inner = open_store("memory:", clock)
        self.store = FailingStore(self.inner)
        snapshots = SnapshotReader(self.store)  # type: ignore[arg-type]
        self.executor = ThreadExecutor(self.store, snapshots, clock)  # type: ignore[arg-type]
        opening = RunOpening(snapshots, clock, Limits())
        self.runs = Runs(self.inner, self.executor, opening, clock)
        self.snapshots = snapshots
        TrainingSets(self.inner, clock, Limits()).add_built_in()
        Networks(self.inner, snapshots, clock, Limits()).create(
            NewNetwork("net", (2, 5, 1), initializer=Initializer(InitializerKind.UNIFORM, 1))
        )

    def wait_until(self, condition: Callable[[Run], bool]) -> Run:
        """Wait until the first run is as wanted, woken by commits."""
        committed = Event()
        self.inner.on_commit(lambda _: committed.set())
        while True:
            committed.clear()
            run = self.runs.get("net", 1).run
            if condition(run):
                return run
            assert committed.wait(timeout=30), "nothing was committed for half a minute"

    def final_bits(self) -> bytes:
        with self.inner.read() as reader:
            network = reader.network("net")
            head = reader.head(network.uid)
        return self.snapshots.state(network, head.latest_update).parameters.tobytes()


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(executor_module, "RETRY_SECONDS", 0.01)
    bench = Bench()
    yield bench
    bench.executor.stop()
    bench.inner.close()


def uninterrupted(epochs: int, settings: TrainingSettings = SETTINGS) -> bytes:
    world = make_world(seed=1)
    run = world.open(settings=replace(settings, epochs=epochs)).run
    assert run is not None
    start = State(0, world.parameters)
    return world.engine(run).advance(start, 0, run.total_updates).state.parameters.tobytes()


@pytest.mark.parametrize(
    "failures",
    [
        {},
        {1: False},
        {1: True},
        {2: False, 3: False, 4: False, 5: False},
        {2: True, 3: False, 4: True, 6: False},
        dict.fromkeys(range(1, 8), True),
    ],
    ids=str,
)
@pytest.mark.parametrize("settings", [SETTINGS, REMEMBERING], ids=["plain", "remembering"])
def test_failed_commits_suspend_a_run_and_change_no_bit(
    bench: Bench, failures: dict[int, bool], settings: TrainingSettings
) -> None:
    bench.store.fail_after = failures
    bench.runs.train("net", settings)
    run = bench.wait_until(lambda run: run.is_over)
    assert run.state is RunState.SUCCEEDED
    assert run.updates_done == run.total_updates
    assert bench.final_bits() == uninterrupted(EPOCHS, settings)


def test_a_run_that_reaches_its_cost_succeeds_before_its_epochs_are_over(bench: Bench) -> None:
    bench.runs.train("net", replace(SETTINGS, stop=StopCondition(cost_below=0.01)))
    run = bench.wait_until(lambda run: run.is_over)
    assert run.state is RunState.SUCCEEDED
    assert run.updates_done < run.total_updates
    assert run.latest_cost is not None
    assert run.latest_cost < 0.01  # a batch is an epoch here


def test_a_stopped_executor_leaves_runs_active_and_another_goes_on(bench: Bench) -> None:
    long = 20 * EPOCHS  # so that it is still under way when it is stopped
    bench.runs.train("net", replace(SETTINGS, epochs=long))
    bench.wait_until(lambda run: run.updates_done > 0)
    bench.executor.stop()
    assert bench.runs.get("net", 1).run.state is RunState.RUNNING

    bench.executor = ThreadExecutor(bench.inner, bench.snapshots, SystemClock())
    assert take_over(bench.inner, bench.executor) == 1
    bench.wait_until(lambda run: run.is_over)
    assert bench.final_bits() == uninterrupted(long)


def test_a_mistake_of_the_service_fails_the_run_and_says_so(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "advance", broken)
    bench.runs.train("net", SETTINGS)
    run = bench.wait_until(lambda run: run.is_over)
    assert run.state is RunState.FAILED
    assert run.failure is not None
    assert run.failure.reason == "INTERNAL"


def test_a_run_that_fails_while_nothing_can_be_written_fails_when_it_can(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "advance", broken)
    bench.store.fail_after = {1: False, 2: False}
    bench.runs.train("net", SETTINGS)
    assert bench.wait_until(lambda run: run.is_over).state is RunState.FAILED


def test_a_run_that_is_resumed_before_its_last_time_slice_has_ended_goes_on(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    resumed, carry_out = Event(), bench.executor._time_slice

    def end_late(live: LiveRun) -> Need:
        need = carry_out(live)
        if need is Need.NOTHING:
            assert resumed.wait(timeout=30), "it was not resumed"
        return need

    monkeypatch.setattr(bench.executor, "_time_slice", end_late)
    bench.runs.train("net", replace(SETTINGS, epochs=20 * EPOCHS))
    bench.runs.begin_pause("net", 1)
    paused = bench.wait_until(lambda run: run.state is RunState.PAUSED)
    bench.runs.resume("net", 1)
    resumed.set()
    bench.wait_until(lambda run: run.updates_done > paused.updates_done)
    bench.wait_until(lambda run: run.is_over)
