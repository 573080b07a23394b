"""Receives the bodies of requests, bounded in size, elements and time."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from time import monotonic
from typing import NoReturn

from starlette.requests import Request

from service.faces.received_bytes import HeldBytes, ReceivedBytes
from service.faces.rest.element_count import ElementCount
from service.faces.rest.errors import BodyTooLarge
from service.faces.timeouts import body_timeout, read_timeout
from training.limits import Limits


@dataclass(frozen=True, slots=True)
class Bodies:
    """Receives bodies within the limits, and counts their bytes with those of all requests."""

    limits: Limits
    received: ReceivedBytes

    async def whole(self, request: Request, held: HeldBytes) -> bytes:
        """Return a whole body.

        Raises LimitExceeded, TooManyCalls, UploadStalled, ClientDisconnect.
        """
        length = int(request.headers.get("Content-Length", "0"))
        if length > self.limits.request_bytes:
            self._refuse_size()
        if not length and "Transfer-Encoding" not in request.headers:
            return b""  # without the timers of a body, which take a twentieth of a small call
        elements = ElementCount(self.limits.message_elements)
        parts, size = [], 0
        try:
            async with asyncio.timeout(self.limits.body_seconds):
                async for part in _parts(request):
                    size += len(part)
                    if size > self.limits.request_bytes:
                        self._refuse_size()
                    held.set(size)
                    elements.add(part)
                    parts.append(part)
        except TimeoutError:
            raise body_timeout(self.limits) from None
        return b"".join(parts)

    async def lines(self, request: Request, held: HeldBytes) -> AsyncGenerator[bytes, None]:
        """Yield the lines of a body; each is limited like a whole one.

        Raises the same as `whole`.
        """
        rest = bytearray()
        began = monotonic()
        async for part in _parts(request):
            first, *others = part.split(b"\n")
            rest += first
            for line in others:
                yield self._counted(rest)
                rest[:] = line
                began = monotonic()
            held.set(len(rest))
            if len(rest) > self.limits.request_bytes:
                self._refuse_size()
            if monotonic() - began > self.limits.body_seconds:
                raise body_timeout(self.limits)
        yield self._counted(rest)

    def _counted(self, line: bytearray) -> bytes:
        ElementCount(self.limits.message_elements).add(line)
        return bytes(line)

    def _refuse_size(self) -> NoReturn:
        most = self.limits.request_bytes
        raise BodyTooLarge(
            f"the body, or a line of it, exceeds the limit of {most} bytes: send less data per"
            " request or line",
            limit="request_bytes",
            value=most,
        )


async def _parts(request: Request) -> AsyncGenerator[bytes, None]:
    stream = aiter(request.stream())
    while (part := await read_timeout(anext(stream, None))) is not None:
        yield part
