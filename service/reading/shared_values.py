"""Values that are computed once for many callers at about the same time."""

import asyncio
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar

from cachetools import LRUCache

from service.reading.cache_uses import CacheUses
from service.threads import Threads

#: The approximate overhead of a cached value in bytes: its key, and Python's objects.
_OVERHEAD = 2_000


class Sized(Protocol):
    """A value to share: `nbytes` is its size, 0 if it must not be cached."""

    @property
    def nbytes(self) -> int:
        """Its size in bytes."""


V = TypeVar("V", bound=Sized)


class SharedValues(Generic[V]):
    """Computes values, each once for all callers, and caches the latest ones.

    For one event loop. A value is determined by its key; the caller checks whether it is still
    valid. `nbytes` limits the size of the cache, including the overhead of Python's objects.
    """

    def __init__(self, nbytes: int, threads: Threads) -> None:
        self.uses = CacheUses()
        self._threads = threads
        self._kept: LRUCache[Hashable, V] = LRUCache(nbytes, lambda value: value.nbytes + _OVERHEAD)
        self._making: dict[Hashable, asyncio.Future[V]] = {}

    def kept(self, key: Hashable) -> V | None:
        """Return a cached value, None if there is none."""
        value = self._kept.get(key)
        self.uses.count(is_hit=value is not None)
        return value

    async def make(self, key: Hashable, since: int, make: Callable[[], V]) -> V:
        """Return the value that is being computed since `since`, or compute it.

        Raises what `make` raises.
        """
        # The cancellation of one caller must not affect the others.
        return await asyncio.shield(self._begun(key, since, make))

    def make_at_once(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return a cached value, or compute it here, if that is faster than in a thread."""
        value = self.kept(key)
        if value is None:
            value = make()
            self._keep(key, value)
        return value

    def begin(self, key: Hashable, since: int, make: Callable[[], V]) -> None:
        """Start computing a value in advance, unless it is cached or being computed."""
        if key not in self._kept:
            self._begun(key, since, make)

    def _begun(self, key: Hashable, since: int, make: Callable[[], V]) -> "asyncio.Future[V]":
        making = self._making.get((key, since))
        if making is None:
            making = self._threads.begin(make)
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
