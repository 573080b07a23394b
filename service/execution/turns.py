"""The turns of runs: fair between clients, and between the runs of each client."""

from collections import OrderedDict, deque
from threading import Condition
from typing import Generic, TypeVar

T = TypeVar("T")


class Turns(Generic[T]):
    """Items that wait for their turn: each client in turn, first in first out within a client.

    A client with many runs thus gets as many time slices as one with a single run.
    """

    def __init__(self) -> None:
        self._changed = Condition()
        # The client whose turn is next is the first.
        self._waiting: OrderedDict[str, deque[T]] = OrderedDict()
        self._closed = False

    def put(self, client: str, item: T) -> None:
        """Add an item at the end of its client's queue."""
        with self._changed:
            self._waiting.setdefault(client, deque()).append(item)
            self._changed.notify()

    def take(self) -> T | None:
        """Wait for an item and return it; None when the turns are closed."""
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            client, items = next(iter(self._waiting.items()))
            item = items.popleft()
            if items:
                self._waiting.move_to_end(client)
            else:
                del self._waiting[client]
            return item

    def close(self) -> None:
        """Have all threads that wait, and those that come, get None."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
