"""Grants: proofs of who a caller is, which can end while calls are active."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TypeVar

from service.access.principal import Principal
from training.errors import Unauthenticated
from training.ports import Clock

T = TypeVar("T")

_ENDED = "the credentials have expired, or were revoked: use a valid token"


class Grant:
    """A verified proof, for one event loop. It ends at a time, or when it is revoked."""

    def __init__(self, principal: Principal, clock: Clock, ends: datetime | None = None) -> None:
        self.principal = principal
        self._clock = clock
        self._ends = ends
        self._is_revoked = False
        self._waiting: set[asyncio.Timeout] = set()

    @property
    def has_ended(self) -> bool:
        """Whether the proof is not valid any more."""
        return self._is_revoked or (self._ends is not None and self._clock.now() >= self._ends)

    def revoke(self) -> None:
        """End it now, and with it the streams that depend on it."""
        self._is_revoked = True
        now = asyncio.get_running_loop().time() if self._waiting else 0.0
        for timeout in self._waiting:
            if not timeout.expired():
                timeout.reschedule(now)

    def check(self) -> None:
        """Raise Unauthenticated if it has ended."""
        if self.has_ended:
            raise Unauthenticated(_ENDED)

    async def during(self, items: AsyncIterator[T]) -> AsyncGenerator[T, None]:
        """Yield items as long as it lasts. Raises Unauthenticated when it ends."""
        while True:
            async with self.limit():
                try:
                    item = await anext(items)
                except StopAsyncIteration:
                    return
            yield item

    @asynccontextmanager
    async def limit(self) -> AsyncGenerator[None, None]:
        """Interrupt what is awaited in a block when the grant ends. Raises Unauthenticated."""
        self.check()
        timeout = asyncio.timeout(self._seconds())
        try:
            async with timeout:
                self._waiting.add(timeout)
                try:
                    yield
                finally:
                    self._waiting.discard(timeout)
        except TimeoutError:
            if timeout.expired():
                raise Unauthenticated(_ENDED) from None
            raise

    def _seconds(self) -> float | None:
        if self._ends is None:
            return None
        return (self._ends - self._clock.now()).total_seconds()


#: The grant of the caller of the current call; None if the server requires no authentication.
GRANT: ContextVar[Grant | None] = ContextVar("grant", default=None)
