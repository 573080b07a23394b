"""A change that nobody has told this process is seen after a moment."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from histories import SetClock, append, begin
from patience import PATIENCE

from service.execution import head_polling
from service.execution.head_polling import HeadPolling
from service.execution.wakeups import Wakeups
from service.threads import Threads
from storage.memory_store import MemoryStore
from training.ports import Store


@pytest.fixture
async def wakeups(
    store: Store, threads: Threads, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Wakeups]:
    """Wakeups to which no commit is told."""
    monkeypatch.setattr(head_polling, "POLL_SECONDS", 0.01)
    wakeups = Wakeups(asyncio.get_running_loop())
    polling = HeadPolling(store, wakeups, threads)
    polling.start()
    yield wakeups
    await polling.stop()


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(SetClock(), is_shared=True)


async def test_who_waits_for_a_network_is_woken_by_each_change_of_it(
    store: Store, wakeups: Wakeups
) -> None:
    story = begin(store)
    with wakeups.listening(story.uid) as signal, wakeups.listening("deleted") as other:
        for addition in (story.opening(), story.growth(3)):
            version = signal.version
            await asyncio.to_thread(append, store, addition)
            await asyncio.wait_for(signal.changed(version), PATIENCE)
        version = signal.version
        await asyncio.to_thread(store.commit, lambda writer: writer.delete_network(story.uid))
        await asyncio.wait_for(signal.changed(version), PATIENCE)
        assert other.version < signal.version


async def test_a_change_before_the_first_look_is_not_missed(store: Store, wakeups: Wakeups) -> None:
    story = begin(store)
    with wakeups.listening(story.uid) as signal:
        # What a task read before this moment may be old already: so it is woken once.
        await asyncio.wait_for(signal.changed(signal.version), PATIENCE)


async def test_who_waits_is_not_woken_without_a_change(store: Store, wakeups: Wakeups) -> None:
    quiet, noisy = begin(store, "quiet"), begin(store, "noisy")
    append(store, noisy.opening())
    with wakeups.listening(quiet.uid) as signal, wakeups.listening(noisy.uid) as other:
        await asyncio.wait_for(signal.changed(signal.version), PATIENCE)
        version = signal.version
        for _ in range(3):
            before = other.version
            append(store, noisy.growth(1))
            await asyncio.wait_for(other.changed(before), PATIENCE)
        assert signal.version == version
