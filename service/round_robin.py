"""Items that wait, in an order that is fair between clients."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class RoundRobin(Generic[T]):
    """Items of clients: each client in turn, first in first out within a client. Not thread-safe.

    A client with many items thus waits as long for its next one as a client with a single item.
    """

    def __init__(self) -> None:
        # The client whose turn is next is the first.
        self._items: OrderedDict[str, OrderedDict[T, None]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def count(self, client: str) -> int:
        """Return the number of items of a client."""
        items = self._items.get(client)
        return 0 if items is None else len(items)

    def put(self, client: str, item: T) -> None:
        """Add an item at the end of its client's queue."""
        self._items.setdefault(client, OrderedDict())[item] = None
        self._count += 1

    def take(self, is_allowed: Callable[[str], bool] = lambda _: True) -> tuple[str, T] | None:
        """Remove and return the next item, with its client; None if there is none.

        Only items of clients that are allowed are taken.
        """
        for client, items in self._items.items():
            if is_allowed(client):
                item, _ = items.popitem(last=False)
                self._count -= 1
                if items:
                    self._items.move_to_end(client)
                else:
                    del self._items[client]
                return client, item
        return None

    def remove(self, client: str, item: T) -> bool:
        """Remove an item if it waits; return whether it did."""
        items = self._items.get(client)
        if items is None or item not in items:
            return False
        del items[item]
        self._count -= 1
        if not items:
            del self._items[client]
        return True
