"""The responses of a call of one request and many responses, in the forms that faces send."""

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
    """One response; each face makes of it what it sends."""

    def message(self) -> Message:
        """Return it as the contract's message."""

    def serialized(self) -> bytes:
        """Return the bytes of the message."""


@dataclass(frozen=True, slots=True)
class SingleResponse:
    """A response that is a message already."""

    content: Message

    def message(self) -> Message:
        """Return the message."""
        return self.content

    def serialized(self) -> bytes:
        """Return the bytes of the message."""
        return self.content.SerializeToString()


@dataclass(frozen=True, slots=True)
class ResponseGroup:
    """The responses that are there at one time, in order, which are encoded together.

    What is made of them can be shared by the `key` with all who are sent the same ones; None where
    there is nobody else. `nbytes` is what their numbers take, roughly.
    """

    responses: Sequence[Response]
    nbytes: int
    key: Hashable | None = None


class ResponseStream:
    """The responses of a call that is accepted: iterate it once, then close it.

    `close` is called with it.
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
        """End it."""
        await self._groups.aclose()
        if self._close is not None:
            await self._close()


async def threaded_stream(messages: Iterator[Message]) -> ResponseStream:
    """Return a stream of messages that are made in threads, accepted when there is the first.

    Raises what the first one raises.
    """
    first = await asyncio.to_thread(next, messages, None)

    async def groups() -> AsyncGenerator[ResponseGroup, None]:
        message = first
        while message is not None:
            yield ResponseGroup([SingleResponse(message)], message.ByteSize())
            message = await asyncio.to_thread(next, messages, None)

    return ResponseStream(groups())
