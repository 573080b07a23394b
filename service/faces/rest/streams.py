"""Streams over HTTP: as server-sent events, as lines of JSON, or as a file."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from clearprop.v1 import training_service_pb2 as pb
from google.protobuf.message import Message
from starlette.datastructures import MutableHeaders
from starlette.types import Receive, Scope, Send

from service.faces.failures import note_status
from service.faces.messages.watches import WatchedUpdatesResponse
from service.faces.response_stream import Response, ResponseStream
from service.faces.rest.errors import error_response
from service.faces.rest.to_json import to_json
from service.faces.rest.update_json import watched_to_json
from service.faces.rpcs import Rpc
from service.faces.shared_encodings import SharedEncodings
from service.faces.timeouts import write_timeout
from service.insight.calls import count_sent
from service.threads import Threads

#: The extension of an ASGI scope with the function that aborts the connection.
ABORT = "clearprop.abort"

#: The extension with the function that sets what is called when the connection is lost.
WHEN_LOST = "clearprop.when_lost"

#: The size of the cache of encoded messages, in bytes.
_SHARED_BYTES = 32 * 2**20

#: The messages that are the chunks of a file.
File = pb.ExportNetworkResponse | pb.BackUpStoreResponse

#: The Last-Event-ID of a client that has read the end of a stream and must not reconnect.
END = "end"


@dataclass(frozen=True, slots=True)
class Item:
    """One message of a stream: its JSON, and the latest update of a watch after it."""

    json: bytes
    last_update: int | None = None

    @property
    def nbytes(self) -> int:
        """The size of its JSON in bytes."""
        return len(self.json)


class Form(Protocol):
    """The encoding of a stream."""

    media_type: str
    beginning: bytes
    end: bytes

    def item(self, item: Item) -> bytes:
        """Return an encoded message."""

    def failure(self, document: bytes) -> bytes:
        """Return an encoded error, which ends the stream."""


class Events:
    """Server-sent events. Clients reconnect after one second."""

    media_type = "text/event-stream"
    beginning = b"retry: 1000\n\n"
    end = f"event: end\nid: {END}\ndata: {{}}\n\n".encode()

    def item(self, item: Item) -> bytes:
        """Return a message, with the update from which to resume if it has one."""
        last = b"" if item.last_update is None else b"id: %d\n" % item.last_update
        return b"%bdata: %b\n\n" % (last, item.json)

    def failure(self, document: bytes) -> bytes:
        """Return an event that browsers also pass to `onerror`."""
        return b"event: error\ndata: %b\n\n" % document


class Lines:
    """One JSON object per line; an object with `error` is the last."""

    media_type = "application/x-ndjson"
    beginning = b""
    end = b""

    def item(self, item: Item) -> bytes:
        """Return a message."""
        return item.json + b"\n"

    def failure(self, document: bytes) -> bytes:
        """Return an error."""
        return document + b"\n"


EVENTS, LINES = Events(), Lines()


class Streams:
    """Starts streams. Messages of several watches are converted to JSON once."""

    def __init__(self, threads: Threads) -> None:
        self._items = SharedEncodings(_item, _SHARED_BYTES, threads)

    async def begin(self, rpc: Rpc, request: Message, form: Form) -> "Streamed":
        """Return the response once the call is accepted. Raises the error that rejects it."""
        responses = await rpc.open_stream(request)
        headers = {"Content-Type": form.media_type}
        return Streamed(self._written(form, responses), responses, headers)

    async def file(self, rpc: Rpc, request: Message) -> "Streamed":
        """Return a response with a file as its body. Raises the error that rejects the call."""
        responses = await rpc.open_stream(request)
        (only,) = (await anext(aiter(responses))).responses
        first = only.message()
        assert isinstance(first, File)
        headers = {
            "Content-Type": first.media_type,
            "Content-Disposition": attachment(first.file_name),
        }
        return Streamed(_content(first, responses), responses, headers)

    async def _written(self, form: Form, responses: ResponseStream) -> AsyncGenerator[bytes, None]:
        yield form.beginning
        try:
            async for group in responses:
                for item in await self._items.of(group):
                    yield form.item(item)
        except Exception as error:  # noqa: BLE001 (sent to the client, and logged)
            yield form.failure(error_response(error).document)
        else:
            yield form.end


def attachment(file_name: str) -> str:
    """Return a Content-Disposition with the name of a file."""
    return f"attachment; filename*=UTF-8''{quote(file_name)}"


class Streamed:
    """A response whose body is sent in chunks while the client reads them."""

    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        responses: ResponseStream,
        headers: Mapping[str, str],
    ) -> None:
        self._chunks = chunks
        self._responses = responses
        self.headers = MutableHeaders(headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the response until the client disconnects; abort if the client does not read."""
        sending = asyncio.create_task(self._send(send, is_head=scope["method"] == "HEAD"))
        gone = asyncio.create_task(_gone(receive))
        try:
            await asyncio.wait((sending, gone), return_when=asyncio.FIRST_COMPLETED)
            if sending.done() and isinstance(error := sending.exception(), Exception):
                # The body is incomplete, which only an aborted connection can signal.
                error_response(error)
                scope["extensions"][ABORT]()
                await gone
            elif not sending.done():
                note_status("CANCELLED", "")
        finally:
            sending.cancel()
            gone.cancel()
            await asyncio.gather(sending, gone, return_exceptions=True)

    async def _send(self, send: Send, *, is_head: bool) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.headers.raw})
        async with aclosing(self._responses), aclosing(self._chunks) as chunks:
            while not is_head and (chunk := await anext(chunks, None)) is not None:
                body = {"type": "http.response.body", "body": chunk, "more_body": True}
                await write_timeout(send(body))
                count_sent(len(chunk))
        await send({"type": "http.response.body"})


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _content(first: File, responses: ResponseStream) -> AsyncGenerator[bytes, None]:
    yield first.content
    async for group in responses:
        for response in group.responses:
            message = response.message()
            assert isinstance(message, File)
            yield message.content


def _item(response: Response) -> Item:
    if isinstance(response, WatchedUpdatesResponse):
        return Item(watched_to_json(response), response.content.updates[-1].last_update)
    message = response.message()
    return Item(
        to_json(message),
        _last_update(message) if isinstance(message, pb.WatchUpdatesResponse) else None,
    )


def _last_update(response: pb.WatchUpdatesResponse) -> int | None:
    """Return the latest update that a watch has sent or skipped, unless it is one of updates."""
    match response.WhichOneof("content"):
        case "columns":
            columns = response.columns
            return columns.first_update + (columns.count - 1) * columns.stride
        case "bookmark":
            return response.bookmark.latest_update
        case _:
            return None
