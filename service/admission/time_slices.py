"""Time slices of computations: each client in turn, whoever came first."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Lock
from time import monotonic, sleep
from typing import Final

from service.round_robin import RoundRobin

#: How long a computation goes on while another client waits, in seconds.
SLICE_SECONDS: Final = 0.1

#: How long a computation that rests computes before it does, in seconds.
WORK_SECONDS: Final = 0.003


class TimeSlices:
    """Lets `at_once` of many computations compute, in time slices. Thread-safe.

    A computation that has begun keeps its thread and its memory while it waits for its next slice.
    If computations hold Python's interpreter lock, they should rest: each sleeps as long as it
    computes, because whoever else needs the lock would wait for it again and again. One that is
    over in `WORK_SECONDS` never does.
    """

    def __init__(self, at_once: int, *, rest: bool = False) -> None:
        self._free = at_once
        self._rest = rest
        self._lock = Lock()
        self._waiting: RoundRobin[Event] = RoundRobin()

    @contextmanager
    def sliced(self, client: str) -> Iterator[Callable[[], None]]:
        """Wait until a computation of a client may begin, which is the block.

        It must call the given function regularly, which waits for the next slice when the current
        one is over and other clients wait.
        """
        self._begin(client)
        began = worked_from = monotonic()

        def pause() -> None:
            nonlocal began, worked_from
            if self._rest and (worked := monotonic() - worked_from) >= WORK_SECONDS:
                sleep(worked)
                worked_from = monotonic()
            if self._waiting and monotonic() - began >= SLICE_SECONDS:
                self._pause(client)
                began = monotonic()

        try:
            yield pause
        finally:
            with self._lock:
                self._pass_on()

    def _begin(self, client: str) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = self._wait(client)
        turn.wait()

    def _pause(self, client: str) -> None:
        with self._lock:
            if self._waiting.count(client) == len(self._waiting):
                return  # no other client waits
            turn = self._wait(client)
            self._pass_on()
        turn.wait()

    def _wait(self, client: str) -> Event:
        turn = Event()
        self._waiting.put(client, turn)
        return turn

    def _pass_on(self) -> None:
        taken = self._waiting.take()
        if taken is None:
            self._free += 1
        else:
            taken[1].set()
