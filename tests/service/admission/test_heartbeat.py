"""A server notices when calls would have to wait too long."""

import asyncio
from collections.abc import Callable

import pytest
from patience import PATIENCE

from service.admission import heartbeat
from service.admission.heartbeat import Heartbeat
from training.errors import TooManyCalls


class Server:
    """A server whose quick calls wait or are refused, as a test says."""

    def __init__(self) -> None:
        self.is_free = asyncio.Event()
        self.is_free.set()
        self.is_full = False
        self.block: Callable[[], None] = lambda: None
        self.told: asyncio.Queue[bool] = asyncio.Queue()

    async def quick_call(self) -> None:
        self.block()
        if self.is_full:
            raise TooManyCalls("full")
        await self.is_free.wait()

    async def says(self) -> bool:
        async with asyncio.timeout(PATIENCE):
            return await self.told.get()


@pytest.fixture
async def let_too_much_time_pass(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Set the clock of the event loop forward by more than a quick call may take."""
    loop, passed = asyncio.get_running_loop(), [0.0]
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + sum(passed))
    return lambda: passed.append(1.2 * heartbeat.MOST_SECONDS)


async def test_it_tells_when_calls_wait_too_long_and_when_they_do_not_any_more(
    monkeypatch: pytest.MonkeyPatch, let_too_much_time_pass: Callable[[], None]
) -> None:
    monkeypatch.setattr(heartbeat, "INTERVAL_SECONDS", 0.01)
    server = Server()
    beating = Heartbeat(server.quick_call, server.told.put_nowait)
    beating.start()
    server.is_free.clear()
    let_too_much_time_pass()
    assert await server.says() is False
    server.is_free.set()
    assert await server.says() is True
    server.is_full = True
    assert await server.says() is False
    server.is_full = False
    assert await server.says() is True
    server.block = let_too_much_time_pass
    assert await server.says() is False
    server.block = lambda: None
    assert await server.says() is True
    await beating.stop()
    assert server.told.empty()
