"""Threads of idle processors, which help to compute the updates of large networks."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock

from training.numerics.helpers import NO_HELPERS, Helpers


class HelperThreads:
    """The threads that compute beside those of runs; see HelperPool.

    Runs and their helpers together are at most `processors` threads, and at most `threads_per_run`
    of them compute one run; 0 means any number. `runs` returns how many runs are executed now: they
    share the processors.
    """

    def __init__(self, processors: int, threads_per_run: int, runs: Callable[[], int]) -> None:
        self._processors = processors
        self._most = (threads_per_run or processors) - 1
        self._runs = runs
        self._idle = max(processors - 1, 0)
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(max(self._idle, 1), "helper")

    @contextmanager
    def lend(self, most: int) -> Iterator[Helpers]:
        """Lend up to so many threads, as many as this run's share of the processors allows."""
        share = self._processors // max(self._runs(), 1) - 1
        with self._lock:
            # A team needs all of its threads at once: what is lent is free, and nobody waits.
            count = max(min(most, self._most, share, self._idle), 0)
            self._idle -= count
        try:
            yield Helpers(count, self._threads.submit) if count else NO_HELPERS
        finally:
            with self._lock:
                self._idle += count
