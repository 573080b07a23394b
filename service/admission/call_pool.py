"""Threads for calls, shared fairly between clients."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from service.admission.fair_queue import FairQueue
from service.admission.time_slices import TimeSlices
from service.threads import Bell, Job, have_ended, start_threads

T = TypeVar("T")


class Doable(Protocol):
    """Work for a thread."""

    def do(self) -> None:
        """Do the work. Raises nothing."""


class CallPool:
    """Does the work of calls in threads. The event loop adds work, and removes it from the queue.

    Calls work in `slices`, which may be fewer at the same time than threads. The threads end with
    the program, even while they work.
    """

    def __init__(self, queue: FairQueue[Any], threads: int, name: str, slices: TimeSlices) -> None:
        self.slices = slices
        self._queue = queue
        # A bell for each thread that waits, and the number of items so far: a thread that was about
        # to wait when one was added finds that it has changed. A `SimpleQueue` for all of them
        # wakes two threads for an item, and the second one takes the interpreter lock for nothing.
        self._idle: list[Bell] = []
        self._added = 0
        self._is_stopping = False
        self._threads = start_threads(threads, name, self._work)

    @property
    def waiting(self) -> int:
        """The number of calls that wait for a thread."""
        return len(self._queue)

    def begin(self, client: str, work: Callable[[], T], *, is_bounded: bool = True) -> Job[T]:
        """Add work of a client to the queue.

        Raises TooManyCalls if `is_bounded` and too many calls wait.
        """
        job = Job(work)
        self.add(client, job, is_bounded=is_bounded)
        return job

    def add(self, client: str, work: Doable, *, is_bounded: bool = True) -> None:
        """Add work of a client to the queue that tells itself when it is done.

        Raises TooManyCalls if `is_bounded` and too many calls wait.
        """
        self._queue.put(client, work, is_bounded=is_bounded)
        self._added += 1
        self._wake()

    def forget(self, client: str, job: object) -> None:
        """Remove work from the queue if it still waits there."""
        self._queue.remove(client, job)

    async def run(self, client: str, work: Callable[[], T], *, is_bounded: bool = True) -> T:
        """Do work in a thread and return its result; leave the queue if the task is cancelled.

        Raises TooManyCalls if `is_bounded` and too many calls wait.
        """
        job = self.begin(client, work, is_bounded=is_bounded)
        try:
            return await job.future
        finally:
            if job.future.cancelled():
                self.forget(client, job)

    def stop(self) -> bool:
        """End each thread after its current work; return whether all ended at once."""
        self._is_stopping = True
        self._added += 1
        while self._wake():
            pass
        return have_ended(self._threads)

    def _wake(self) -> bool:
        """Wake the thread that has waited for the shortest time; return whether there was one."""
        try:
            self._idle.pop().ring()
        except IndexError:
            return False
        return True

    def _work(self) -> None:
        bell = Bell()
        while True:
            added = self._added
            if self._is_stopping:
                bell.close()
                return
            # Before it waits, a thread takes what it can: its client may now have work taken again.
            taken = self._queue.take()
            if taken is None:
                self._idle.append(bell)
                if self._added != added:
                    self._wake()
                bell.wait()
                continue
            client, job = taken
            try:
                job.do()
            finally:
                self._queue.done(client)
            del job, taken  # otherwise a waiting thread keeps its last work and the result
