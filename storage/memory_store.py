"""A store in memory, whose data is lost when it is closed.

It is for tests and experiments: each transaction copies the index of the histories that it changes,
so that snapshots do not change. This takes longer for a history with more segments.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from typing import Any, BinaryIO

from storage import store_errors
from storage.memory_reader import MemoryReader
from storage.memory_tables import Tables
from storage.memory_writer import MemoryWriter
from storage.merging import Group
from storage.queued_store import QueuedStore, Work
from training.ports import Clock, Reader, Writer
from training.update import Segment


class MemoryStore(QueuedStore):
    """A store in memory; see training.ports.Store."""

    def __init__(self, clock: Clock, *, is_shared: bool = False) -> None:
        """Create an empty store; several users of one object can share it in tests."""
        self.is_shared = is_shared
        self._tables = Tables()
        self._clock = clock
        super().__init__()

    @property
    def kind(self) -> str:
        """The kind of this store: `memory`."""
        return "memory"

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Open a snapshot of the committed data. Raises StoreUnavailable."""
        if self._closed:
            raise store_errors.closed()
        yield MemoryReader(self._tables, self._clock)

    @property
    def used_bytes(self) -> int:
        """The size of the stored data: 0, it is not measured."""
        return 0

    @property
    def free_bytes(self) -> int | None:
        """The free space on the disk: None, there is no disk."""
        return None

    def require_room(self, new_bytes: int | None = None) -> None:
        """Do nothing: this store has no quota."""

    def copy(self, check: Callable[[], None]) -> Future[BinaryIO]:  # noqa: ARG002 — of the port
        """Refuse it: there is no file."""
        refused: Future[BinaryIO] = Future()
        refused.set_exception(store_errors.cannot_copy_memory())
        return refused

    def _remove_piece(self, writer: Writer) -> bool:
        assert isinstance(writer, MemoryWriter)
        return writer.remove_piece()

    def _living(self, reader: Reader) -> list[str]:
        assert isinstance(reader, MemoryReader)
        return reader.living()

    def _replace(self, writer: Writer, group: Group, segment: Segment) -> None:
        assert isinstance(writer, MemoryWriter)
        writer.replace(group, segment)

    def _transact(self, works: Sequence[Work[Any]]) -> set[str]:
        changed: set[str] = set()
        tables = self._tables
        for work in works:
            writer = MemoryWriter(tables, self._clock)
            try:
                work.attempt(writer)
            except BaseException as error:  # noqa: BLE001 — it is the result of the future
                work.fail(error)
            else:
                tables = writer.tables
                changed |= writer.changed
        self._tables = tables
        return changed

    def _now(self) -> datetime:
        return self._clock.now()

    def _release(self) -> None:
        self._tables = Tables()
