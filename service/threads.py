"""Threads for blocking work, which do not keep the program from ending."""

import asyncio
import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Thread
from time import monotonic
from typing import Any, Generic, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")


#: How long a thread that has nothing to do may take to end, in seconds.
_MOMENT_SECONDS = 0.2


class Bell:
    """Wakes the one thread that waits for it.

    Ringing releases the interpreter lock, which the woken thread needs. With a `threading.Lock`,
    that thread would wake only to wait again until the other one waits, too.
    """

    __slots__ = ("_heard", "_rung")

    def __init__(self) -> None:
        self._heard, self._rung = os.pipe()

    def ring(self) -> None:
        """Wake the thread, or let it not wait the next time."""
        os.write(self._rung, b"\0")

    def wait(self) -> None:
        """Wait until it is rung; each time counts once."""
        os.read(self._heard, 1)

    def close(self) -> None:
        """Free what the system keeps for it; nobody may ring or wait any more."""
        os.close(self._rung)
        os.close(self._heard)


class Awaited(Generic[T]):
    """A result from a thread, and the future of the event loop that receives it."""

    __slots__ = ("_loop", "future")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.future: asyncio.Future[T] = self._loop.create_future()

    def fail(self, error: Exception) -> None:
        """End the future with an error, in the event loop; the work itself may go on."""
        if not self.future.done():
            self.future.set_exception(error)


class Job(Awaited[T]):
    """Work for a thread."""

    __slots__ = ("_work",)

    def __init__(self, work: Callable[[], T]) -> None:
        super().__init__()
        self._work = work

    def do(self) -> None:
        """Do the work in this thread, unless nobody waits for it any more."""
        if self.future.done():
            return
        try:
            result = self._work()
        except BaseException as error:  # noqa: BLE001 (raised where the future is awaited)
            self._settle(partial(self.future.set_exception, error))
        else:
            self._settle(partial(self.future.set_result, result))

    def _settle(self, end: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # the event loop is closed: nobody waits
            self._loop.call_soon_threadsafe(self._end, end)

    def _end(self, end: Callable[[], None]) -> None:
        if not self.future.done():
            end()


class Threads:
    """Does work of the server itself in the order in which it comes, never refusing any."""

    def __init__(self, count: int, name: str) -> None:
        self._jobs: SimpleQueue[Job[Any] | None] = SimpleQueue()
        self._threads = start_threads(count, name, self._work)

    def begin(
        self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> "asyncio.Future[T]":
        """Call a function in a thread; return the future of its result."""
        job = Job(partial(function, *args, **kwargs))
        self._jobs.put(job)
        return job.future

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a function in a thread and wait for its result."""
        return await self.begin(function, *args, **kwargs)

    def stop(self) -> bool:
        """End each thread after its current work; return whether all ended at once."""
        for _ in self._threads:
            self._jobs.put(None)
        return have_ended(self._threads)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.do()
            del job  # otherwise a waiting thread keeps its last work and the result


def start_threads(count: int, name: str, work: Callable[[], None]) -> list[Thread]:
    """Start threads that end with the program, even while they work."""
    threads = [Thread(target=work, name=f"{name}-{index}", daemon=True) for index in range(count)]
    for thread in threads:
        thread.start()
    return threads


def have_ended(threads: Iterable[Thread]) -> bool:
    """Return whether threads that have nothing more to do have ended; wait a moment for them."""
    last = monotonic() + _MOMENT_SECONDS
    for thread in threads:
        thread.join(max(0.0, last - monotonic()))
    return not any(thread.is_alive() for thread in threads)
