"""Carries out calls that write: one, or several in a row whose writes share their commits."""

from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

from training.ports import Store
from training.writes import Write, Writes

T = TypeVar("T")


def committed(store: Store, writes: Writes[T]) -> T:
    """Return the result of writes, each of which is durable before the next. Raises their error."""
    row = WritesInRow(writes)
    row.begin()
    commit_in_row(store, [row])
    return row.result()


class WritesInRow(Generic[T]):
    """Writes that are computed before those of earlier calls are durable.

    They run in the context of their call, the current one by default.
    """

    def __init__(self, writes: Writes[T], context: Context | None = None) -> None:
        self._writes = writes
        self._run: Callable[..., Any] = _run if context is None else context.run
        self._next: Write | None = None
        self._result: T
        self._error: BaseException | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be written."""
        return self._next is None

    def begin(self) -> None:
        """Compute the first write."""
        self._go_on(next, self._writes)

    def commit(self, store: Store) -> None:
        """Do the write, and compute the next one when it is durable."""
        assert self._next is not None
        self._end(lambda write: self._run(store.commit, write.work, write.uid))

    def queue(self, store: Store) -> "Callable[[], None]":
        """Queue the write; return what waits until it is durable, and computes the next one."""
        assert self._next is not None
        queued = self._run(store.write, self._next.work, self._next.uid)
        return lambda: self._end(lambda _: queued.result())

    def fail(self, error: Exception) -> None:
        """Set the error."""
        self._error = error

    def result(self) -> T:
        """Return the result. Raises the error."""
        if self._error is not None:
            raise self._error
        return self._result

    def _end(self, wait: Callable[[Write], Any]) -> None:
        assert self._next is not None
        try:
            result = wait(self._next)
        except Exception as error:  # noqa: BLE001 (raised where the write was yielded)
            self._go_on(self._writes.throw, error)
        else:
            self._go_on(self._writes.send, result)

    def _go_on(self, resume: Callable[..., Write], *arguments: object) -> None:
        self._next = None
        try:
            self._next = self._run(resume, *arguments)
        except StopIteration as end:
            self._result = end.value
        except BaseException as error:  # noqa: BLE001 (the result of the call)
            self._error = error


def commit_in_row(store: Store, calls: Sequence[WritesInRow[Any]]) -> None:
    """Do the writes of calls that have begun in this order, those of all in the same commits."""
    while waiting := [call for call in calls if not call.is_over]:
        if len(waiting) == 1:
            waiting[0].commit(store)  # in this thread, if nobody else writes
        else:
            for end in [call.queue(store) for call in waiting]:
                end()


def _run(function: Callable[..., T], *arguments: object) -> T:
    return function(*arguments)
