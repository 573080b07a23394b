"""How many calls a client makes per second."""

from collections.abc import Callable

from cachetools import LRUCache

from training.errors import TooManyCalls

#: The clients of which the rate is known; of others, nothing was heard for longer.
_CLIENTS = 10_000


class Rates:
    """Allows each client `per_second` calls per second on average, and as many at once.

    0: any number. `clock` returns seconds.
    """

    def __init__(self, per_second: int, clock: Callable[[], float]) -> None:
        self._per_second = per_second
        self._clock = clock
        # When the calls that a client has made would all be paid off.
        self._free_at: LRUCache[str, float] = LRUCache(_CLIENTS)

    def count(self, client: str) -> None:
        """Count a call of a client. Raises TooManyCalls."""
        if not self._per_second:
            return
        now = self._clock()
        free_at = max(now, self._free_at.get(client, now)) + 1 / self._per_second
        if free_at > now + 1:
            raise TooManyCalls(
                f"this client makes more than {self._per_second} calls per second, the limit:"
                f" retry in {TooManyCalls.retry_after:g} s, and make fewer calls",
                limit="calls_per_second_of_client",
                value=self._per_second,
            )
        self._free_at[client] = free_at
