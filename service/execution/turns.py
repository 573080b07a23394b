"""The turns of runs: fair between clients, and between the runs of each client."""

from collections.abc import Callable
from threading import Condition
from typing import Generic, TypeVar

from service.round_robin import RoundRobin

T = TypeVar("T")


class Turns(Generic[T]):
    """Items that wait for their turn: each client in turn, first in first out within a client.

    A client with many runs thus gets as many time slices as one with a single run.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        self._waiting: RoundRobin[T] = RoundRobin()
        self._closed = False

    def put(self, client: str, item: T) -> None:
        """Add an item at the end of its client's queue."""
        with self._changed:
            self._waiting.put(client, item)
            self._changed.notify()

    def take(self) -> T | None:
        """Wait for an item and return it; None when the turns are closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            taken = None if self._closed else self._waiting.take()
            return None if taken is None else taken[1]

    def take_all(self, fits: Callable[[T], bool], least: int, most: int) -> list[T]:
        """Return up to `most` items that fit, those whose turn is next; none if not `least`."""
        with self._changed:
            return self._waiting.take_all(fits, least, most)

    def count_fitting(self, fits: Callable[[T], bool], most: int) -> int:
        """Return how many items fit, but no more than `most`."""
        with self._changed:
            return self._waiting.count_fitting(fits, most)

    def are_others(self, client: str) -> bool:
        """Return whether items of other clients wait."""
        with self._changed:
            return self._waiting.are_others(client)

    def close(self) -> None:
        """Have all threads that wait, and those that come, get None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
