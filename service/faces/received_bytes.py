"""Limits the bytes of requests that are being received or handled, together and for each client."""

from collections import Counter
from types import TracebackType
from typing import Self

from training.errors import TooManyCalls
from training.limits import Limits

#: Shorter requests do not count: the limits of calls bound their number.
SMALL_BYTES = 64 * 2**10


class ReceivedBytes:
    """The bytes of all requests of a server; one for all faces, used in its event loop only."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._all = 0
        self._clients: Counter[str] = Counter()

    def hold(self, client: str) -> "HeldBytes":
        """Return the bytes of one request, none so far, which end with the block of a `with`."""
        return HeldBytes(self, client)

    @property
    def total(self) -> int:
        """The bytes of all requests."""
        return self._all

    def add(self, client: str, size: int) -> None:
        """Count bytes of a client. Raises TooManyCalls."""
        own = self._clients[client] + size
        if own > self._limits.received_bytes_of_client:
            raise _exceeded("this client", "received_bytes_of_client", self._limits)
        if self._all + size > self._limits.received_bytes:
            raise _exceeded("all clients", "received_bytes", self._limits)
        self._clients[client] = own
        self._all += size

    def remove(self, client: str, size: int) -> None:
        """Forget bytes of a client."""
        self._all -= size
        self._clients[client] -= size
        if not self._clients[client]:
            del self._clients[client]


class HeldBytes:
    """The bytes of one request."""

    __slots__ = ("_client", "_received", "_size")

    def __init__(self, received: ReceivedBytes, client: str) -> None:
        self._received = received
        self._client = client
        self._size = 0

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
        self.set(0)


def _exceeded(whose: str, limit: str, limits: Limits) -> TooManyCalls:
    most = getattr(limits, limit)
    return TooManyCalls(
        f"the requests of {whose} that are being received or handled would exceed the limit of"
        f" {most:,} bytes: wait for some of them, or send less at the same time",
        limit=limit,
        value=most,
    )
