"""The responses of a call of one request and many responses, in the forms that faces send."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message


class Response(Protocol):
    """One response; each face makes of it what it sends.

    What is made of a response can be shared by its `key` with whoever is sent the same one; None
    where there is nobody. `nbytes` is what its numbers take, roughly.
    """

    @property
    def key(self) -> Hashable | None:
        """What it has in common with the same response to others."""

    @property
    def nbytes(self) -> int:
        """How large it is, in bytes, roughly."""

    def message(self) -> Message:
        """Return it as the contract's message."""

    def serialized(self) -> bytes:
        """Return the bytes of the message."""


@dataclass(frozen=True, slots=True)
class SingleResponse:
    """A response for one caller alone."""

    content: Message
    key: None = None

    @property
    def nbytes(self) -> int:
        """How many bytes the message has."""
        return self.content.ByteSize()

    def message(self) -> Message:
        """Return the message."""
        return self.content

    def serialized(self) -> bytes:
        """Return the bytes of the message."""
        return self.content.SerializeToString()


class ResponseStream:
    """The responses of a call that is accepted: iterate it once, then close it.

    `close` is called with it.
    """

    def __init__(
        self,
        responses: AsyncGenerator[Response, None],
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._responses = responses
        self._close = close

    def __aiter__(self) -> AsyncIterator[Response]:
        return self._responses

    async def aclose(self) -> None:
        """End it."""
        await self._responses.aclose()
        if self._close is not None:
            await self._close()


async def threaded_stream(messages: Iterator[Message]) -> ResponseStream:
    """Return a stream of messages that are made in threads, accepted when there is the first.

    Raises what the first one raises.
    """
    first = await asyncio.to_thread(next, messages, None)

    async def responses() -> AsyncGenerator[Response, None]:
        message = first
        while message is not None:
            yield SingleResponse(message)
            message = await asyncio.to_thread(next, messages, None)

    return ResponseStream(responses())
