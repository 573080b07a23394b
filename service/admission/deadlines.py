"""Deadlines of many items that all have the same time."""

import asyncio
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Deadlines(Generic[T]):
    """Calls `expire` with each item that is still there `seconds` after it was added.

    Items expire in the order in which they were added: so one timer is enough for all, and most
    items come and go without setting it. For one event loop.
    """

    def __init__(self, seconds: float, expire: Callable[[T], None]) -> None:
        self._seconds = seconds
        self._expire = expire
        self._ends: dict[T, float] = {}
        self._is_set = False

    def add(self, item: T) -> None:
        """Begin the time of an item."""
        loop = asyncio.get_running_loop()
        self._ends[item] = loop.time() + self._seconds
        if not self._is_set:
            self._set(loop)

    def remove(self, item: T) -> None:
        """Forget an item, if it is there."""
        self._ends.pop(item, None)

    def _set(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_set = True
        loop.call_at(next(iter(self._ends.values())), self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_set = False
        now = loop.time()
        while self._ends and next(iter(self._ends.values())) <= now:
            item = next(iter(self._ends))
            self.remove(item)
            self._expire(item)
        if self._ends and not self._is_set:
            self._set(loop)
