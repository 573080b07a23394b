"""A queue that is fair between clients and bounded for each of them."""

from collections import Counter, OrderedDict
from threading import Lock
from typing import Generic, TypeVar

from training.errors import TooManyCalls

T = TypeVar("T")


class FairQueue(Generic[T]):
    """Items of clients: each client in turn, first in first out within a client. Thread-safe.

    At most `waiting` items can wait, `waiting_of_client` of them of one client. At most
    `taken_of_client` items of one client are taken and not yet `done`.
    """

    def __init__(self, waiting: int, waiting_of_client: int, taken_of_client: int) -> None:
        self._waiting = waiting
        self._waiting_of_client = waiting_of_client
        self._taken_of_client = taken_of_client
        self._lock = Lock()
        self._count = 0
        # The client whose turn is next is the first.
        self._items: OrderedDict[str, OrderedDict[T, None]] = OrderedDict()
        self._taken: Counter[str] = Counter()

    def __len__(self) -> int:
        return self._count

    def put(self, client: str, item: T, *, is_bounded: bool = True) -> None:
        """Add an item at the end of its client's queue.

        Raises TooManyCalls if `is_bounded` and a limit is reached.
        """
        with self._lock:
            items = self._items.get(client)
            if is_bounded:
                self._check(0 if items is None else len(items))
            if items is None:
                items = self._items[client] = OrderedDict()
            items[item] = None
            self._count += 1

    def take(self) -> tuple[str, T] | None:
        """Return the next item and its client; None if there is none that may be taken."""
        with self._lock:
            for client, items in self._items.items():
                if self._taken[client] >= self._taken_of_client:
                    continue
                item, _ = items.popitem(last=False)
                self._count -= 1
                self._taken[client] += 1
                if items:
                    self._items.move_to_end(client)
                else:
                    del self._items[client]
                return client, item
        return None

    def done(self, client: str) -> None:
        """Note that an item that was taken has been dealt with."""
        with self._lock:
            self._taken[client] -= 1
            if not self._taken[client]:
                del self._taken[client]

    def remove(self, client: str, item: T) -> bool:
        """Remove an item if it still waits; return whether it did."""
        with self._lock:
            items = self._items.get(client)
            if items is None or item not in items:
                return False
            del items[item]
            self._count -= 1
            if not items:
                del self._items[client]
            return True

    def _check(self, of_client: int) -> None:
        for limit, most, count, whose in (
            ("waiting_calls_of_client", self._waiting_of_client, of_client, "calls of this client"),
            ("waiting_calls", self._waiting, self._count, "calls"),
        ):
            if count >= most:
                raise TooManyCalls(
                    f"{count} {whose} wait already, and the limit is {most}: retry in"
                    f" {TooManyCalls.retry_after:g} s, with fewer calls at the same time",
                    limit=limit,
                    value=most,
                )
