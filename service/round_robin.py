"""Items that wait, in an order that is fair between clients."""

from collections import OrderedDict
from collections.abc import Callable
from itertools import islice
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

    def take_all(self, fits: Callable[[T], bool], least: int, most: int) -> list[T]:
        """Remove and return up to `most` items that fit, those of the next clients first.

        None are removed if there are fewer than `least`.
        """
        fitting = (
            (client, item) for client, items in self._items.items() for item in items if fits(item)
        )
        found = list(islice(fitting, most))
        if len(found) < least:
            return []
        for client, item in found:
            self.remove(client, item)
        return [item for _, item in found]

    def count_fitting(self, fits: Callable[[T], bool], most: int) -> int:
        """Return how many items fit, but no more than `most`."""
        fitting = (item for items in self._items.values() for item in items if fits(item))
        return sum(1 for _ in islice(fitting, most))

    def are_others(self, client: str) -> bool:
        """Return whether items of other clients wait."""
        return self._count > self.count(client)

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
