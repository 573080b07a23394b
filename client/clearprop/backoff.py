"""When to retry a call, and how long to wait before that."""

import random
import time

from clearprop.errors import ClearpropError

#: How many seconds a call is retried while the server is unavailable: longer than a restart.
DEFAULT_RETRY_TIMEOUT = 30.0

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 5.0


class Backoff:
    """The increasing delays between the retries of one call.

    `retry_timeout` is the time for retries in seconds, from the first error; 0 means no retries.
    """

    def __init__(self, retry_timeout: float) -> None:
        self._retry_timeout = retry_timeout
        self.reset()

    def reset(self) -> None:
        """Start again, after the call has made progress."""
        self._give_up: float | None = None
        self._next_delay = _FIRST_DELAY

    def delay(self, error: ClearpropError) -> float:
        """Return the seconds to wait before the next retry, at least what the service asks for.

        Raises the error itself if a retry cannot help or the time for retries is over.
        """
        now = time.monotonic()
        if self._give_up is None:
            self._give_up = now + self._retry_timeout
        # With jitter, the clients of a restarted server do not all return at the same time.
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - not a secret
        delay = max(self._next_delay * jitter, error.retry_after or 0.0)
        if not error.is_transient or now + delay > self._give_up:
            raise error
        self._next_delay = min(2 * self._next_delay, _LONGEST_DELAY)
        return delay
