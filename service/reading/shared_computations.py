"""Values that threads need at the same time, and that one of them computes."""

from collections.abc import Callable, Hashable
from concurrent.futures import CancelledError, Future
from threading import Lock
from typing import Final, Generic, TypeVar

from training.cancellation import check_cancelled

V = TypeVar("V")

#: How often a waiting thread checks whether it is cancelled, in seconds.
_CHECK_SECONDS: Final = 0.02


class SharedComputations(Generic[V]):
    """Computes each value once for all threads that ask for it meanwhile. Thread-safe.

    Nothing is cached: who asks after the value has been computed computes it again.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._computed: dict[Hashable, Future[V]] = {}

    def compute(self, key: Hashable, make: Callable[[], V]) -> V:
        """Return what `make` returns, in this thread or in another one with an equal key.

        If the other one fails, this one computes the value itself: only it may be cancelled. Raises
        what `make` raises, and the error of the current computation if it is cancelled.
        """
        while True:
            with self._lock:
                other = self._computed.get(key)
                if other is None:
                    mine = self._computed[key] = Future()
                    break
            try:
                return _result(other)
            except CancelledError:
                continue
        try:
            value = make()
        except BaseException:
            self._end(key)
            mine.cancel()
            raise
        self._end(key)
        mine.set_result(value)
        return value

    def _end(self, key: Hashable) -> None:
        with self._lock:
            del self._computed[key]


def _result(future: Future[V]) -> V:
    while True:
        try:
            return future.result(_CHECK_SECONDS)
        except TimeoutError:
            check_cancelled()
