"""How many runs a worker claims at once, so that runs are spread over workers and none is idle."""

from typing import Final

#: How often a worker looks for runs that wait, in seconds; it is also woken by commits, which may
#: be lost.
POLL_SECONDS: Final = 0.5

#: All workers together look so often in a second, but each at least every five seconds: a thousand
#: that look twice per second would keep a processor of the database busy. Nothing waits longer for
#: it, because others look meanwhile.
_LOOKS_PER_SECOND: Final = 200.0
_LONGEST_SECONDS: Final = 5.0

#: The maximum number of runs for each thread: so many share it. Others wait for another worker.
_RUNS_PER_THREAD: Final = 4


class ClaimLimit:
    """One run for each free thread, and more in two cases, up to a maximum.

    If runs still wait after half a second, other workers have no free threads either. And if
    threads are free again within half a second, runs are so short that claiming each of them alone
    would leave threads idle. Times are in monotonic seconds.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._most = threads * _RUNS_PER_THREAD
        self._ahead = 0
        self._filled_at = self._looked_at = float("-inf")
        #: How long to look for no more runs, unless some are told of.
        self.pause_seconds = POLL_SECONDS

    def next(self, executed: int, now: float) -> int:
        """Return how many runs to claim now; 0 for none."""
        free = self._threads - executed
        if free > 0:
            is_soon = now - self._filled_at < POLL_SECONDS
            self._ahead = min(2 * self._ahead + 1, self._most - self._threads) if is_soon else 0
            return free + self._ahead
        if not self.is_due(now):
            return 0
        return min(self._threads, self._most - executed)

    def is_due(self, now: float) -> bool:
        """Return whether to look for runs although nobody has told that some wait."""
        return now - self._looked_at >= self.pause_seconds

    def has_free_thread(self, executed: int) -> bool:
        """Return whether a worker with so many runs has a thread without one."""
        return executed < self._threads

    def is_full(self, executed: int) -> bool:
        """Return whether a worker with so many runs claims no more."""
        return executed >= self._most

    def claimed(self, count: int, limit: int, now: float, workers: int) -> None:
        """Note that so many of the runs up to a limit were there, and how many workers live."""
        self._looked_at = now
        self.pause_seconds = pause_among(workers)
        if count == limit:
            self._filled_at = now
        else:  # a thread that is free now has not become free again
            self._ahead, self._filled_at = 0, float("-inf")


def pause_among(workers: int) -> float:
    """Return how long one of so many workers looks for no more runs, unless it is woken."""
    return max(POLL_SECONDS, min(workers / _LOOKS_PER_SECOND, _LONGEST_SECONDS))
