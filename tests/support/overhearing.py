"""A proxy that passes one connection on, and remembers in which order a server answers.

What a client's program is told first says little: its streams wake up in any order.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

_FRAME_HEADER = 9
_DATA, _HEADERS = 0, 1
_END_STREAM = 1


class Answer(NamedTuple):
    """A frame of a server's: data of a stream, or what ends it (RFC 9113, section 4.1)."""

    stream: int
    is_end: bool


class Overheard:
    """What was overheard: `target` is where to connect; the first call is stream 1."""

    def __init__(self, target: str) -> None:
        self.target = target
        self.answers: list[Answer] = []

    def place_of_data(self, stream: int, nth: int) -> int:
        """Return where the nth frame of data of a stream is among all answers, from 0."""
        data = [at for at, each in enumerate(self.answers) if each == Answer(stream, is_end=False)]
        return data[nth]

    def ends(self) -> dict[int, int]:
        """Return where among all answers each stream ended."""
        return {each.stream: at for at, each in enumerate(self.answers) if each.is_end}


@asynccontextmanager
async def overhearing(port: int) -> AsyncIterator[Overheard]:
    """Listen on a port of its own, and pass on what comes to the server on `port`."""

    async def serve(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_connection("127.0.0.1", port)
        passing = asyncio.gather(_pass(client, to_server), _hear(server, to_client, heard))
        with suppress(OSError):
            await passing

    listener = await asyncio.start_server(serve, "127.0.0.1")
    heard = Overheard("127.0.0.1:{1}".format(*listener.sockets[0].getsockname()))
    try:
        yield heard
    finally:
        listener.close()


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    while part := await source.read(65_536):
        target.write(part)
        await target.drain()
    target.close()


async def _hear(
    source: asyncio.StreamReader, target: asyncio.StreamWriter, heard: Overheard
) -> None:
    with suppress(asyncio.IncompleteReadError):
        while True:
            header = await source.readexactly(_FRAME_HEADER)
            target.write(header + await source.readexactly(int.from_bytes(header[:3])))
            kind, flags, stream = header[3], header[4], int.from_bytes(header[5:])
            is_end = bool(flags & _END_STREAM)
            if kind == _DATA or (kind == _HEADERS and is_end):
                heard.answers.append(Answer(stream, is_end))
            await target.drain()
    target.close()
