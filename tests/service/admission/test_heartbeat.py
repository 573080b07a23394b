"""A server notices when calls would have to wait too long."""

import asyncio
import time

import pytest

from service.admission import heartbeat
from service.admission.heartbeat import Heartbeat
from training.errors import TooManyCalls


class Server:
    """A server whose quick calls wait or are refused, as a test says."""

    def __init__(self) -> None:
        self.is_free = asyncio.Event()
        self.is_free.set()
        self.is_full = False
        self.blocks_seconds = 0.0
        self.told: asyncio.Queue[bool] = asyncio.Queue()

    async def quick_call(self) -> None:
        time.sleep(self.blocks_seconds)  # noqa: ASYNC251 (blocks the event loop, as a bad call)
        if self.is_full:
            raise TooManyCalls("full")
        await self.is_free.wait()

    async def says(self) -> bool:
        async with asyncio.timeout(10):
            return await self.told.get()


async def test_it_tells_when_calls_wait_too_long_and_when_they_do_not_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heartbeat, "INTERVAL_SECONDS", 0.01)
    monkeypatch.setattr(heartbeat, "MOST_SECONDS", 0.2)
    server = Server()
    beating = Heartbeat(server.quick_call, server.told.put_nowait)
    beating.start()
    server.is_free.clear()
    assert await server.says() is False
    server.is_free.set()
    assert await server.says() is True
    server.is_full = True
    assert await server.says() is False
    server.is_full = False
    assert await server.says() is True
    server.blocks_seconds = 0.4
    assert await server.says() is False
    server.blocks_seconds = 0.0
    assert await server.says() is True
    await beating.stop()
    assert server.told.empty()
