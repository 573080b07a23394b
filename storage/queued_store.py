"""One thread does all writing: works queue for it, and it takes all that wait at once."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from datetime import datetime
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, Generic, TypeVar

from storage import refusals
from storage.merging import Group, Merging, merged
from training.ports import Answer, Reader, Writer
from training.update import Segment

T = TypeVar("T")
Listener = Callable[[Sequence[str]], None]
AvailabilityListener = Callable[[bool], None]

#: What the answer is kept under that a probe writes; no request has this id.
_PROBE = ""

_logger = logging.getLogger(__name__)


class Work(Generic[T]):
    """A piece of work, what came of it, and whoever waits for that.

    `is_probe` when it is there to find out whether the store can be written.
    """

    def __init__(self, call: Callable[[Writer], T], *, is_probe: bool = False) -> None:
        self.is_probe = is_probe
        self.future: Future[T] = Future()
        self._call = call
        self._result: T
        self._error: BaseException | None = None

    def attempt(self, writer: Writer) -> None:
        """Do the work and keep its result. Raises what the work raises."""
        self._result = self._call(writer)

    def fail(self, error: BaseException) -> None:
        """Keep an error in place of a result."""
        self._error = error

    def resolve(self) -> None:
        """Give the result, or the error, to whoever waits."""
        if self._error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(self._error)


class QueuedStore(ABC):
    """The writing side of a store: its queue, its thread, its listeners."""

    def __init__(self) -> None:
        self._queue: SimpleQueue[Work[Any] | None] = SimpleQueue()
        self._lock = Lock()  # guards what follows, and that nothing is queued after closing
        self._closed = False
        self._listeners: tuple[Listener, ...] = ()
        self._availability_listeners: tuple[AvailabilityListener, ...] = ()
        self.is_writable = True  # changed in the store's thread alone
        self._merging = Merging()
        self._maintenance = Lock()  # one piece at a time
        self._is_searched = False
        self._thread = Thread(target=self._serve, name="store", daemon=True)
        self._thread.start()

    def write(self, work: Callable[[Writer], T]) -> Future[T]:
        """Queue a piece of work for the next transaction; see training.ports.Store.

        A future that is cancelled before its work has begun takes the work out of the queue.
        """
        return self._queued(Work(work))

    def on_commit(self, listener: Listener) -> None:
        """Call `listener` after each commit that changed networks, with their uids."""
        with self._lock:
            self._listeners += (listener,)

    def on_availability(self, listener: AvailabilityListener) -> None:
        """Call `listener` when the store turns out not to be writable, and when it is again."""
        with self._lock:
            self._availability_listeners += (listener,)

    def maintain(self) -> bool:
        """Do one piece of tidying up; see training.ports.Store."""
        with self._maintenance:
            if not self.is_writable:
                self._queued(Work(self._probe, is_probe=True)).result()
            return self.write(self._remove_piece).result() or self._merge_piece()

    def close(self) -> None:
        """Finish the queued work and close; closing again does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._release()

    @abstractmethod
    def _transact(self, works: Sequence[Work[Any]]) -> set[str] | None:
        """Do the works in one transaction and return the uids of the networks that changed.

        None when the transaction failed. Raises nothing: what fails is told to the works.
        """

    @abstractmethod
    def _now(self) -> datetime:
        """Return the time of day."""

    @abstractmethod
    def read(self) -> AbstractContextManager[Reader]:
        """Open a snapshot; see training.ports.Store."""

    @abstractmethod
    def _remove_piece(self, writer: Writer) -> bool:
        """Remove one piece of what is not needed any more; return whether there may be more."""

    @abstractmethod
    def _living(self, reader: Reader) -> list[str]:
        """Return the uids of all networks that have a history."""

    @abstractmethod
    def _replace(self, writer: Writer, group: Group, segment: Segment) -> None:
        """Put a segment in the place of several, if these are all still there."""

    @abstractmethod
    def _release(self) -> None:
        """Give back what the store holds; the thread has ended."""

    def _after_commit(self) -> None:  # noqa: B027 — most stores have nothing to do here
        """Do what can wait until the works have got their results; what it raises is logged."""

    def _merge_piece(self) -> bool:
        """Merge a few neighbouring segments; return whether there may be more."""
        if not self._is_searched:
            with self.read() as reader:
                self._merging.changed(self._living(reader))
            self._is_searched = True
        group = self._merging.next_group(self.read)
        if group:
            segment = merged(group)
            self.write(lambda writer: self._replace(writer, group, segment)).result()
        return self._merging.is_waiting

    def _queued(self, work: Work[T]) -> Future[T]:
        with self._lock:
            if self._closed:
                work.fail(refusals.closed())
                work.resolve()
            else:
                self._queue.put(work)
        return work.future

    def _probe(self, writer: Writer) -> None:
        """Write something that is never the same, so that it is really written."""
        writer.remember(Answer(_PROBE, b"", b"", self._now()))

    def _serve(self) -> None:
        while self._serve_waiting():
            pass

    def _serve_waiting(self) -> bool:
        """Do all that waits in one transaction; return whether there will be more."""
        waiting = [self._queue.get()]
        # Those that are queued from now on wait for the next transaction.
        waiting += [self._queue.get() for _ in range(self._queue.qsize())]
        works = [work for work in waiting if work and work.future.set_running_or_notify_cancel()]
        if works:
            changed = self._transact(works)
            self._tell(changed or set())
            self._note_availability(works, changed)
            for work in works:
                work.resolve()
            self._guarded(self._after_commit)
        return waiting[-1] is not None

    def _tell(self, changed: set[str]) -> None:
        if changed:
            self._merging.changed(changed)
            for listener in self._listeners:
                self._guarded(listener, tuple(changed))

    def _note_availability(self, works: Sequence[Work[Any]], changed: set[str] | None) -> None:
        """Tell when the store stops or begins to be writable.

        A transaction proves nothing where it had nothing to write.
        """
        is_proof = bool(changed) or any(work.is_probe for work in works)
        is_writable = changed is not None and (self.is_writable or is_proof)
        if is_writable != self.is_writable:
            self.is_writable = is_writable
            for listener in self._availability_listeners:
                self._guarded(listener, is_writable)

    def _guarded(self, call: Callable[..., None], *arguments: object) -> None:
        """Call something whose failure must not stop the thread: what is committed stands."""
        try:
            call(*arguments)
        except Exception:
            _logger.exception("%s failed after a commit", call)
