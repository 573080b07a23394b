"""Lets a gRPC client connect from another address: it has no option for that."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from bench.attacks.attack import Victim

_AT_ONCE = 2**18


@contextmanager
def relay(victim: Victim) -> Iterator[str]:
    """Return the address of a port whose connections go to the server from `victim.source`."""
    loop = asyncio.new_event_loop()
    ready: list[str] = []
    started = Event()

    async def listen() -> None:
        server = await asyncio.start_server(_carry(victim), "127.0.0.1", 0, limit=_AT_ONCE)
        ready.append(f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
        started.set()

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(listen())
        loop.run_forever()

    thread = Thread(target=run, daemon=True)
    thread.start()
    started.wait()
    try:
        yield ready[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _carry(
    victim: Victim,
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, _, port = victim.grpc.rpartition(":")
        with suppress(OSError):
            to_server = await asyncio.open_connection(
                host, int(port), local_addr=(victim.source, 0), limit=_AT_ONCE
            )
            await asyncio.gather(_copy(reader, to_server[1]), _copy(to_server[0], writer))
        writer.close()

    return carry


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await reader.read(_AT_ONCE):
            writer.write(content)
            await writer.drain()
    writer.close()
