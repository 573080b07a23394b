"""Threads of idle processors help runs, and change neither their history nor how they end."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from threading import Barrier

import numpy as np
import pytest
from patience import PATIENCE
from services import Service

from service.execution.helper_threads import HelperThreads
from service.execution.thread_executor import ThreadExecutor
from service.use_cases.networks import NewNetwork
from training import team_choice
from training.numerics.helpers import NO_HELPERS
from training.run import RunState
from training.settings import TrainingSettings

NETWORKS = ("net", "other", "third")
SETTINGS = TrainingSettings("many", 0.5, 16, 300, shuffle_seed=1)


def _lent(pool: HelperThreads, *wanted: int) -> list[int]:
    """Return how many threads are lent to calls that want so many at the same time."""
    with ExitStack() as lent:
        return [lent.enter_context(pool.lend(most)).threads for most in wanted]


def test_idle_threads_are_lent_once() -> None:
    pool = HelperThreads(4, 0, lambda: 1)
    assert _lent(pool, 2, 9, 1) == [2, 1, 0]
    assert _lent(pool, 9) == [3]


@pytest.mark.parametrize(
    ("processors", "threads_per_run", "runs", "lent"),
    [
        (8, 0, 1, 7),
        (8, 0, 0, 7),  # a step that its call computes
        (8, 0, 2, 3),
        (8, 0, 3, 1),
        (8, 0, 5, 0),
        (8, 0, 50, 0),
        (8, 3, 1, 2),
        (8, 1, 1, 0),
        (1, 0, 1, 0),
        (1, 5, 1, 0),
        (0, 0, 0, 0),  # other processes execute the runs
    ],
)
def test_runs_share_the_processors(
    processors: int, threads_per_run: int, runs: int, lent: int
) -> None:
    assert _lent(HelperThreads(processors, threads_per_run, lambda: runs), 99) == [lent]


def test_all_helpers_of_a_call_work_at_the_same_time() -> None:
    pool = HelperThreads(4, 0, lambda: 1)
    with pool.lend(3) as helpers:
        together = Barrier(4)
        begun = [helpers.begin(lambda: (together.wait(timeout=PATIENCE), 0)) for _ in range(3)]
        numbers = [together.wait(timeout=PATIENCE), *(each.result()[0] for each in begun)]
        assert sorted(numbers) == [0, 1, 2, 3]
    with HelperThreads(1, 0, lambda: 1).lend(3) as helpers:
        assert helpers is NO_HELPERS


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A service that gives helpers to the smallest network."""
    monkeypatch.setattr(team_choice, "_LEAST_SECONDS", 1e-9)
    monkeypatch.setattr(team_choice, "_WORTH", 1e9)
    with Service(executor=partial(ThreadExecutor, threads=3)) as service:
        rows = (np.arange(120.0).reshape(40, 3) % 7.0).tolist()
        service.training_sets.create("many", [(row, [row[0] / 7.0], 1.0) for row in rows])
        for name in NETWORKS:
            service.networks.create(NewNetwork(name, (3, 24, 1)))
        yield service


def _assert_verified(service: Service, network: str) -> None:
    *_, last = service.verification.verify(network)
    assert last.difference is None
    assert last.done


def test_helped_runs_come_and_go_and_verify(service: Service) -> None:
    for name in NETWORKS:
        service.runs.train(name, SETTINGS)
    for name in NETWORKS:
        run = service.wait_for_run(lambda run: run.is_over, name)
        assert run.state is RunState.SUCCEEDED
        _assert_verified(service, name)


def test_a_helped_run_stops_when_it_is_told_to(service: Service) -> None:
    for name, stop, state in (
        ("net", service.runs.begin_pause, RunState.PAUSED),
        ("other", service.runs.begin_cancel, RunState.CANCELLED),
    ):
        service.runs.train(name, replace(SETTINGS, epochs=10**9))
        service.wait_for_run(lambda run: run.updates_done > 10, name)
        stop(name, 1)
        assert service.wait_for_run(lambda run: not run.is_active, name).state is state
        _assert_verified(service, name)
    service.runs.train("third", replace(SETTINGS, epochs=10**9))
    service.wait_for_run(lambda run: run.updates_done > 10, "third")
    service.executor.stop()
    assert service.runs.get("third", 1).run.state is RunState.RUNNING
    _assert_verified(service, "third")
