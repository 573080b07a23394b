"""The items of watches: updates, changes of runs, bookmarks."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from service.reading.selection import Selection
from service.reading.stored_updates import UpdatePage
from training.network import Network
from training.update import RunEvent

_OVERHEAD = 500  # the approximate size of Python's objects for each item, in bytes


@dataclass(frozen=True, slots=True)
class WatchedUpdates:
    """The next selected updates of the history."""

    network: Network
    selection: Selection
    updates: UpdatePage

    @property
    def nbytes(self) -> int:
        """Its approximate size in bytes."""
        return _OVERHEAD + sum(part.nbytes for part in self.updates)


@dataclass(frozen=True, slots=True)
class WatchedEvent:
    """The next change of a run's state."""

    network_id: str
    event: RunEvent
    nbytes: int = _OVERHEAD


@dataclass(frozen=True, slots=True)
class Bookmark:
    """No new items up to this update."""

    latest_update: int
    nbytes: int = _OVERHEAD


WatchedItem = WatchedUpdates | WatchedEvent | Bookmark


@dataclass(frozen=True, slots=True)
class WatchedPart:
    """The next items of a watch, in order.

    `key` is unique for each part; watches that share the part can also share its encoding by this
    key.
    """

    items: tuple[WatchedItem, ...]
    key: Hashable = field(default_factory=object)

    @property
    def nbytes(self) -> int:
        """The approximate size of its items in bytes."""
        return sum(item.nbytes for item in self.items)
