"""Receives and parses the requests of gRPC calls.

gRPC would receive and parse a request before the service knows of the call. Here, the service
decides when to receive a request, and parses it after its elements are counted.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import grpc
from google.protobuf.message import DecodeError, Message

from service.admission.admission import Admission
from service.admission.deadlines import Deadlines
from service.faces.messages.element_count import check_element_count
from service.faces.messages.name_lengths import check_first_names
from service.faces.received_bytes import HeldBytes, ReceivedBytes
from service.faces.timeouts import body_timeout
from service.use_cases.caller import CALLER
from training.errors import InvalidFields, TooManyCalls, Violation
from training.limits import Limits

M = TypeVar("M", bound=Message)

#: What gRPC returns instead of a request if there is none; its type says bytes.
_EOF: object = grpc.aio.EOF

#: Returns the next request of a call, `grpc.aio.EOF` if there is none.
Read = Callable[[], Awaitable[bytes]]

#: A request that has not arrived after twice this time, in seconds, counts with the maximum size.
#: The second half begins when the event loop is there again, if it was busy with other work.
_SLOW_SECONDS = 1.5

#: Counting the elements of a longer request would delay other calls.
_LONGEST_IN_LOOP = 256 * 2**10


@dataclass(slots=True, eq=False)
class _Receiving:
    """A request that is being received, since a time of the event loop."""

    held: HeldBytes
    timeout: asyncio.Timeout
    began: float
    refused: TooManyCalls | None = None


class Requests:
    """Receives and parses requests within the limits."""

    def __init__(self, limits: Limits, received: ReceivedBytes, admission: Admission) -> None:
        self._limits = limits
        self._received = received
        self._admission = admission
        self._late = Deadlines(_SLOW_SECONDS, self._is_late)
        self._arriving = Deadlines(_SLOW_SECONDS, self._late.add)

    def hold(self, client: str) -> HeldBytes:
        """Return the bytes that a call holds until the end of a `with` block."""
        return self._received.hold(client)

    async def only(self, kind: type[M], read: Read, held: HeldBytes) -> M:
        """Receive the one request of a call.

        Raises InvalidFields, LimitExceeded, TooManyCalls, UploadStalled.
        """
        content = await self._receive(read, held)
        if content is _EOF:
            raise InvalidFields([Violation("", f"the {kind.DESCRIPTOR.full_name} is missing")])
        held.arrive(len(content))
        return await self.parse(kind, content)

    async def parse(self, kind: type[M], content: bytes) -> M:
        """Parse a request. Raises InvalidFields, LimitExceeded, TooManyCalls."""
        if len(content) <= _LONGEST_IN_LOOP:
            return self._parsed(kind, content)
        return await self._admission.convert(CALLER.get(), partial(self._parsed, kind, content))

    async def _receive(self, read: Read, held: HeldBytes) -> bytes:
        """Return the next request, EOF if there is none."""
        timeout = asyncio.timeout(None)
        receiving = _Receiving(held, timeout, asyncio.get_running_loop().time())
        try:
            async with timeout:
                if not held.begin():
                    self._limit(receiving)
                    await held.turn()
                    timeout.reschedule(None)
                self._arriving.add(receiving)
                return await read()
        except TimeoutError:
            raise receiving.refused or body_timeout(self._limits) from None
        finally:
            self._arriving.remove(receiving)
            self._late.remove(receiving)

    def _limit(self, receiving: "_Receiving") -> None:
        receiving.timeout.reschedule(receiving.began + self._limits.body_seconds)

    def _is_late(self, receiving: "_Receiving") -> None:
        """Let a request count with the maximum size, and let it arrive in time."""
        try:
            receiving.held.arrive(self._limits.request_bytes)
            self._limit(receiving)
        except TooManyCalls as error:
            receiving.refused = error
            receiving.timeout.reschedule(receiving.began)  # at once

    def _parsed(self, kind: type[M], content: bytes) -> M:
        check_first_names(kind, content)
        check_element_count(kind, content, self._limits.message_elements)
        try:
            return kind.FromString(content)
        except DecodeError:
            name = kind.DESCRIPTOR.full_name
            raise InvalidFields([Violation("", f"the request is not a valid {name}")]) from None
