"""Lets a gRPC client connect from another address: it has no option for that."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Thread

from bench.attacks.attack import Victim

_AT_ONCE = 2**18


@contextmanager
def relay(victim: Victim) -> Iterator[str]:
    """Return the address of a port whose connections go to the server from `victim.source`."""
    ready: Future[_Relay] = Future()
    thread = Thread(target=lambda: asyncio.run(_serve(victim, ready)), daemon=True)
    thread.start()
    serving = ready.result()
    try:
        yield serving.address
    finally:
        serving.loop.call_soon_threadsafe(serving.ended.set)
        thread.join()


class _Relay:
    def __init__(self, victim: Victim) -> None:
        self.loop = asyncio.get_running_loop()
        self.ended = asyncio.Event()
        self.address = ""
        self._victim = victim

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry a connection."""
        host, _, port = self._victim.grpc.rpartition(":")
        source = (self._victim.source, 0)
        try:
            answers, requests = await asyncio.open_connection(
                host, int(port), local_addr=source, limit=_AT_ONCE
            )
            try:
                await asyncio.gather(_copy(reader, requests), _copy(answers, writer))
            finally:
                requests.close()
        except (OSError, asyncio.CancelledError):
            pass  # the client sees that its connection is closed
        finally:
            writer.close()


async def _serve(victim: Victim, ready: "Future[_Relay]") -> None:
    serving = _Relay(victim)
    server = await asyncio.start_server(serving.carry, "127.0.0.1", 0, limit=_AT_ONCE)
    serving.address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    ready.set_result(serving)
    await serving.ended.wait()
    server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await reader.read(_AT_ONCE):
            writer.write(content)
            await writer.drain()
    writer.close()
