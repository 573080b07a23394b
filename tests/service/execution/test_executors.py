"""The contract of every executor, also with a store that fails sometimes."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from execution_bench import EPOCHS, SETTINGS, ExecutionBench, uninterrupted
from services import NewExecutor

from service.clock import SystemClock
from service.execution.committing import committed
from service.execution.tickets import Outcome
from service.use_cases.requests import AnsweredBefore, RequestId
from service.use_cases.steps import StepCommand, StepUnit
from training.engine import Engine
from training.errors import HeadMoved, NoPausedRun
from training.intent import Intent, PausedRun
from training.network import Initializer
from training.numerics.initializers import InitializerKind
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer
from training.ports import Writer
from training.run import RunState
from training.settings import StopCondition, TrainingSettings
from training.update import Addition

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


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError


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
    bench: ExecutionBench, failures: dict[int, bool], settings: TrainingSettings
) -> None:
    bench.failing.fail_after = failures
    bench.runs.train("net", settings)
    run = bench.wait_for_run(lambda run: run.is_over)
    assert run.state is RunState.SUCCEEDED
    assert run.updates_done == run.total_updates
    assert bench.final_bits() == uninterrupted(EPOCHS, settings)


def test_a_run_that_reaches_its_cost_succeeds_before_its_epochs_are_over(
    bench: ExecutionBench,
) -> None:
    bench.runs.train("net", replace(SETTINGS, stop=StopCondition(cost_below=0.01)))
    run = bench.wait_for_run(lambda run: run.is_over)
    assert run.state is RunState.SUCCEEDED
    assert run.updates_done < run.total_updates
    assert run.latest_cost is not None
    assert run.latest_cost < 0.01  # a batch is an epoch here


def test_a_stopped_executor_leaves_runs_active_and_another_continues(
    bench: ExecutionBench, new_executor: NewExecutor
) -> None:
    long = 20 * EPOCHS  # so that it is still under way when it is stopped
    bench.runs.train("net", replace(SETTINGS, epochs=long))
    bench.wait_for_run(lambda run: run.updates_done > 0)
    bench.executor.stop()
    assert bench.runs.get("net", 1).run.state is RunState.RUNNING

    bench.executor = new_executor(bench.store, bench.readers, SystemClock())
    bench.executor.adopt()
    bench.wait_for_run(lambda run: run.is_over)
    assert bench.final_bits() == uninterrupted(long)


def test_an_internal_error_fails_the_run_and_is_reported(
    bench: ExecutionBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "advance", broken)
    bench.runs.train("net", SETTINGS)
    run = bench.wait_for_run(lambda run: run.is_over)
    assert run.state is RunState.FAILED
    assert run.failure is not None
    assert run.failure.reason == "INTERNAL"


def test_a_run_that_fails_while_nothing_can_be_written_fails_when_it_can(
    bench: ExecutionBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "advance", broken)
    bench.failing.fail_after = {1: False, 2: False}
    bench.runs.train("net", SETTINGS)
    assert bench.wait_for_run(lambda run: run.is_over).state is RunState.FAILED


def begin_step(bench: ExecutionBench, count: int, settings: TrainingSettings | None = None) -> None:
    bench.steps.begin(StepCommand("net", count, StepUnit.UPDATE, settings))


def paused_at(bench: ExecutionBench, updates_done: int) -> None:
    run = bench.wait_for_run(lambda run: not run.is_active)
    assert (run.state, run.updates_done) == (RunState.PAUSED, updates_done)


@pytest.mark.parametrize("settings", [SETTINGS, REMEMBERING], ids=["plain", "remembering"])
def test_steps_stop_where_they_are_asked_to_and_change_no_bit(
    bench: ExecutionBench, settings: TrainingSettings
) -> None:
    counts = [1, 1, 5, 30_000, 1]
    for index, count in enumerate(counts):
        begin_step(bench, count, None if index else settings)
        paused_at(bench, sum(counts[: index + 1]))
    begin_step(bench, 10**9)
    assert bench.wait_for_run(lambda run: run.is_over).state is RunState.SUCCEEDED
    assert bench.final_bits() == uninterrupted(EPOCHS, settings)


def test_a_step_is_answered_when_it_is_written_and_can_be_paused_and_cancelled(
    bench: ExecutionBench,
) -> None:
    begin_step(bench, 10**9, replace(SETTINGS, epochs=200 * EPOCHS))
    assert bench.runs.get("net", 1).run.is_active
    bench.runs.begin_pause("net", 1)
    bench.wait_for_run(lambda run: run.state is RunState.PAUSED)
    begin_step(bench, 10**9)
    bench.runs.begin_cancel("net", 1)
    run = bench.wait_for_run(lambda run: run.is_over)
    assert run.state is RunState.CANCELLED
    assert run.updates_done < run.total_updates


def test_a_step_continues_from_changes_since_the_last_one(bench: ExecutionBench) -> None:
    begin_step(bench, 10, SETTINGS)
    paused_at(bench, 10)
    bench.edits.reset("net", Initializer(InitializerKind.UNIFORM, 1))
    begin_step(bench, 10**9)
    bench.wait_for_run(lambda run: run.is_over)
    assert bench.final_bits() == uninterrupted(EPOCHS - 10)


def test_clients_that_step_at_the_same_time_take_turns(bench: ExecutionBench) -> None:
    begin_step(bench, 1, SETTINGS)
    paused_at(bench, 1)

    def steps(_: int) -> int:
        taken = 0
        while taken < 5:
            try:
                begin_step(bench, 1)
                taken += 1
            except NoPausedRun:
                pass  # the step of somebody else is under way
        return taken

    with ThreadPoolExecutor(3) as clients:
        assert sum(clients.map(steps, range(3))) == 15
    paused_at(bench, 16)
    begin_step(bench, 10**9)
    bench.wait_for_run(lambda run: run.is_over)
    assert bench.final_bits() == uninterrupted(EPOCHS)


@pytest.mark.parametrize("count", [2, 30_000])
def test_a_step_that_is_repeated_has_its_effect_once(bench: ExecutionBench, count: int) -> None:
    command = StepCommand("net", count, StepUnit.UPDATE, SETTINGS)
    request: RequestId[Outcome] = RequestId(
        "once", b"digest", lambda outcome: outcome.head.etag.encode()
    )
    ticket = bench.steps.begin(command, request).ticket
    with pytest.raises(AnsweredBefore) as repeated:
        bench.steps.begin(command, request)
    outcome, answer = bench.outcome(ticket), repeated.value.answer
    assert outcome.run.updates_done == count
    if answer.ticket is not None:
        assert bench.outcome(answer.ticket) == outcome
    else:
        assert answer.response == outcome.head.etag.encode()
    paused_at(bench, count)


def intent_to_continue(bench: ExecutionBench, stop_at: int) -> Intent:
    with bench.store.read() as reader:
        network = reader.network("net")
        head, run = reader.head(network.uid), reader.run(network.uid, 1)
    return Intent.to_continue(PausedRun(network, head, run), stop_at)


def append(writer: Writer, addition: Addition) -> str:
    writer.append(addition)
    return "answer"


def test_an_intent_is_written_with_its_answer(bench: ExecutionBench) -> None:
    begin_step(bench, 1, SETTINGS)
    paused_at(bench, 1)
    writes = bench.executor.begin(intent_to_continue(bench, 3), append)
    answer, made = committed(bench.store, writes)
    assert answer == "answer"
    paused_at(bench, 3)
    assert made is None or list(made.numbers) == [2, 3]


@pytest.mark.parametrize("count", [2, 30_000])
def test_an_intent_that_is_refused_changes_nothing(bench: ExecutionBench, count: int) -> None:
    begin_step(bench, 1, SETTINGS)
    paused_at(bench, 1)
    outdated = intent_to_continue(bench, count)

    def refuse(writer: Writer, addition: Addition) -> None:
        writer.append(addition)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        committed(bench.store, bench.executor.begin(outdated, refuse))
    paused_at(bench, 1)
    begin_step(bench, 1)
    paused_at(bench, 2)
    with pytest.raises(HeadMoved):
        committed(bench.store, bench.executor.begin(outdated, append))
    paused_at(bench, 2)


@pytest.mark.parametrize("count", [2, 30_000])
def test_an_intent_that_was_written_before_a_crash_is_carried_out(
    bench: ExecutionBench, count: int
) -> None:
    begin_step(bench, 1, SETTINGS)
    paused_at(bench, 1)
    addition = intent_to_continue(bench, count).addition(SystemClock().now())
    bench.store.write(lambda writer: writer.append(addition)).result()
    bench.executor.adopt()
    paused_at(bench, count)


def test_a_cached_paused_run_is_the_one_in_the_store(bench: ExecutionBench) -> None:
    assert bench.executor.paused("net") is None
    begin_step(bench, 1, SETTINGS)
    paused_at(bench, 1)
    remembered = bench.executor.paused("net")
    if remembered is not None:
        intent = intent_to_continue(bench, 2)
        assert Intent.to_continue(remembered, 2) == intent


@pytest.mark.parametrize("failures", [{}, {30: False, 40: True, 60: False}], ids=str)
def test_runs_that_train_together_end_alone_and_change_no_bit(
    bench: ExecutionBench, failures: dict[int, bool]
) -> None:
    bench.failing.fail_after = failures
    alike = bench.train_alike(12)
    bench.runs.begin_pause("net-2", 1)
    bench.runs.begin_cancel("net-3", 1)
    assert (
        bench.wait_for_run(lambda run: not run.is_active, "net-2").state is not RunState.CANCELLED
    )
    assert bench.wait_for_run(lambda run: run.is_over, "net-3").state is not RunState.PAUSED
    for network in alike.keys() - {"net-2", "net-3"}:
        assert bench.wait_for_run(lambda run: run.is_over, network).state is RunState.SUCCEEDED
        wanted = uninterrupted(alike[network].epochs, alike[network], int(network[4:]))
        assert bench.state(network).parameters.tobytes() == wanted
