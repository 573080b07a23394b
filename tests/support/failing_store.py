"""A store of which some commits fail."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from training.errors import StoreUnavailable
from training.ports import Store, Writer

T = TypeVar("T")


class FailingStore:
    """A store of which some commits fail, with or without having happened."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.fail_after: dict[int, bool] = {}  # number of the write → whether it happens anyway
        self.writes = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self.store, name)

    def commit(self, work: Callable[[Writer], T], uid: str = "") -> T:
        return self.write(work, uid).result()

    def write(self, work: Callable[[Writer], T], uid: str = "") -> Future[T]:
        self.writes += 1
        if self.writes not in self.fail_after:
            return self.store.write(work, uid)
        if self.fail_after[self.writes]:
            self.store.write(work).result()
        failed: Future[T] = Future()
        failed.set_exception(StoreUnavailable("the store cannot be written now"))
        return failed
