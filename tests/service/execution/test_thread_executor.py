"""Details of the executor with threads."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from threading import Event, current_thread

import pytest
from execution_bench import ExecutionBench
from patience import PATIENCE

from service.execution import lockstep, thread_executor
from service.execution.live_run import LiveRun, Need
from service.execution.thread_executor import ThreadExecutor
from training.numerics.lockstep.vectors import LANES
from training.run import RunState
from training.settings import TrainingSettings
from training.trainer import Made, Trainer, advance_together

SETTINGS = TrainingSettings("xor", 5.0, 4, 60_000)


@pytest.fixture
def bench() -> Iterator[ExecutionBench]:
    with ExecutionBench(ThreadExecutor) as bench:
        yield bench


def test_a_run_that_is_resumed_before_its_last_time_slice_has_ended_continues(
    bench: ExecutionBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = bench.executor
    assert isinstance(executor, ThreadExecutor)
    resumed, carry_out = Event(), executor._time_slice

    def end_late(live: LiveRun) -> Need:
        need = carry_out(live)
        if need is Need.NOTHING:
            assert resumed.wait(timeout=PATIENCE), "it was not resumed"
        return need

    monkeypatch.setattr(executor, "_time_slice", end_late)
    bench.runs.train("net", replace(SETTINGS, epochs=20 * SETTINGS.epochs))
    bench.runs.begin_pause("net", 1)
    paused = bench.wait_for_run(lambda run: run.state is RunState.PAUSED)
    bench.runs.resume("net", 1)
    resumed.set()
    bench.wait_for_run(lambda run: run.updates_done > paused.updates_done)
    bench.wait_for_run(lambda run: run.is_over)


def test_a_short_step_needs_one_commit_and_continues_from_memory(bench: ExecutionBench) -> None:
    bench.step(1, SETTINGS)
    for _ in range(3):
        before = bench.executor.paused("net")
        assert before is not None
        writes = bench.failing.writes
        outcome = bench.step(1)
        assert bench.failing.writes == writes + 1
        assert outcome.run.state is RunState.PAUSED
        assert outcome.run.updates_done == before.run.updates_done + 1


def test_a_paused_run_is_read_again_if_its_network_was_changed_elsewhere(
    bench: ExecutionBench,
) -> None:
    executor = bench.executor
    assert isinstance(executor, ThreadExecutor)
    bench.step(1, SETTINGS)
    paused = executor.paused("net")
    assert paused is not None
    executor.committed(["another"])
    assert executor.paused("net") == paused
    executor.committed([paused.network.uid])
    assert executor.paused("net") is None
    bench.step(1)
    assert executor.paused("net") is not None


def test_a_step_with_long_updates_has_its_turns_as_any_other_run(
    bench: ExecutionBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = bench.executor
    assert isinstance(executor, ThreadExecutor)
    threads, time_slice = [], executor._time_slice

    def note(live: LiveRun) -> Need:
        threads.append(current_thread().name)
        return time_slice(live)

    monkeypatch.setattr(executor, "_time_slice", note)
    bench.step(1, SETTINGS)
    computed_by_call = len(threads)
    monkeypatch.setattr(thread_executor, "_SHORT_WORK", 0)
    outcomes = [bench.step(2), bench.step(2)]
    assert {each.run.state for each in outcomes} == {RunState.PAUSED}
    assert outcomes[-1].run.updates_done == 5
    assert computed_by_call == 0
    assert len(threads) >= 2
    assert {name.partition("-")[0] for name in threads} == {"trainer"}


def test_runs_of_equal_structure_share_time_slices(
    bench: ExecutionBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor = bench.executor
    assert isinstance(executor, ThreadExecutor)
    all_wait, load = Event(), executor._load
    groups: list[int] = []

    def load_late(live: LiveRun) -> tuple[Trainer | None, RunState | None]:
        assert all_wait.wait(timeout=PATIENCE), "they were not started"
        return load(live)

    def advance_counted(trainers: Sequence[Trainer]) -> list[Made | None]:
        groups.append(len(trainers))
        return advance_together(trainers)

    monkeypatch.setattr(executor, "_load", load_late)
    monkeypatch.setattr(lockstep, "advance_together", advance_counted)
    alike = bench.train_alike(LANES + 4)
    all_wait.set()
    for network in alike:
        bench.wait_for_run(lambda run: run.is_over, network)
    assert groups[0] == LANES, "it was trained before the others were read"
    assert all(4 <= group <= LANES for group in groups)
