"""Connections are limited in number, age and idle time, and heads in size and time."""

import asyncio
import errno
import json
import socket
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
from patience import PATIENCE
from starlette.types import ASGIApp, Receive, Scope, Send

from service.faces.rest import acceptor, connection, http_server
from service.faces.rest.http_server import HttpServer
from training.limits import Limits

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
END = b"\r\n"


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def serving(app: ASGIApp = hello, limits: Limits | None = None) -> AsyncIterator[int]:
    """A server with these limits; its port."""
    server = HttpServer(app, limits or Limits(), grace_seconds=1)
    port = int(server.bind("127.0.0.1:0").rpartition(":")[2])
    await server.start()
    try:
        yield port
    finally:
        server.close()
        await server.stop()


@asynccontextmanager
async def connected_to(
    port: int, client: str = "127.0.0.1"
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(client, 0))
    try:
        yield reader, writer
    finally:
        writer.close()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with serving() as port, connected_to(port) as streams:
        yield streams


async def until_served(port: int) -> None:
    """Wait until a new connection is not refused."""
    for _ in range(300):
        async with connected_to(port) as (reader, writer):
            writer.write(HEAD + b"Connection: close\r\n" + END)
            if b"200 OK" in await reader.readline():
                return
        await asyncio.sleep(0.1)
    pytest.fail("the other connections are still open")


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the connection ends, however that is."""
    received = bytearray()
    with suppress(ConnectionError):
        while part := await reader.read(2**16):
            received += part
    return bytes(received)


@pytest.mark.parametrize(
    ("begun", "answers"),
    [(b"", 0), (b"GET /", 0), (HEAD, 0), (HEAD + END + HEAD, 1)],
)
async def test_a_head_that_does_not_end_in_time_ends_its_connection(
    monkeypatch: pytest.MonkeyPatch, begun: bytes, answers: int
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.2)
    async with connected() as (reader, writer):
        writer.write(begun)

        assert (await all_of(reader)).count(b"200 OK") == answers


@pytest.mark.parametrize(
    ("begun", "answers"), [(b"GET /", 0), (HEAD + b"X: ", 0), (HEAD + END + HEAD + b"X: ", 1)]
)
async def test_a_head_without_end_ends_its_connection(begun: bytes, answers: int) -> None:
    async with connected() as (reader, writer):
        writer.write(begun)

        async def go_on() -> None:
            with suppress(ConnectionError):
                while True:
                    writer.write(b"a" * 2**16)
                    await writer.drain()

        _, answer = await asyncio.gather(go_on(), all_of(reader))

        assert answer.count(b"200 OK") == answers


async def test_many_heads_on_one_connection_are_not_one_that_is_too_large(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "MOST_HEAD_BYTES", 1_000)
    async with connected() as (reader, writer):
        for _ in range(100):
            writer.write(HEAD + END)
            head = await reader.readuntil(END + END)
            assert b"200 OK" in head
            assert await reader.readexactly(5) == b"hello"


@pytest.mark.parametrize(
    "head", [b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n", HEAD + b"a:\r\n" * 2_000]
)
async def test_a_head_that_is_too_large_is_rejected_with_a_reason(head: bytes) -> None:
    async with connected() as (reader, writer):
        writer.write(head + END)

        answer = await all_of(reader)

        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.endswith(b"The request line and headers are too large.")


async def test_a_connection_too_many_is_refused_until_another_ends() -> None:
    async with serving(limits=Limits(connections_of_client=2, connections=3)) as port:
        async with connected_to(port), connected_to(port), connected_to(port) as (reader, _):
            head, _, body = (await all_of(reader)).partition(END + END)
            assert head.startswith(b"HTTP/1.1 503 ")
            assert b"Retry-After: 1" in head
            error = json.loads(body)["error"]
            assert error["details"][0]["reason"] == "TOO_MANY_CONNECTIONS"
            assert "at most 2 of one client" in error["message"]
            async with (
                connected_to(port, "127.0.0.2") as other,
                connected_to(port, "127.0.0.3") as last,
            ):
                other[1].write(HEAD + END)
                assert b"200 OK" in await other[0].readline()
                assert b"503" in await last[0].readline()
        await until_served(port)


async def test_connections_that_wait_are_accepted_one_at_a_time_and_none_is_built_to_be_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built = [0]

    class Counted(connection.Connection):
        def __init__(self, *args: Any, **named: Any) -> None:
            built[0] += 1
            super().__init__(*args, **named)

    monkeypatch.setattr(http_server, "Connection", Counted)
    async with serving(limits=Limits(connections_of_client=20)) as port:
        with ExitStack() as open_sockets:
            clients = [
                open_sockets.enter_context(socket.create_connection(("127.0.0.1", port)))
                for _ in range(100)  # nothing accepts them while this thread opens them
            ]
            most = before = 0
            for _ in range(1_000):
                await asyncio.sleep(0)
                most, before = max(most, built[0] - before), built[0]
            assert built == [20]
            assert most == 1
            for client in clients[20:]:
                assert client.recv(12) == b"HTTP/1.1 503"


@pytest.mark.parametrize(
    "limits", [Limits(idle_seconds=1), Limits(connection_seconds=1)], ids=["idle", "old"]
)
async def test_a_connection_ends_when_it_is_idle_or_old(limits: Limits) -> None:
    async with serving(limits=limits) as port, connected_to(port) as (reader, writer):
        writer.write(HEAD + END)

        async with asyncio.timeout(PATIENCE):
            assert (await all_of(reader)).count(b"200 OK") == 1


async def test_little_is_parsed_at_a_time_so_that_chunks_of_one_byte_delay_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    parsed: list[int] = []

    class Counted(connection.Connection):
        def data_received(self, data: bytes) -> None:
            parsed.append(len(data))
            super().data_received(data)

    async def after_body(scope: Scope, receive: Receive, send: Send) -> None:
        while (await receive())["more_body"]:
            pass
        await hello(scope, receive, send)

    monkeypatch.setattr(http_server, "Connection", Counted)
    async with serving(after_body) as port, connected_to(port) as (reader, writer):
        body = b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n"
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n" + END + body)
        assert b"200 OK" in await reader.readline()
    assert sum(parsed) > len(body)
    assert max(parsed) <= 2**16


async def test_a_server_without_file_numbers_accepts_again_when_it_has_some(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    accept, failures = socket.socket.accept, [errno.EMFILE]

    def failing(listener: socket.socket) -> Any:
        if failures:
            raise OSError(failures.pop(), "Too many open files")
        return accept(listener)

    monkeypatch.setattr(acceptor, "_PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(socket.socket, "accept", failing)
    async with connected() as (reader, writer):
        writer.write(HEAD + END)
        assert b"200 OK" in await reader.readline()
    assert "cannot accept connections" in caplog.text


async def test_an_old_connection_ends_after_its_response() -> None:
    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        await asyncio.sleep(1.5)
        await hello(scope, receive, send)

    async with serving(slow, Limits(connection_seconds=1)) as port, connected_to(port) as streams:
        reader, writer = streams
        writer.write(HEAD + END)

        answer = await all_of(reader)

        assert b"connection: close" in answer
        assert answer.endswith(b"hello")


async def test_a_body_that_drips_after_its_response_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    async with connected() as (reader, writer):
        writer.write(HEAD + b"Content-Length: 1000000\r\n" + END)
        assert b"200 OK" in await reader.readline()

        async def drip() -> None:
            with suppress(ConnectionError):
                while True:
                    writer.write(b"a")
                    await writer.drain()
                    await asyncio.sleep(0.1)

        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(drip(), all_of(reader))


async def test_a_body_that_ends_after_its_response_leaves_the_connection_usable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.5)
    async with connected() as (reader, writer):
        writer.write(HEAD + b"Content-Length: 3\r\n" + END)
        assert b"200 OK" in await reader.readline()
        for byte in (b"a", b"b", b"c"):
            writer.write(byte)
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.7)
        writer.write(HEAD + END)
        await reader.readuntil(b"hello")
        assert b"200 OK" in await reader.readline()


async def test_too_many_waiting_requests_end_the_connection() -> None:
    async with connected() as (reader, writer):
        writer.write((HEAD + END) * 200)

        answer = await all_of(reader)

        assert answer.endswith(b"Too many requests wait on this connection.")


@pytest.mark.parametrize("last", [b"", b"Connection: close\r\n"])
async def test_a_response_that_is_not_read_ends_the_connection(
    monkeypatch: pytest.MonkeyPatch, last: bytes
) -> None:
    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"%d" % 2**24)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": bytes(2**24)})

    monkeypatch.setattr(connection, "STALLED_SECONDS", 0.3)
    async with (
        serving(large, Limits(connections_of_client=1)) as port,
        connected_to(port) as streams,
    ):
        streams[1].write(HEAD + last + END)
        await until_served(port)
