"""A thread-safe cache of a limited size."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

from service.reading.cache_uses import CacheUses

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Keeps the most recently used values, up to `nbytes` in total. Thread-safe.

    `size_of` returns the size of a value in bytes; a value larger than `nbytes` is not kept. `uses`
    counts how often it had a value.
    """

    def __init__(self, nbytes: int, size_of: Callable[[V], int]) -> None:
        self.uses = CacheUses()
        self._lock = Lock()
        self._values: LRUCache[K, V] = LRUCache(nbytes, size_of)

    def get(self, key: K) -> V | None:
        """Return the value, None if it is not in the cache."""
        with self._lock:
            value = self._values.get(key)
            self.uses.count(is_hit=value is not None)
        return value

    def put(self, key: K, value: V) -> None:
        """Add a value."""
        with self._lock:
            if self._values.getsizeof(value) <= self._values.maxsize:
                self._values[key] = value
