"""One call from its admission to its end."""

import asyncio
from collections.abc import Callable, Hashable
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any, ParamSpec, Self, TypeVar

from service.admission.call_kinds import CallKind
from service.admission.call_lines import CallLines
from service.admission.call_pool import CallPool
from service.threads import Awaited
from training.cancellation import Cancellation, cancelled_by
from training.error_kinds import ClearpropError
from training.errors import CallCancelled
from training.writes import Writes

T = TypeVar("T")
P = ParamSpec("P")

_CURRENT: "ContextVar[Call]" = ContextVar("call")


class Call:
    """An admitted call, which uses the threads of a pool. A context: leaving it ends the call.

    It is cancelled when its task is, or with `cancel`. Then its work leaves the queue, or stops
    where it next checks whether it is cancelled; the caller does not wait for that.
    """

    def __init__(
        self, client: str, kind: CallKind, pool: CallPool, ended: "Callable[[Call], None]"
    ) -> None:
        self.client = client
        self.kind = kind
        self._pool = pool
        self._ended = ended
        self._cancellation = Cancellation()
        self._job: Awaited[Any] | None = None
        self._is_admitted = False
        self._has_ended = False
        _CURRENT.set(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a thread; `check_cancelled` raises in it when the call is cancelled.

        Raises TooManyCalls if too many calls wait; a call that has begun to work is never refused.
        """
        self._cancellation.check()
        work = partial(copy_context().run, self._work, partial(function, *args, **kwargs))
        job = self._pool.begin(self.client, work, is_bounded=not self._is_admitted)
        return await self._result(job)

    async def write_in_line(self, lines: CallLines, key: Hashable, writes: Writes[T]) -> T:
        """Do writes in a thread, after those of earlier calls with the same key.

        Raises TooManyCalls if too many calls wait; a call that has begun to work is never refused.
        """
        self._cancellation.check()
        job = lines.join(key, self.client, writes, is_bounded=not self._is_admitted)
        return await self._result(job)

    async def _result(self, job: Awaited[T]) -> T:
        self._is_admitted = True
        self._job = job
        try:
            return await job.future
        except asyncio.CancelledError:
            self.cancel(CallCancelled("the client has cancelled the call"))
            raise
        finally:
            self._job = None

    def cancel(self, error: ClearpropError) -> None:
        """End the work of the call with an error. In the event loop."""
        self._cancellation.cancel(error)
        if self._job is not None:
            self._pool.forget(self.client, self._job)
            self._job.fail(error)

    def end(self) -> None:
        """End the call, so that it does not count any more."""
        if not self._has_ended:
            self._has_ended = True
            self._ended(self)

    def _work(self, work: Callable[[], T]) -> T:
        """Do work in a thread of the pool, in time slices."""
        with (
            self._pool.slices.sliced(self.client) as self._cancellation.pause,
            cancelled_by(self._cancellation),
        ):
            self._cancellation.check()  # it may have waited for its first slice
            return work()


async def run_in_call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function in a thread of the current call, as `Call.run` does."""
    return await _CURRENT.get().run(function, *args, **kwargs)


async def write_in_line(lines: CallLines, key: Hashable, writes: Writes[T]) -> T:
    """Do writes of the current call in a thread, as `Call.write_in_line` does."""
    return await _CURRENT.get().write_in_line(lines, key, writes)
