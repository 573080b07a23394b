"""Connections of gRPC clients end with age, and one address cannot have all of them."""

import asyncio
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import clearprop
import clearprop.aio
import pytest
from clearprop import Snapshot
from patience import PATIENCE

from bench.attacks.http2 import GOAWAY, PING, frame
from service.app import Server
from service.faces.grpc import connection_limit
from service.faces.grpc.connection_limit import ConnectionLimit
from service.settings import Settings
from training.limits import Limits

STEPS = 12
#: Connections take no calls after a second, and are closed after two.
SHORT_LIVED = Limits(connection_seconds=1, computing_seconds=1)


@asynccontextmanager
async def serving(limits: Limits) -> AsyncIterator[str]:
    settings = Settings("127.0.0.1:0", "off", database="memory:", limits=limits)
    server = Server(settings, asyncio.get_running_loop())
    yield (await server.start()).grpc
    await server.stop()


def watch_and_step(target: str) -> list[int]:
    seen = []
    with clearprop.connect(target) as client:
        network = client.create_network(layer_sizes=[2, 2, 1])
        watch = network.watch(start=0)
        for number in range(STEPS):
            if number:
                network.reset()
            seen.append(next(item for item in watch if isinstance(item, Snapshot)).number)
            time.sleep(0.3)
    return seen


async def watch_and_step_in_asyncio(target: str) -> list[int]:
    seen = []
    async with clearprop.aio.connect(target) as client:
        network = await client.create_network(layer_sizes=[2, 2, 1])
        watch = network.watch(start=0)
        for number in range(STEPS):
            if number:
                await network.reset()
            item = await anext(watch)
            assert isinstance(item, Snapshot)
            seen.append(item.number)
            await asyncio.sleep(0.3)
    return seen


async def test_clients_do_not_notice_that_connections_end() -> None:
    async with serving(SHORT_LIVED) as target:
        seen = await asyncio.gather(
            asyncio.to_thread(watch_and_step, target), watch_and_step_in_asyncio(target)
        )
    assert [*seen] == [list(range(STEPS))] * 2


async def opened(target: str, source: str, count: int) -> list[socket.socket]:
    """Open idle connections of HTTP/2 from an address."""
    host, _, port = target.rpartition(":")
    connections = []
    for _ in range(count):
        connection = socket.create_connection((host, int(port)), source_address=(source, 0))
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0")
        connection.settimeout(0)
        connections.append(connection)
    return connections


async def until_closed(connection: socket.socket) -> None:
    """Read until the server closes a connection."""
    async with asyncio.timeout(PATIENCE):
        while await asyncio.get_running_loop().sock_recv(connection, 4096):
            pass


def is_open(connection: socket.socket) -> bool:
    """Read what there is; return whether the server has not closed a connection."""
    try:
        while connection.recv(4096):
            pass
    except BlockingIOError:
        return True
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have one loopback address")
async def test_one_address_cannot_have_more_connections_than_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    counted, look = [0], ConnectionLimit._close_surplus

    def counting(limit: ConnectionLimit, port: int) -> None:
        look(limit, port)
        counted.append(len(limit._known[port]))

    monkeypatch.setattr(connection_limit, "_SECONDS", 0.05)
    monkeypatch.setattr(ConnectionLimit, "_close_surplus", counting)
    async with serving(Limits(connections_of_client=3)) as target, AsyncExitStack() as stack:
        connections = await opened(target, "127.0.0.2", 3)
        others = await opened(target, "127.0.0.3", 2)
        while counted[-1] < 5:  # noqa: ASYNC110 (counted in another thread)
            await asyncio.sleep(0.01)
        newer = await opened(target, "127.0.0.2", 4)
        for each in (*connections, *others, *newer):
            stack.callback(each.close)
        await asyncio.gather(*map(until_closed, newer))
        assert all(map(is_open, connections + others))


async def test_each_ping_of_a_client_that_reads_is_answered() -> None:
    pings = 500
    async with serving(Limits()) as target:
        (connection,) = await opened(target, "127.0.0.1", 1)
        with connection:
            loop, received = asyncio.get_running_loop(), bytearray()
            await loop.sock_sendall(connection, frame(PING, content=b"12345678") * pings)
            kinds: list[int] = []
            async with asyncio.timeout(PATIENCE):
                while kinds.count(PING) < pings and GOAWAY not in kinds:
                    received += await loop.sock_recv(connection, 65536)
                    while len(received) >= 9 and len(received) >= (
                        size := 9 + int.from_bytes(received[:3], "big")
                    ):
                        kinds.append(received[3])
                        del received[:size]
            assert GOAWAY not in kinds


@pytest.mark.skipif(sys.platform != "linux", reason="buffers of sockets differ")
async def test_of_pings_whose_answers_are_not_read_few_are_received() -> None:
    most = 64 * 2**20
    async with serving(Limits()) as target:
        (connection,) = await opened(target, "127.0.0.1", 1)
        with connection:
            loop, sent, content = (
                asyncio.get_running_loop(),
                0,
                frame(PING, content=bytes(8)) * 4096,
            )
            with suppress(TimeoutError):
                while sent <= most:
                    async with asyncio.timeout(1):  # the server reads no more
                        await loop.sock_sendall(connection, content)
                    sent += len(content)
            assert sent <= most
