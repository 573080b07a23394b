"""Calls in a line are served in order, and those that wait meanwhile share a commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from threading import Event
from typing import Any

import pytest
from patience import PATIENCE

from service.admission.call_lines import CallLines
from service.admission.call_pool import CallPool
from service.admission.fair_queue import FairQueue
from service.admission.time_slices import TimeSlices
from service.clock import SystemClock
from service.execution.committing import WritesInRow, commit_in_row
from service.threads import Awaited
from storage.memory_store import MemoryStore
from training.errors import TooManyCalls
from training.writes import Write, Writes

KEY = "network"


class Served:
    """Lines of calls on a store in memory, and the calls that shared each commit."""

    def __init__(self, pool: CallPool, store: MemoryStore) -> None:
        self.begun: list[str] = []
        self.together: list[int] = []
        self.reached, self.may_commit = Event(), Event()
        self._store = store
        self._lines = CallLines(pool, self._commit, lambda: FairQueue(10, 5, 1))

    def join(self, name: str, key: str = KEY, client: str = "client") -> Awaited[str]:
        return self._lines.join(key, client, self._writes(name))

    async def hold(self) -> Awaited[str]:
        """Have a call served that does not commit before `may_commit`."""
        first = self.join("first")
        assert await asyncio.to_thread(self.reached.wait, PATIENCE)
        return first

    def _writes(self, name: str) -> Writes[str]:
        self.begun.append(name)
        if name == "bad":
            raise ValueError(name)
        written: str = yield Write(lambda _: f"{name} written", "")
        return written

    def _commit(self, calls: Sequence[WritesInRow[Any]]) -> None:
        self.together.append(len(calls))
        self.reached.set()
        assert self.may_commit.wait(PATIENCE)
        commit_in_row(self._store, calls)


@pytest.fixture
async def served() -> AsyncIterator[Served]:
    pool = CallPool(FairQueue(100, 100, 2), 2, "test", TimeSlices(2))
    store = MemoryStore(SystemClock())
    yield Served(pool, store)
    assert pool.stop()
    store.close()


async def test_calls_that_wait_are_begun_in_order_and_share_a_commit(served: Served) -> None:
    first = await served.hold()
    calls = [first, *(served.join(name) for name in "abc")]
    served.may_commit.set()
    names = ["first", "a", "b", "c"]
    assert [await call.future for call in calls] == [f"{name} written" for name in names]
    assert served.begun == names
    assert served.together == [1, 3]


async def test_clients_take_turns_in_a_line_and_are_bounded(served: Served) -> None:
    await served.hold()
    calls = [served.join(name) for name in "abcde"]
    with pytest.raises(TooManyCalls, match="5 calls of this client wait already"):
        served.join("too many")
    calls.append(served.join("another's", client="another"))
    served.may_commit.set()
    for call in calls:
        await call.future
    assert served.begun == ["first", "a", "another's", *"bcde"]


async def test_an_error_is_that_of_its_call_only(served: Served) -> None:
    await served.hold()
    before, bad, after = served.join("before"), served.join("bad"), served.join("after")
    served.may_commit.set()
    with pytest.raises(ValueError, match="bad"):
        await bad.future
    assert await before.future == "before written"
    assert await after.future == "after written"


async def test_a_call_that_nobody_waits_for_is_not_begun(served: Served) -> None:
    await served.hold()
    left, kept = served.join("left"), served.join("kept")
    left.future.cancel()
    served.may_commit.set()
    assert await kept.future == "kept written"
    assert served.begun == ["first", "kept"]


async def test_lines_do_not_wait_for_each_other(served: Served) -> None:
    await served.hold()
    served.reached.clear()
    other = served.join("other", "another network")
    assert await asyncio.to_thread(served.reached.wait, PATIENCE), "the second line is served too"
    served.may_commit.set()
    assert await other.future == "other written"
