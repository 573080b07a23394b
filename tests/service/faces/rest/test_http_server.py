"""The head of a request is limited in size and in time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest
from starlette.types import Receive, Scope, Send

from service.faces.rest import http_server
from service.faces.rest.http_server import HttpServer

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"
END = b"\r\n"


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    server = HttpServer(hello, grace_seconds=1)
    host, _, port = server.bind("127.0.0.1:0").rpartition(":")
    await server.start()
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()
        await server.stop()


async def all_of(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the connection ends, however that is."""
    received = bytearray()
    with suppress(ConnectionError):
        while part := await reader.read(2**16):
            received += part
    return bytes(received)


@pytest.mark.parametrize(
    ("begun", "answers"), [(b"", 0), (b"GET /", 0), (HEAD, 0), (HEAD + END + HEAD, 1)]
)
async def test_a_head_that_does_not_end_in_time_ends_its_connection(
    monkeypatch: pytest.MonkeyPatch, begun: bytes, answers: int
) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 0.2)
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
    monkeypatch.setattr(http_server, "MOST_HEAD_BYTES", 1_000)
    async with connected() as (reader, writer):
        for _ in range(100):
            writer.write(HEAD + END)
            head = await reader.readuntil(END + END)
            assert b"200 OK" in head
            assert await reader.readexactly(5) == b"hello"
