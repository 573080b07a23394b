"""When a call is repeated, and how long to wait before."""

import random
import time

from clearprop.errors import ClearpropError

#: For how many seconds a call is repeated while the server is unavailable: longer than a restart.
DEFAULT_PATIENCE = 30.0

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 5.0


class Backoff:
    """The delays between repetitions of one call, growing until the patience is used up.

    `patience` is in seconds, counted from the first error; 0 means that nothing is repeated.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self.reset()

    def reset(self) -> None:
        """Forget the errors so far: the call got on."""
        self._give_up: float | None = None
        self._next_delay = _FIRST_DELAY

    def delay(self, error: ClearpropError) -> float:
        """Return the seconds to wait before the next repetition, no less than the service asks.

        Raises the error itself when repeating cannot help or the patience is used up.
        """
        now = time.monotonic()
        if self._give_up is None:
            self._give_up = now + self._patience
        # The jitter keeps many clients of one restarted server from coming back in step.
        jitter = random.uniform(0.5, 1.0)  # noqa: S311 - it keeps no secret
        delay = max(self._next_delay * jitter, error.retry_after or 0.0)
        if not error.is_transient or now + delay > self._give_up:
            raise error
        self._next_delay = min(2 * self._next_delay, _LONGEST_DELAY)
        return delay
