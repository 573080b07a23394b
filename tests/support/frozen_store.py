"""A store through which nothing is written for a time, as by a process that is stopped."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import Any, TypeVar

from training.ports import Store, Writer

T = TypeVar("T")


class FrozenStore:
    """A store; writes wait while it is frozen, and are then made in their order."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._lock = Lock()
        self._is_frozen = False
        self._held: list[Callable[[], None]] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def commit(self, work: Callable[[Writer], T], uid: str = "") -> T:
        return self.write(work, uid).result()

    def write(self, work: Callable[[Writer], T], uid: str = "") -> Future[T]:
        with self._lock:
            if not self._is_frozen:
                return self.store.write(work, uid)
            held: Future[T] = Future()
            self._held.append(partial(self._write, held, work, uid))
            return held

    def freeze(self) -> None:
        with self._lock:
            self._is_frozen = True

    def thaw(self) -> int:
        """Make the writes that waited; return how many there were."""
        with self._lock:
            held, self._held, self._is_frozen = self._held, [], False
            for write in held:
                write()
        return len(held)

    def _write(self, held: Future[Any], work: Callable[[Writer], Any], uid: str) -> None:
        if not held.set_running_or_notify_cancel():
            return

        def resolve(done: Future[Any]) -> None:
            error = done.exception()
            if error is None:
                held.set_result(done.result())
            else:
                held.set_exception(error)

        self.store.write(work, uid).add_done_callback(resolve)
