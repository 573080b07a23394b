"""Threads for calls, shared fairly between clients."""

from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from service.admission.fair_queue import FairQueue
from service.admission.time_slices import TimeSlices
from service.threads import Job, have_ended, start_threads

T = TypeVar("T")


class CallPool:
    """Does the work of calls in threads. The event loop adds work, and removes it from the queue.

    Calls work in `slices`, which may be fewer at the same time than threads. The threads end with
    the program, even while they work.
    """

    def __init__(
        self, queue: FairQueue[Job[Any]], threads: int, name: str, slices: TimeSlices
    ) -> None:
        self.slices = slices
        self._queue = queue
        # One token for each item of the queue: a thread waits without a lock. After its work, a
        # thread takes what it can, because its client may now have work taken again.
        self._tokens: SimpleQueue[bool] = SimpleQueue()
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
        self._queue.put(client, job, is_bounded=is_bounded)
        self._tokens.put(item=True)
        return job

    def forget(self, client: str, job: Job[Any]) -> None:
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
        for _ in self._threads:
            self._tokens.put(item=False)
        return have_ended(self._threads)

    def _work(self) -> None:
        while self._tokens.get():
            while (taken := self._queue.take()) is not None:
                client, job = taken
                try:
                    job.do()
                finally:
                    self._queue.done(client)
                del job, taken  # otherwise a waiting thread keeps its last work and the result
