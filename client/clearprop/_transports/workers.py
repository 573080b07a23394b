"""Work on several items at once, in threads."""

from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Lock, Thread
from typing import TypeVar, cast

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def completed(
    work: Callable[[ItemT], ResultT], items: Iterable[ItemT], at_once: int
) -> Iterator[ResultT]:
    """Yield the result of each item as soon as it is there; up to `at_once` items are worked on.

    The first exception is raised, and no other item is begun. The threads do not keep the process
    alive: a Ctrl-C ends a program at once.
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

    for _ in range(min(at_once, count)):
        Thread(target=run, name="clearprop-worker", daemon=True).start()
    try:
        for _ in range(count):
            result, error = outcomes.get()
            if error is not None:
                raise error
            yield cast("ResultT", result)  # there is one without an error
    finally:
        with lock:
            waiting.clear()
