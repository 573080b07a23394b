"""Values that many ask for at the same time, or soon after one another, and that are made once."""

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


class SharedValues(Generic[V]):
    """Makes values, each once for all callers, and keeps the latest of them.

    For one event loop. A value follows from its key; whether it may still be used is checked by the
    caller. `nbytes` bounds what is kept, including the overhead of Python's objects.
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

    def make_at_once(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return the value that was kept, or make it here, where that takes less than a thread."""
        value = self._kept.get(key)
        if value is None:
            value = make()
            self._keep(key, value)
        return value

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
        self._keep(key, done.result())

    def _keep(self, key: Hashable, value: V) -> None:
        if 0 < value.nbytes <= self._kept.maxsize - _OVERHEAD:
            self._kept[key] = value
