"""Limits the bytes of requests that are being received or handled, together and for each client."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from training.errors import TooManyCalls
from training.limits import Limits

#: Shorter requests do not count: the limits of calls bound their number.
SMALL_BYTES = 64 * 2**10


@dataclass(slots=True)
class _Client:
    """What a client uses, and its requests that wait to be received."""

    size: int = 0
    receiving: int = 0
    waiting: "deque[asyncio.Future[None]]" = field(default_factory=deque)


class ReceivedBytes:
    """The bytes of all requests of a server; one for all faces, used in its event loop only.

    A face that learns the size of a request only when it has arrived receives a few of a client at
    the same time: as many of the largest as the limit allows in addition to what is received.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = 0
        self._clients: dict[str, _Client] = {}

    def hold(self, client: str) -> "HeldBytes":
        """Return the bytes of one request, none so far, which end with the block of a `with`."""
        return HeldBytes(self, client)

    @property
    def total(self) -> int:
        """The bytes of all requests."""
        return self._all

    def add(self, client: str, size: int) -> None:
        """Count bytes of a client. Raises TooManyCalls."""
        found = self._clients.get(client) or _Client()
        if found.size + size > self._limits.received_bytes_of_client:
            raise _exceeded("this client", "received_bytes_of_client", self._limits)
        if self._all + size > self._limits.received_bytes:
            raise _exceeded("all clients", "received_bytes", self._limits)
        self._clients[client] = found
        found.size += size
        self._all += size

    def remove(self, client: str, size: int) -> None:
        """Forget bytes of a client."""
        self._all -= size
        self._clients[client].size -= size
        self._changed(client)

    def begin(self, client: str) -> bool:
        """Begin to receive a request of a client if there is room; it counts until `end`."""
        found = self._clients.get(client)
        if found is None:
            found = self._clients[client] = _Client()
        has_room = self._has_room(found) and not found.waiting
        found.receiving += has_room
        return has_room

    async def turn(self, client: str) -> None:
        """Wait until another request of a client can be received; it counts until `end`.

        Raises TooManyCalls.
        """
        found = self._clients[client]
        if len(found.waiting) >= self._limits.calls_of_client:
            raise TooManyCalls(
                f"{len(found.waiting)} calls of this client wait until their requests are received,"
                f" and the limit is {self._limits.calls_of_client}: send fewer at the same time",
                limit="calls_of_client",
                value=self._limits.calls_of_client,
            )
        turn = asyncio.get_running_loop().create_future()
        found.waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it was its turn already
                self.end(client)
            raise

    def end(self, client: str) -> None:
        """Let another request of a client be received: one has arrived, or counts its bytes."""
        self._clients[client].receiving -= 1
        self._changed(client)

    def _changed(self, client: str) -> None:
        """Begin the requests of a client for which there is room now."""
        found = self._clients[client]
        while found.waiting and self._has_room(found):
            turn = found.waiting.popleft()
            if not turn.cancelled():
                found.receiving += 1
                turn.set_result(None)
        if not (found.size or found.receiving or found.waiting):
            del self._clients[client]

    def _has_room(self, found: _Client) -> bool:
        left = self._limits.received_bytes_of_client - found.size
        return found.receiving < max(left // self._limits.request_bytes, 1)


class HeldBytes:
    """The bytes of one request."""

    __slots__ = ("_client", "_is_receiving", "_received", "_size")

    def __init__(self, received: ReceivedBytes, client: str) -> None:
        self._received = received
        self._client = client
        self._size = 0
        self._is_receiving = False

    def begin(self) -> bool:
        """Return whether the request can be received at once: its size is not known before."""
        self._is_receiving = self._received.begin(self._client)
        return self._is_receiving

    async def turn(self) -> None:
        """Wait until the request can be received. Raises TooManyCalls."""
        await self._received.turn(self._client)
        self._is_receiving = True

    def arrive(self, size: int) -> None:
        """Count the bytes of the request, which has arrived or may have so many.

        Raises TooManyCalls.
        """
        try:
            self.set(size)
        finally:
            self._end()

    def set(self, size: int) -> None:
        """Count the bytes of the request as far as it is received. Raises TooManyCalls."""
        size = size if size >= SMALL_BYTES else 0
        if size > self._size:
            self._received.add(self._client, size - self._size)
        elif size < self._size:
            self._received.remove(self._client, self._size - size)
        self._size = size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._size or self._is_receiving:
            self.set(0)
            self._end()

    def _end(self) -> None:
        if self._is_receiving:
            self._is_receiving = False
            self._received.end(self._client)


def _exceeded(whose: str, limit: str, limits: Limits) -> TooManyCalls:
    most = getattr(limits, limit)
    return TooManyCalls(
        f"the requests of {whose} that are being received or handled would exceed the limit of"
        f" {most:,} bytes: wait for some of them, or send less at the same time",
        limit=limit,
        value=most,
    )
