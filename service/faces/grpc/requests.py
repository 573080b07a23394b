"""Receives and parses the requests of gRPC calls.

gRPC would receive and parse a request before the service knows of the call. Here, the service
decides when to receive a request, and parses it after its elements are counted.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TypeVar

from google.protobuf.message import DecodeError, Message

from service.admission.admission import Admission
from service.faces.messages.element_count import check_element_count
from service.faces.messages.name_lengths import check_first_names
from service.faces.received_bytes import HeldBytes, ReceivedBytes
from service.faces.timeouts import body_timeout
from service.use_cases.caller import CALLER
from training.errors import InvalidFields, TooManyCalls, Violation
from training.limits import Limits

M = TypeVar("M", bound=Message)

#: A request that has not arrived after twice this time, in seconds, counts with the maximum size.
#: The second half begins when the event loop is there again, if it was busy with other work.
_SLOW_SECONDS = 1.5

#: Counting the elements of a longer request would delay other calls.
_LONGEST_IN_LOOP = 256 * 2**10


class Requests:
    """Receives and parses requests within the limits."""

    def __init__(self, limits: Limits, received: ReceivedBytes, admission: Admission) -> None:
        self._limits = limits
        self._received = received
        self._admission = admission

    def hold(self, client: str) -> HeldBytes:
        """Return the bytes that a call holds until the end of a `with` block."""
        return self._received.hold(client)

    async def only(self, kind: type[M], contents: AsyncIterator[bytes], held: HeldBytes) -> M:
        """Receive the one request of a call.

        Raises InvalidFields, LimitExceeded, TooManyCalls, UploadStalled.
        """
        content = await self._receive(contents, held)
        if content is None:
            raise InvalidFields([Violation("", f"the {kind.DESCRIPTOR.full_name} is missing")])
        held.arrive(len(content))
        return await self.parse(kind, content)

    async def parse(self, kind: type[M], content: bytes) -> M:
        """Parse a request. Raises InvalidFields, LimitExceeded, TooManyCalls."""
        if len(content) <= _LONGEST_IN_LOOP:
            return self._parsed(kind, content)
        return await self._admission.convert(CALLER.get(), partial(self._parsed, kind, content))

    async def _receive(self, contents: AsyncIterator[bytes], held: HeldBytes) -> bytes | None:
        """Return the next request, None if there is none."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._limits.body_seconds
        refused: TooManyCalls | None = None
        timer: asyncio.TimerHandle | None = None

        def wait(then: Callable[[], None]) -> None:
            nonlocal timer
            timer = loop.call_later(_SLOW_SECONDS, then)

        def be_slow() -> None:
            nonlocal refused
            try:
                held.arrive(self._limits.request_bytes)
                timeout.reschedule(deadline)
            except TooManyCalls as error:
                refused = error
                timeout.reschedule(loop.time())

        try:
            async with asyncio.timeout_at(deadline) as timeout:
                await held.begin()
                timeout.reschedule(None)
                wait(then=partial(wait, be_slow))
                return await anext(contents, None)
        except TimeoutError:
            raise refused or body_timeout(self._limits) from None
        finally:
            if timer is not None:
                timer.cancel()

    def _parsed(self, kind: type[M], content: bytes) -> M:
        check_first_names(kind, content)
        check_element_count(kind, content, self._limits.message_elements)
        try:
            return kind.FromString(content)
        except DecodeError:
            name = kind.DESCRIPTOR.full_name
            raise InvalidFields([Violation("", f"the request is not a valid {name}")]) from None
