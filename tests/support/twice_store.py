"""A store that does every work twice, as one does whose database undoes transactions."""

from collections.abc import Sequence
from typing import Any

from storage.memory_store import MemoryStore
from storage.queued_store import Work


class TwiceStore(MemoryStore):
    """A store in memory that undoes the first attempt at each transaction."""

    def _transact(self, works: Sequence[Work[Any]]) -> set[str]:
        before = self._tables
        super()._transact(works)
        self._tables = before
        return super()._transact(works)
