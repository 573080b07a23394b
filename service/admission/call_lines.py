"""Calls about the same thing, in the order in which they came."""

import asyncio
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from contextvars import copy_context
from time import monotonic
from typing import Any, Final, TypeVar

from service.admission.call_pool import CallPool
from service.admission.fair_queue import FairQueue
from service.execution.committing import WritesInRow
from service.threads import Awaited
from training.writes import Writes

T = TypeVar("T")

#: The number of calls that share their commits, and the time in which they are computed before, in
#: seconds: more would delay the first one.
_TOGETHER: Final = 32
_SECONDS: Final = 0.01

#: Does the writes of calls that have begun.
Commit = Callable[[Sequence[WritesInRow[Any]]], None]


class CallLines:
    """Lines of calls, each of which is served by one thread of a pool at a time.

    The calls that wait meanwhile are computed one after the other and committed together: each
    client's in turn. `new_line` returns an empty line, with its limits. For one event loop.
    """

    def __init__(
        self, pool: CallPool, commit: Commit, new_line: Callable[[], FairQueue[Any]]
    ) -> None:
        self._pool = pool
        self._commit = commit
        self._new_line = new_line
        self._lines: dict[Hashable, _Line] = {}
        self._empty: list[_Line] = []  # lines of no key now, which are as good as new ones

    def join(
        self, key: Hashable, client: str, writes: Writes[T], *, is_bounded: bool = True
    ) -> Awaited[T]:
        """Add a call of a client to the line of a key; return the result that it will have.

        Raises TooManyCalls if `is_bounded` and too many calls wait.
        """
        call = _InLine(client, writes)
        line = self._lines.get(key)
        if line is None:
            line = self._empty.pop() if self._empty else self._new_line()
            self._serve(key, line, call, is_bounded=is_bounded)
            self._lines[key] = line
        else:
            line.put(client, call, is_bounded=is_bounded)
        return call

    def _serve(
        self, key: Hashable, line: "_Line", first: "_InLine[Any]", *, is_bounded: bool
    ) -> None:
        work = _Serving(first, line, self._commit, lambda: self._served(key, line))
        self._pool.add(first.client, work, is_bounded=is_bounded)

    def _served(self, key: Hashable, line: "_Line") -> None:
        following = _next(line)
        if following is None:
            del self._lines[key]
            self._empty.append(line)
        else:
            self._serve(key, line, following, is_bounded=False)


class _InLine(Awaited[T]):
    """A call of a client that waits in a line."""

    def __init__(self, client: str, writes: Writes[T]) -> None:
        super().__init__()
        self.client = client
        self.writes = WritesInRow(writes, copy_context())

    def end(self) -> None:
        """Set the result or the error, in the event loop."""
        if not self.future.done():
            try:
                self.future.set_result(self.writes.result())
            except BaseException as error:  # noqa: BLE001 (raised where the future is awaited)
                self.future.set_exception(error)


_Line = FairQueue[_InLine[Any]]


def _next(line: _Line) -> _InLine[Any] | None:
    """Remove and return the next call of a line; None if there is none."""
    taken = line.take()
    if taken is None:
        return None
    client, call = taken
    line.done(client)
    return call


class _Serving:
    """Serves the next calls of a line in a thread, and tells the event loop."""

    def __init__(
        self, first: _InLine[Any], line: _Line, commit: Commit, served: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._first = first
        self._line = line
        self._commit = commit
        self._served = served
        self._taken: list[_InLine[Any]] = []

    def do(self) -> None:
        """Serve the calls."""
        try:
            self._begin()
            self._commit([call.writes for call in self._taken])
        except Exception as error:  # noqa: BLE001 (an internal error of each call)
            for call in self._taken:
                call.writes.fail(error)
        with suppress(RuntimeError):  # the event loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._end)

    def _begin(self) -> None:
        latest = monotonic() + _SECONDS
        call: _InLine[Any] | None = self._first
        while call is not None:
            if not call.future.done():  # else nobody waits for it any more
                self._taken.append(call)
                call.writes.begin()
            if len(self._taken) == _TOGETHER or monotonic() > latest:
                break
            call = _next(self._line)

    def _end(self) -> None:
        for call in self._taken:
            call.end()
        self._served()
