"""Stops a computation that nobody waits for any more, and lets others compute in between."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

from training.error_kinds import ClearpropError

T = TypeVar("T")


class Cancellation:
    """Set by the caller of a computation, in any thread; the computation checks it regularly.

    `pause` is called at each check. It may return later, so that others compute in between.
    """

    __slots__ = ("_error", "pause")

    def __init__(self, pause: Callable[[], None] = lambda: None) -> None:
        self._error: ClearpropError | None = None
        self.pause = pause

    def cancel(self, error: ClearpropError) -> None:
        """Have the computation end with an error. The first error counts."""
        self._error = self._error or error

    def check(self) -> None:
        """Raise the error if the computation is cancelled."""
        if self._error is None:
            self.pause()
        if self._error is not None:
            raise self._error


_CURRENT: ContextVar[Cancellation | None] = ContextVar("cancellation", default=None)


@contextmanager
def cancelled_by(cancellation: Cancellation) -> Iterator[None]:
    """Let `check_cancelled` in the block check this cancellation."""
    token = _CURRENT.set(cancellation)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def check_cancelled() -> None:
    """Raise the error of the current computation if it is cancelled.

    Computations call it at least every 50 ms. Without a current cancellation it does nothing.
    """
    current = _CURRENT.get()
    if current is not None:
        current.check()


def cancellable(items: Iterable[T]) -> Iterator[T]:
    """Yield the items; raise the error of the current computation before one if it is cancelled."""
    for item in items:
        check_cancelled()
        yield item
