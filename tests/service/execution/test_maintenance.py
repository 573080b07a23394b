"""A server maintains its store while it runs."""

import asyncio
from typing import Any

import pytest
from patience import PATIENCE

from service.execution import maintenance
from service.execution.maintenance import Maintenance
from service.threads import Threads
from training.errors import StoreUnavailable


class ScriptedStore:
    """A store that finds something to do, or cannot be written, as it was told."""

    def __init__(self, answers: list[bool | Exception]) -> None:
        self.answers = answers
        self.loop = asyncio.get_running_loop()
        self.is_done = asyncio.Event()

    def maintain(self) -> bool:
        if not self.answers:
            self.loop.call_soon_threadsafe(self.is_done.set)
            return False
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def test_it_continues_while_there_is_more_and_after_a_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, threads: Threads
) -> None:
    monkeypatch.setattr(maintenance, "_IDLE_SECONDS", 0.0)
    monkeypatch.setattr(maintenance, "_PAUSE_SECONDS", 0.0)
    store: Any = ScriptedStore(
        [True, True, False, RuntimeError("odd"), StoreUnavailable("told already"), True, False]
    )
    running = Maintenance(store, threads)
    running.start()
    async with asyncio.timeout(PATIENCE):
        await store.is_done.wait()
    await running.stop()
    assert [record.message for record in caplog.records] == [
        "maintenance of the store failed; trying again later"
    ]
