"""Every executor, for the contract that all of them keep."""

from collections.abc import Iterator

import pytest
from execution_bench import ExecutionBench
from plain_executor import PlainExecutor
from services import NewExecutor
from twice_store import TwiceStore

from service.clock import SystemClock
from service.execution import thread_executor
from service.execution.claiming_executor import ClaimingExecutor
from service.execution.thread_executor import ThreadExecutor


@pytest.fixture(
    params=[ThreadExecutor, ClaimingExecutor, PlainExecutor], ids=["threads", "claiming", "plain"]
)
def new_executor(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> NewExecutor:
    """Each executor in turn: how it is made."""
    monkeypatch.setattr(thread_executor, "RETRY_SECONDS", 0.01)
    made: NewExecutor = request.param
    return made


@pytest.fixture
def bench(new_executor: NewExecutor) -> Iterator[ExecutionBench]:
    """A service with each executor in turn."""
    store = TwiceStore(SystemClock(), is_shared=new_executor is ClaimingExecutor)
    with ExecutionBench(new_executor, store) as bench:
        yield bench
