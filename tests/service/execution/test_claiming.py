"""Several executors on one store: each run has one owner, and the bits of one executor alone."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from execution_bench import SETTINGS, uninterrupted
from shared_service import LONG, Replica, Workers

from service.execution import claiming, lease, outcomes
from service.execution.claim_limit import ClaimLimit
from service.execution.claiming_executor import ClaimingExecutor
from service.execution.live_run import LiveRun
from storage.memory_writer import MemoryWriter
from training.engine import Engine
from training.run import RunState
from training.update import Addition


def test_a_run_waits_for_a_worker_and_then_has_the_bits_of_a_single_process(
    replica: Replica, workers: Workers
) -> None:
    replica.runs.train("net", SETTINGS)
    assert "no worker is running" in replica.runs.get("net", 1).waiting_for
    workers.start()
    replica.wait_until(lambda: replica.run().is_over)
    assert replica.state().parameters.tobytes() == uninterrupted(SETTINGS.epochs)


def test_runs_are_spread_over_workers(
    replica: Replica, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One claims more than it has threads for if runs wait for half a second: on a busy machine, the
    # other may not have looked by then.
    monkeypatch.setattr(ClaimLimit, "next", lambda limit, executed, _: limit._threads - executed)
    networks = [f"net-{index}" for index in range(4)]
    replica.create(*networks)
    for _ in range(2):
        workers.start(threads=2)
    replica.wait_until(lambda: len(replica.workers()) == 2)
    for network in networks:
        replica.runs.train(network, replace(LONG, epochs=100 * LONG.epochs))
    replica.wait_until(lambda: [each.runs for each in replica.workers()] == [2, 2])


def frozen_and_thawed(replica: Replica, workers: Workers, epochs: int) -> tuple[int, int]:
    """Let a frozen worker go on when another one has its run.

    Return how many of its writes waited, and how many of its additions were stored then.
    """
    replica.runs.train("net", replace(LONG, epochs=epochs))
    frozen = workers.start()
    replica.wait_until(lambda: replica.run().updates_done > 0)
    frozen.freeze()
    workers.start()
    replica.wait_until(lambda: workers.executors[1].progress.segments > 0)
    executor = workers.executors[0]
    with executor._changed:
        before = executor.progress.segments
    executor._claiming.stop()  # if the other one loses its lease, too, it may not claim the run
    waited = frozen.thaw()
    replica.wait_until(lambda: replica.run().is_over or executor.progress.segments > before)
    return waited, executor.progress.segments - before


def test_a_worker_that_was_stopped_for_longer_than_its_lease_writes_nothing(
    replica: Replica, workers: Workers
) -> None:
    waited, stored = frozen_and_thawed(replica, workers, LONG.epochs)
    assert waited > 0
    assert stored == 0
    assert replica.state().parameters.tobytes() == uninterrupted(LONG.epochs)


def reload_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers read the head again when they are refused."""
    add = ClaimingExecutor._add
    monkeypatch.setattr(
        ClaimingExecutor, "_add", lambda self, live: add(self, LiveRun(live.uid, live.number))
    )


def ignore_tokens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the store add to whatever head there is."""
    append = MemoryWriter.append

    def append_anyway(writer: MemoryWriter, addition: Addition) -> RunState | None:
        writer._changing(addition.before.network_uid).head = addition.before
        return append(writer, addition)

    monkeypatch.setattr(MemoryWriter, "append", append_anyway)


@pytest.mark.parametrize(
    ("open_store", "control"),
    [("memory", reload_tokens), ("memory", ignore_tokens)],
    indirect=["open_store"],
)
def test_the_test_of_a_stopped_worker_notices_what_does_not_fence_it(
    replica: Replica,
    workers: Workers,
    monkeypatch: pytest.MonkeyPatch,
    control: Callable[[pytest.MonkeyPatch], None],
) -> None:
    control(monkeypatch)
    _, stored = frozen_and_thawed(replica, workers, 100 * LONG.epochs)
    assert stored > 0


def test_a_worker_that_stops_leaves_its_runs_to_others_at_once(
    replica: Replica, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "SECONDS", 60.0)  # what expires would take too long
    replica.runs.train("net", LONG)
    workers.start()
    replica.wait_until(lambda: replica.run().updates_done > 0)
    workers.executors[0].stop()
    assert replica.run().is_active
    assert replica.owner() is None
    assert replica.workers() == []
    workers.start()
    replica.wait_until(lambda: replica.run().is_over)
    assert replica.state().parameters.tobytes() == uninterrupted(LONG.epochs)


def test_a_worker_whose_lease_is_gone_goes_on_with_another_name(
    replica: Replica, workers: Workers
) -> None:
    replica.runs.train("net", LONG)
    workers.start()
    replica.wait_until(lambda: replica.run().updates_done > 0)
    first = replica.owner()
    assert first is not None
    replica.store.commit(lambda writer: writer.remove_worker(first))
    replica.wait_until(lambda: replica.run().is_over)
    replica.wait_until(lambda: [each.worker != first for each in replica.workers()] == [True])
    assert replica.state().parameters.tobytes() == uninterrupted(LONG.epochs)


def test_a_run_is_paused_through_another_process_with_and_without_its_owner(
    replica: Replica, workers: Workers
) -> None:
    replica.runs.train("net", LONG)
    halted = replica.runs.begin_pause("net", 1)
    assert halted.outcome is not None  # nobody executes it: there is nothing to wait for
    assert replica.run().state is RunState.PAUSED
    workers.start()
    replica.runs.resume("net", 1)
    replica.wait_until(lambda: replica.run().updates_done > 0)
    asked = replica.runs.begin_pause("net", 1)
    assert asked.outcome is None
    assert replica.outcome(asked).run.state is RunState.PAUSED
    replica.runs.begin_cancel("net", 1)
    assert replica.run().state is RunState.CANCELLED


def test_a_pause_of_a_run_without_an_owner_does_not_replace_a_request_to_cancel(
    replica: Replica,
) -> None:
    replica.runs.train("net", LONG)
    replica.store.commit(
        lambda writer: writer.want(writer.network("net").uid, 1, RunState.CANCELLED)
    )
    replica.runs.begin_pause("net", 1)
    assert replica.run().state is RunState.CANCELLED


def test_each_of_many_runs_has_its_turn(
    replica: Replica, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claiming, "TURN_SECONDS", 0.05)
    networks = [f"net-{index}" for index in range(7)]
    replica.create(*networks)
    for network in networks:
        replica.runs.train(network, replace(LONG, epochs=100 * LONG.epochs))
    workers.start()
    replica.wait_until(lambda: all(replica.run(each).updates_done for each in networks))
    (worker,) = replica.workers()
    assert worker.runs <= 4


def test_a_run_that_cannot_be_continued_fails_once(
    replica: Replica, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "advance", broken)
    for _ in range(2):
        workers.start()
    replica.runs.train("net", SETTINGS)
    replica.wait_until(lambda: replica.run().is_over)
    assert replica.run().state is RunState.FAILED

    def failed() -> list[int]:
        return sorted(each.progress.ended[RunState.FAILED] for each in workers.executors)

    replica.wait_until(lambda: any(failed()))  # they are counted after the commit
    assert failed() == [0, 1]


def test_a_step_continues_in_a_worker_and_its_outcome_reaches_the_replica(
    replica: Replica, workers: Workers
) -> None:
    workers.start()
    outcome = replica.step(300_000, LONG)
    assert (outcome.run.state, outcome.run.updates_done) == (RunState.PAUSED, 300_000)
    outcome = replica.step(1)  # short: the replica computes it itself
    assert outcome.run.updates_done == 300_001
    assert replica.step(10**9).run.is_over
    assert replica.state().parameters.tobytes() == uninterrupted(LONG.epochs)


def test_a_run_whose_owner_died_before_it_stopped_is_stopped_by_the_replica_that_waits(
    replica: Replica, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outcomes, "LOOK_SECONDS", 0.05)
    replica.runs.train("net", replace(LONG, epochs=100 * LONG.epochs))
    frozen = workers.start()
    replica.wait_until(lambda: replica.run().updates_done > 0)
    frozen.freeze()
    outcome = replica.outcome(replica.runs.begin_pause("net", 1))
    assert outcome.run.state is RunState.PAUSED
    assert replica.run() == outcome.run


def test_an_owner_that_is_refused_claims_its_run_again(replica: Replica, workers: Workers) -> None:
    replica.runs.train("net", LONG)
    workers.start()
    for _ in range(3):
        before = replica.run().updates_done
        if replica.progresses():
            replica.retention.delete_updates("net", before or 1)  # renews the token of the head
    replica.wait_until(lambda: replica.run().is_over)
    assert replica.run().state is RunState.SUCCEEDED
    assert replica.state().parameters.tobytes() == uninterrupted(LONG.epochs)
