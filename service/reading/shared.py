"""What many ask for at the same time, or soon after one another, is made once."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from cachetools import LRUCache

#: What keeping a value takes beside it, in bytes, roughly: its key, and the objects around both.
_OVERHEAD = 2_000


class Sized(Protocol):
    """Something to be shared: `nbytes` is what it takes, 0 for what is not to be kept."""

    @property
    def nbytes(self) -> int:
        """How many bytes it takes."""


V = TypeVar("V", bound=Sized)


class Shared(Generic[V]):
    """Makes values in threads, each once for all who ask, and keeps the latest of them.

    For one event loop. A value is what follows from its key; whether it still may be used, who asks
    finds out. `nbytes` bounds what is kept, with what Python's objects take beside the values.
    """

    def __init__(self, nbytes: int) -> None:
        self._kept: LRUCache[Hashable, V] = LRUCache(nbytes, lambda value: value.nbytes + _OVERHEAD)
        self._making: dict[Hashable, asyncio.Future[V]] = {}

    def kept(self, key: Hashable) -> V | None:
        """Return a value that was kept, None where there is none."""
        return self._kept.get(key)

    async def make(self, key: Hashable, since: int, make: Callable[[], V]) -> V:
        """Return the value that is being made since `since`, or make it.

        Raises what `make` raises.
        """
        # Whoever waits may be cancelled: that must not take it from the others.
        return await asyncio.shield(self._begun(key, since, make))

    def begin(self, key: Hashable, since: int, make: Callable[[], V]) -> None:
        """Let a value be made that will be asked for, unless it is kept or under way."""
        if key not in self._kept:
            self._begun(key, since, make)

    def _begun(self, key: Hashable, since: int, make: Callable[[], V]) -> "asyncio.Future[V]":
        making = self._making.get((key, since))
        if making is None:
            making = asyncio.get_running_loop().run_in_executor(None, make)
            self._making[key, since] = making
            making.add_done_callback(lambda done: self._made(key, since, done))
        return making

    def _made(self, key: Hashable, since: int, done: "asyncio.Future[V]") -> None:
        del self._making[key, since]
        if done.cancelled() or done.exception() is not None:
            return
        value = done.result()
        if 0 < value.nbytes <= self._kept.maxsize - _OVERHEAD:
            self._kept[key] = value
