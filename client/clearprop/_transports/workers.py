"""Work on several items at once, in threads."""

import time
from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TypeVar, cast

#: How long to wait for the work that is under way when an exception ends the others.
_ENDING_SECONDS = 1.0

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def completed(
    work: Callable[[ItemT], ResultT], items: Iterable[ItemT], at_once: int
) -> Iterator[ResultT]:
    """Yield the result of each item as soon as it is there; up to `at_once` items are worked on.

    The first exception is raised, and no other item is begun; short work that is under way ends
    before. The threads do not keep the process alive: a Ctrl-C ends a program at once.
    """
    waiting = list(items)
    waiting.reverse()
    count, lock = len(waiting), Lock()
    outcomes: SimpleQueue[tuple[ResultT | None, BaseException | None]] = SimpleQueue()

    def run() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                item = waiting.pop()
            try:
                outcomes.put((work(item), None))
            except BaseException as error:  # noqa: BLE001 - raised in the thread that waits
                with lock:
                    waiting.clear()
                outcomes.put((None, error))

    threads = [Thread(target=run, name="clearprop-worker", daemon=True) for _ in range(at_once)]
    for thread in threads[:count]:
        thread.start()
    try:
        for _ in range(count):
            result, error = outcomes.get()
            if error is not None:
                _join(threads[:count])
                raise error
            yield cast("ResultT", result)  # there is one without an error
    finally:
        with lock:
            waiting.clear()


def _join(threads: Iterable[Thread]) -> None:
    give_up = time.monotonic() + _ENDING_SECONDS
    for thread in threads:
        thread.join(max(give_up - time.monotonic(), 0.0))
