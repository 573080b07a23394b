"""One thread at a time writes, and takes all queued work at once.

It is the thread of the store; or that of a caller who waits, if nothing else is queued: that saves
the time in which two threads hand over work and result.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from queue import SimpleQueue
from threading import Lock, Thread
from time import perf_counter
from typing import Any, BinaryIO, Generic, TypeVar

from storage import store_errors
from storage.merging import Group, Merging, merged
from training.ports import Answer, Reader, Writer
from training.update import Segment

T = TypeVar("T")
Listener = Callable[[Sequence[str]], None]
AvailabilityListener = Callable[[bool], None]
Preparing = Callable[[Callable[[Writer], Any]], Callable[[Writer], Any]]
TransactionListener = Callable[[float, bool], None]
WaitingListener = Callable[[], None]

#: The id of the answer that a probe writes; no request has it.
_PROBE = ""

_logger = logging.getLogger(__name__)


class Work(Generic[T]):
    """Work, and its result.

    `uid` is the network whose head it moves, "" if that is not known; `is_probe` if it only tests
    whether the store can be written.
    """

    def __init__(
        self, call: Callable[[Writer], T], uid: str = "", *, is_probe: bool = False
    ) -> None:
        self.uid = uid
        self.is_probe = is_probe
        self._call = call
        self._result: T
        self._error: BaseException | None = None

    def attempt(self, writer: Writer) -> None:
        """Do the work and store its result. Raises what the work raises.

        It may be done again if the database undid it: then only the last result counts.
        """
        self._error = None
        self._result = self._call(writer)

    def fail(self, error: BaseException) -> None:
        """Store an error in place of a result."""
        self._error = error

    def result(self) -> T:
        """Return the result. Raises the error."""
        if self._error is not None:
            raise self._error
        return self._result

    def begin(self) -> bool:
        """Return whether the work is still wanted."""
        return True

    def resolve(self) -> None:
        """Tell those who wait for the result that it is there."""


class QueuedWork(Work[T]):
    """Work in the queue, and the future that waits for its result."""

    def __init__(
        self, call: Callable[[Writer], T], uid: str = "", *, is_probe: bool = False
    ) -> None:
        super().__init__(call, uid, is_probe=is_probe)
        self.future: Future[T] = Future()

    def begin(self) -> bool:
        """Return whether the work is still wanted; then it cannot be cancelled any more."""
        return self.future.set_running_or_notify_cancel()

    def resolve(self) -> None:
        """Set the result or the error of the future."""
        if self._error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(self._error)


class Aside(Generic[T]):
    """Queued work outside a transaction, between whose steps the store does its other work."""

    def __init__(self, call: Callable[[], T]) -> None:
        self.future: Future[T] = Future()
        self._call = call

    def do(self) -> None:
        """Do the work, and set the result or the error of the future."""
        if self.future.set_running_or_notify_cancel():
            try:
                self.future.set_result(self._call())
            except Exception as error:  # noqa: BLE001 — it is the result of the future
                self.future.set_exception(error)

    def fail(self, error: Exception) -> None:
        """Set the error of the future."""
        if self.future.set_running_or_notify_cancel():
            self.future.set_exception(error)


class QueuedStore(ABC):
    """The writing side of a store: its queue, its thread, its listeners."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Work[Any] | Aside[Any] | None] = SimpleQueue()
        self._lock = Lock()  # guards the queue, and rejects work after closing
        self._unfinished = 0  # items in the queue, and those that are being done
        # Held by the thread that writes. `commit` takes it under the other lock, but only if
        # nothing is unfinished: then who may still hold it needs no other lock to release it.
        self._writing = Lock()
        self._closed = False
        self._is_ending = False  # changed only in the thread that writes, as the next one
        self._is_aside = False
        self._listeners: tuple[Listener, ...] = ()
        self._availability_listeners: tuple[AvailabilityListener, ...] = ()
        self._preparing: tuple[Preparing, ...] = ()
        self._transaction_listeners: tuple[TransactionListener, ...] = ()
        self._is_writable = True  # changed only in the thread that writes
        self._merging = Merging()
        self._maintenance = Lock()  # one step at a time
        self._is_searched = False
        self._thread = Thread(target=self._serve, name="store", daemon=True)
        self._thread.start()

    #: Whether other processes may write to the same data.
    is_shared = False

    @property
    def is_listening(self) -> bool:
        """Whether this store is told what other processes commit: True, there are none."""
        return True

    @property
    def timeline(self) -> Hashable:
        """The timeline of the data: always the same, this process alone has it."""
        return ""

    @property
    def timeline_changes(self) -> int:
        """How often the timeline has changed: never."""
        return 0

    def write(self, work: Callable[[Writer], T], uid: str = "") -> Future[T]:
        """Queue work for the next transaction; see training.ports.Store.

        Cancelling the future before the work has started removes it from the queue.
        """
        return self._queued(QueuedWork(self._prepared(work), uid))

    def commit(self, work: Callable[[Writer], T], uid: str = "") -> T:
        """Do work in a transaction and return its result; see training.ports.Store."""
        prepared = self._prepared(work)
        with self._lock:
            is_alone = not (self._unfinished or self._closed)
            if is_alone:
                self._unfinished = 1
                self._writing.acquire()
        if not is_alone:
            return self._queued(QueuedWork(prepared, uid)).result()
        alone = Work(prepared, uid)
        try:
            self._do([alone])
        finally:
            self._writing.release()
        return alone.result()

    def _prepared(self, work: Callable[[Writer], T]) -> Callable[[Writer], T]:
        for prepare in self._preparing:
            work = prepare(work)
        return work

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` after each commit that changed networks, with their uids."""
        with self._lock:
            self._listeners += (listener,)

    def on_waiting(self, listener: WaitingListener) -> None:
        """Call `listener` when runs may wait for an owner: after each commit."""
        self.on_commit(lambda _: listener())

    def receive_waiting(self, *, is_wanted: bool = True) -> None:  # noqa: B027 — of most stores
        """Call listeners of `on_waiting` only if this is wanted: here, it costs nothing."""

    def on_availability(self, listener: AvailabilityListener) -> None:
        """Call `listener` when the store becomes unwritable, and when it is writable again."""
        with self._lock:
            self._availability_listeners += (listener,)

    def on_write(self, prepare: Preparing) -> None:
        """Have `prepare` replace each work that is queued; see training.ports.Store."""
        with self._lock:
            self._preparing += (prepare,)

    def on_transaction(self, listener: TransactionListener) -> None:
        """Call `listener` after each transaction; see training.ports.Store."""
        with self._lock:
            self._transaction_listeners += (listener,)

    @property
    def waiting_writes(self) -> int:
        """The number of works that wait for their transaction."""
        return self._queue.qsize()

    @property
    def is_writable(self) -> bool:
        """Whether the store could be written at last."""
        return self._is_writable

    def maintain(self) -> bool:
        """Do one step of maintenance; see training.ports.Store."""
        with self._maintenance:
            if not self.is_writable:
                self._queued(QueuedWork(self._probe, is_probe=True)).result()
            return self.commit(self._remove_piece) or self._merge_piece()

    def close(self) -> None:
        """Finish the queued work and close; closing again does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._put(None)
        self._thread.join()
        self._release()

    @abstractmethod
    def _transact(self, works: Sequence[Work[Any]]) -> set[str] | None:
        """Do all work in one transaction and return the uids of the networks that changed.

        None if the transaction failed. Raises nothing: errors are stored in the works.
        """

    @abstractmethod
    def _now(self) -> datetime:
        """Return the time of day."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Reader]:
        """Open a snapshot; see training.ports.Store."""

    @abstractmethod
    def copy(self, check: Callable[[], None]) -> Future[BinaryIO]:
        """Copy all data to a file; see training.ports.Store."""

    @abstractmethod
    def _remove_piece(self, writer: Writer) -> bool:
        """Delete a chunk of hidden or expired data; return whether there may be more."""

    @abstractmethod
    def _living(self, reader: Reader) -> list[str]:
        """Return the uids of all networks that have a history."""

    @abstractmethod
    def _replace(self, writer: Writer, group: Group, segment: Segment) -> None:
        """Replace several segments by one, if all of them still exist."""

    @abstractmethod
    def _release(self) -> None:
        """Release the resources of the store; the thread has ended."""

    def _after_commit(self) -> None:  # noqa: B027 — most stores have nothing to do here
        """Do work that can wait until all futures have their results; errors are logged."""

    def _merge_piece(self) -> bool:
        """Merge a few neighbouring segments; return whether there may be more."""
        if not self._is_searched:
            with self.read() as reader:
                self._merging.changed(self._living(reader))
            self._is_searched = True
        group = self._merging.next_group(self.read)
        if group:
            segment = merged(group)
            self.commit(lambda writer: self._replace(writer, group, segment))
        return self._merging.is_waiting

    def _queued(self, work: QueuedWork[T]) -> Future[T]:
        with self._lock:
            if self._closed:
                work.fail(store_errors.closed())
                work.resolve()
            else:
                self._put(work)
        return work.future

    def _queued_aside(self, call: Callable[[], T]) -> Future[T]:
        """Queue work outside a transaction; at most one is done at a time, others are refused."""
        aside = Aside(call)
        with self._lock:
            if self._closed:
                aside.fail(store_errors.closed())
            else:
                self._put(aside)
        return aside.future

    def _put(self, item: Work[Any] | Aside[Any] | None) -> None:
        """Queue an item. Needs the lock."""
        self._unfinished += 1
        self._queue.put(item)

    def _probe(self, writer: Writer) -> None:
        """Write something that always changes, so that it is really written."""
        writer.remember(Answer(_PROBE, b"", b"", self._now()))

    def _serve(self) -> None:
        while not self._is_ending:
            first = [self._queue.get()]
            with self._writing:
                # Work that is queued from now on is part of the next transaction. No variable keeps
                # work and its result while the thread waits.
                self._do([first.pop(), *self._waiting()])

    def _serve_between(self) -> None:
        """Do what is queued between two steps of work aside. Raises StoreUnavailable if closed."""
        if waiting := self._waiting():
            self._do(waiting)
        if self._is_ending:
            raise store_errors.closed()

    def _waiting(self) -> list[Work[Any] | Aside[Any] | None]:
        return [self._queue.get() for _ in range(self._queue.qsize())]

    def _do(self, items: Sequence[Work[Any] | Aside[Any] | None]) -> None:
        """Do all work in one transaction, then the work aside, in the thread that writes."""
        self._is_ending = self._is_ending or None in items
        works = [item for item in items if isinstance(item, Work) and item.begin()]
        if works:
            began = perf_counter()
            changed = self._transact(works)
            seconds = perf_counter() - began
            for listener in self._transaction_listeners:
                self._guarded(listener, seconds, changed is not None)
            self._tell(changed or set())
            self._note_availability(works, changed)
            for work in works:
                work.resolve()
            self._guarded(self._after_commit)
        for item in items:
            if isinstance(item, Aside):
                self._do_aside(item)
        with self._lock:
            self._unfinished -= len(items)

    def _do_aside(self, aside: Aside[Any]) -> None:
        if self._is_ending:
            aside.fail(store_errors.closed())
        elif self._is_aside:
            aside.fail(store_errors.copying())
        else:
            self._is_aside = True
            try:
                aside.do()
            finally:
                self._is_aside = False

    def _tell(self, changed: set[str]) -> None:
        if changed:
            self._merging.changed(changed)
            for listener in self._listeners:
                self._guarded(listener, tuple(changed))

    def _note_availability(self, works: Sequence[Work[Any]], changed: set[str] | None) -> None:
        """Notify listeners when the store becomes unwritable or writable.

        A transaction without writes proves nothing.
        """
        is_proof = bool(changed) or any(work.is_probe for work in works)
        is_writable = changed is not None and (self.is_writable or is_proof)
        if is_writable != self.is_writable:
            self._is_writable = is_writable
            for listener in self._availability_listeners:
                self._guarded(listener, is_writable)

    def _guarded(self, call: Callable[..., None], *arguments: object) -> None:
        """Call a function and log its errors, which must not stop the thread."""
        try:
            call(*arguments)
        except Exception:
            _logger.exception("%s failed after a commit", call)
