"""The responses of a server-streaming call, in the forms that faces send."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Iterator,
    Sequence,
)
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message


class Response(Protocol):
    """One response, which each face encodes in its own form."""

    def message(self) -> Message:
        """Return it as the contract's message."""

    def serialized(self) -> bytes:
        """Return the bytes of the message."""


@dataclass(frozen=True, slots=True)
class SingleResponse:
    """A response that is already a message."""

    content: Message

    def message(self) -> Message:
        """Return the message."""
        return self.content

    def serialized(self) -> bytes:
        """Return the bytes of the message."""
        return self.content.SerializeToString()


@dataclass(frozen=True, slots=True)
class ResponseGroup:
    """Responses that are available at the same time, in order, which are encoded together.

    Their encoding is shared by all streams with the same `key`; None: it is not shared. `nbytes`
    is the approximate size of their numbers.
    """

    responses: Sequence[Response]
    nbytes: int
    key: Hashable | None = None


class ResponseStream:
    """The responses of an accepted call: iterate it once, then close it.

    Closing it also calls `close`.
    """

    def __init__(
        self,
        groups: AsyncGenerator[ResponseGroup, None],
        close: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._groups = groups
        self._close = close

    def __aiter__(self) -> AsyncIterator[ResponseGroup]:
        return self._groups

    async def aclose(self) -> None:
        """End the stream."""
        await self._groups.aclose()
        if self._close is not None:
            await self._close()


async def threaded_stream(messages: Iterator[Message]) -> ResponseStream:
    """Return a stream of messages that are produced in threads, once the first one is available.

    Raises what producing the first message raises.
    """
    first = await asyncio.to_thread(next, messages, None)

    async def groups() -> AsyncGenerator[ResponseGroup, None]:
        message = first
        while message is not None:
            yield ResponseGroup([SingleResponse(message)], message.ByteSize())
            message = await asyncio.to_thread(next, messages, None)

    return ResponseStream(groups())
