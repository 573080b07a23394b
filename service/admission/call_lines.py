"""Calls about the same thing, in the order in which they came."""

import asyncio
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from contextvars import copy_context
from time import monotonic
from typing import Any, Final, TypeVar

from service.admission.call_pool import CallPool
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

    The calls that wait meanwhile are computed one after the other and committed together. For one
    event loop.
    """

    def __init__(self, pool: CallPool, commit: Commit) -> None:
        self._pool = pool
        self._commit = commit
        self._lines: dict[Hashable, deque[_InLine[Any]]] = {}

    def join(
        self, key: Hashable, client: str, writes: Writes[T], *, is_bounded: bool = True
    ) -> Awaited[T]:
        """Add a call of a client to the line of a key; return the result that it will have.

        Raises TooManyCalls if `is_bounded` and too many calls wait.
        """
        call = _InLine(client, writes)
        line = self._lines.get(key)
        if line is not None:
            line.append(call)
            return call
        line = deque([call])
        self._serve(key, line, is_bounded=is_bounded)
        self._lines[key] = line
        return call

    def _serve(self, key: Hashable, line: "deque[_InLine[Any]]", *, is_bounded: bool) -> None:
        work = _Serving(line, self._commit, lambda: self._served(key, line))
        self._pool.add(line[0].client, work, is_bounded=is_bounded)

    def _served(self, key: Hashable, line: "deque[_InLine[Any]]") -> None:
        if line:
            self._serve(key, line, is_bounded=False)
        else:
            del self._lines[key]


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


class _Serving:
    """Serves the calls at the beginning of a line in a thread, and tells the event loop."""

    def __init__(
        self, line: "deque[_InLine[Any]]", commit: Commit, served: Callable[[], None]
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._line = line
        self._commit = commit
        self._served = served
        self._taken: list[_InLine[Any]] = []

    def do(self) -> None:
        """Serve the calls."""
        try:
            latest = monotonic() + _SECONDS
            while self._line and len(self._taken) < _TOGETHER:
                call = self._line.popleft()
                if not call.future.done():  # else nobody waits for it any more
                    self._taken.append(call)
                    call.writes.begin()
                if monotonic() > latest:
                    break
            self._commit([call.writes for call in self._taken])
        except Exception as error:  # noqa: BLE001 (an internal error of each call)
            for call in self._taken:
                call.writes.fail(error)
        with suppress(RuntimeError):  # the event loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        for call in self._taken:
            call.end()
        self._served()
