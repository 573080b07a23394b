"""What watchers are sent: updates, changes of runs, bookmarks."""

from collections.abc import Hashable
from dataclasses import dataclass, field

from service.reading.selection import Selection
from service.reading.stored_updates import UpdatePage
from training.network import Network
from training.update import RunEvent

_OVERHEAD = 500  # bytes of Python's objects, roughly, for each item


@dataclass(frozen=True, slots=True)
class WatchedUpdates:
    """The next updates of the history, as far as they are selected."""

    network: Network
    selection: Selection
    updates: UpdatePage

    @property
    def nbytes(self) -> int:
        """How many bytes it takes, roughly."""
        return _OVERHEAD + sum(part.nbytes for part in self.updates)


@dataclass(frozen=True, slots=True)
class WatchedEvent:
    """The next change of a run's state."""

    network_id: str
    event: RunEvent
    nbytes: int = _OVERHEAD


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Nothing new up to this update."""

    latest_update: int
    nbytes: int = _OVERHEAD


WatchedItem = WatchedUpdates | WatchedEvent | Bookmark


@dataclass(frozen=True, slots=True)
class WatchedPart:
    """The next items of a watch, in order.

    Watchers that share them see the same `key`, which no other part has: what is made of the part
    can be shared by its key.
    """

    items: tuple[WatchedItem, ...]
    key: Hashable = field(default_factory=object)

    @property
    def nbytes(self) -> int:
        """How many bytes its items take, roughly."""
        return sum(item.nbytes for item in self.items)
