"""The responses of a server-streaming call, in the forms that faces send."""

from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Hashable,
    Iterator,
    Sequence,
)
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Protocol

from google.protobuf.message import Message

from service.access.grant import Grant
from service.admission.call import run_in_call


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
        self._opened = ExitStack()

    def __aiter__(self) -> AsyncIterator[ResponseGroup]:
        return self._groups

    async def aclose(self) -> None:
        """End the stream."""
        with self._opened:
            await self._groups.aclose()
            if self._close is not None:
                await self._close()

    def limit(self, grant: Grant) -> None:
        """End the stream with Unauthenticated when a grant ends."""
        self._groups = grant.during(self._groups)

    def also_close(self, opened: ExitStack) -> None:
        """Close this at the end, too."""
        self._opened.push(opened)


async def threaded_stream(messages: Iterator[Message]) -> ResponseStream:
    """Return a stream of messages that the current call produces, once it has the first one.

    Raises what producing the first message raises.
    """
    first = await run_in_call(next, messages, None)

    async def groups() -> AsyncGenerator[ResponseGroup, None]:
        message = first
        while message is not None:
            yield ResponseGroup([SingleResponse(message)], message.ByteSize())
            message = await run_in_call(next, messages, None)

    return ResponseStream(groups())
