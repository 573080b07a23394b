"""How far a watcher has come in a network's history: all that it takes to read on."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from service.reading.selection import Selection
from training.network import Network


@dataclass(frozen=True, slots=True)
class WatchScope:
    """What is watched: a selection of a network's updates, to the end of a run (0: without end)."""

    network: Network
    selection: Selection
    until_run: int = 0


@dataclass(frozen=True, slots=True)
class WatchCursor:
    """A watcher's position in what it watches.

    `next_update` is the next to be read; `last_event` the number of the last event that was read;
    `sent` the number of the last update that was sent, −1 for none; updates before `start` are not
    sent. `ended` when there is nothing more to come.
    """

    scope: WatchScope
    start: int
    next_update: int
    last_event: int
    sent: int = -1
    ended: bool = False

    @property
    def network(self) -> Network:
        """The network that is watched."""
        return self.scope.network

    @property
    def key(self) -> Hashable:
        """What comes next is the same at all cursors with the same key."""
        scope = self.scope
        position = (self.start, self.next_update, self.last_event, self.sent, self.ended)
        return scope.network.uid, scope.selection, scope.until_run, position

    @property
    def normalized(self) -> "WatchCursor":
        """The same position without what makes no difference any more, so that watchers share."""
        passed = self.next_update - 1
        return replace(
            self,
            start=self.start if self.start > passed else 0,
            sent=passed if self.sent == passed else -1,
        )
