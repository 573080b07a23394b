"""Every executor, for the contract that all of them keep."""

from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from execution_bench import ExecutionBench
from plain_executor import PlainExecutor
from services import NewExecutor
from shared_service import OpenStore, Replica, Workers
from twice_store import TwiceStore

from service.clock import SystemClock
from service.execution import claim_limit, claiming, lease, thread_executor
from service.execution.claiming_executor import ClaimingExecutor
from service.execution.thread_executor import ThreadExecutor
from storage.memory_store import MemoryStore
from storage.postgres import PostgresStore


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


@pytest.fixture
def quick_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let leases expire soon."""
    monkeypatch.setattr(lease, "SECONDS", 1.0)
    monkeypatch.setattr(lease, "RENEWAL_SECONDS", 0.2)
    monkeypatch.setattr(lease, "MARGIN_SECONDS", 0.2)
    for module in (claiming, claim_limit):
        monkeypatch.setattr(module, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(thread_executor, "RETRY_SECONDS", 0.01)


@pytest.fixture(params=["memory", "postgres"])
def open_store(request: pytest.FixtureRequest) -> Iterator[OpenStore]:
    """Open the store of another process; those in memory are the same object."""
    with ExitStack() as opened:
        if request.param == "memory":
            shared = opened.enter_context(closing(MemoryStore(SystemClock(), is_shared=True)))
            yield lambda: shared
        else:
            url = request.getfixturevalue("postgres_url")
            yield lambda: opened.enter_context(closing(PostgresStore(url, SystemClock())))


@pytest.fixture
def replica(open_store: OpenStore) -> Iterator[Replica]:
    replica = Replica(open_store())
    replica.create("net")
    yield replica
    replica.executor.stop()
    replica.threads.stop()


@pytest.fixture
def workers(open_store: OpenStore, replica: Replica, quick_leases: None) -> Iterator[Workers]:
    workers = Workers(open_store)
    yield workers
    workers.stop()
