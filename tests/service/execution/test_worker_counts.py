"""A server counts workers of a shared store, and notices when it has lost the store."""

import asyncio
from typing import Any

import pytest
from histories import SetClock, append, begin
from patience import PATIENCE

from service.execution import worker_counts
from service.execution.worker_counts import WorkerCounts
from service.threads import Threads
from storage.memory_store import MemoryStore
from training.errors import StoreUnavailable


class BreakingStore:
    """A store that cannot be read, or does not listen, when it is told so."""

    def __init__(self, store: MemoryStore) -> None:
        self.store = store
        self.is_listening = True
        self.is_readable = True

    def read(self) -> Any:
        if not self.is_readable:
            raise StoreUnavailable("it cannot be read")
        return self.store.read()


async def test_workers_and_waiting_runs_are_counted_and_a_lost_store_is_told(
    threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_counts, "COUNT_SECONDS", 0.001)
    memory = MemoryStore(SetClock(), is_shared=True)
    append(memory, begin(memory).opening())
    memory.commit(lambda writer: writer.add_worker("a", 6.0))
    store: Any = BreakingStore(memory)
    told: asyncio.Queue[bool] = asyncio.Queue()
    counts = WorkerCounts(store, threads, told.put_nowait)
    counts.start()
    async with asyncio.timeout(PATIENCE):
        for name in ("is_listening", "is_readable"):
            setattr(store, name, False)
            assert not await told.get()
            setattr(store, name, True)
            assert await told.get()
    assert (counts.workers, counts.waiting_runs) == (1, 1)
    assert told.empty()
    await counts.stop()
    memory.close()
