"""A cache of some bytes, for several threads."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from cachetools import LRUCache

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class BoundedCache(Generic[K, V]):
    """Keeps the values that were used last, up to `nbytes` of them. Thread-safe.

    `size_of` says how many bytes a value takes; one that alone is more than fits is not kept.
    """

    def __init__(self, nbytes: int, size_of: Callable[[V], int]) -> None:
        self._lock = Lock()
        self._values: LRUCache[K, V] = LRUCache(nbytes, size_of)

    def get(self, key: K) -> V | None:
        """Return the value, None where it is not kept."""
        with self._lock:
            return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        """Keep a value."""
        with self._lock:
            if self._values.getsizeof(value) <= self._values.maxsize:
                self._values[key] = value
