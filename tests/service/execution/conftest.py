"""Every executor, for the contract that all of them keep."""

from collections.abc import Iterator

import pytest
from execution_bench import ExecutionBench
from plain_executor import PlainExecutor
from services import NewExecutor

from service.execution import thread_executor
from service.execution.thread_executor import ThreadExecutor


@pytest.fixture(params=[ThreadExecutor, PlainExecutor], ids=["threads", "plain"])
def new_executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> NewExecutor:
    """Each executor in turn: how it is made."""
    monkeypatch.setattr(thread_executor, "RETRY_SECONDS", 0.01)
    made: NewExecutor = request.param
    return made


@pytest.fixture
def bench(new_executor: NewExecutor) -> Iterator[ExecutionBench]:
    """A service with each executor in turn."""
    with ExecutionBench(new_executor) as bench:
        yield bench
