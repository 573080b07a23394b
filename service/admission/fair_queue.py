"""A queue that is fair between clients and bounded for each of them."""

from threading import Lock
from typing import Generic, TypeVar

from service.round_robin import RoundRobin
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
        self._items: RoundRobin[T] = RoundRobin()
        self._taken: dict[str, int] = {}  # of each client, none of others

    def __len__(self) -> int:
        return len(self._items)

    def put(self, client: str, item: T, *, is_bounded: bool = True) -> None:
        """Add an item at the end of its client's queue.

        Raises TooManyCalls if `is_bounded` and a limit is reached.
        """
        with self._lock:
            if is_bounded:
                self._check(self._items.count(client))
            self._items.put(client, item)

    def take(self) -> tuple[str, T] | None:
        """Return the next item and its client; None if there is none that may be taken."""
        with self._lock:
            taken = self._items.take(self._may_take)
            if taken is not None:
                self._taken[taken[0]] = self._taken.get(taken[0], 0) + 1
            return taken

    def done(self, client: str) -> None:
        """Note that an item that was taken has been dealt with."""
        with self._lock:
            taken = self._taken.pop(client)
            if taken > 1:
                self._taken[client] = taken - 1

    def remove(self, client: str, item: T) -> bool:
        """Remove an item if it still waits; return whether it did."""
        with self._lock:
            return self._items.remove(client, item)

    def _may_take(self, client: str) -> bool:
        return self._taken.get(client, 0) < self._taken_of_client

    def _check(self, of_client: int) -> None:
        for limit, most, count, whose in (
            ("waiting_calls_of_client", self._waiting_of_client, of_client, "calls of this client"),
            ("waiting_calls", self._waiting, len(self._items), "calls"),
        ):
            if count >= most:
                raise TooManyCalls(
                    f"{count} {whose} wait already, and the limit is {most}: retry in"
                    f" {TooManyCalls.retry_after:g} s, with fewer calls at the same time",
                    limit=limit,
                    value=most,
                )
