"""The position of a watch in the history of a network."""

from collections.abc import Hashable
from dataclasses import dataclass, replace

from service.reading.landmarks import Landmark
from service.reading.selection import Selection
from training.network import Network


@dataclass(frozen=True, slots=True)
class WatchScope:
    """A watched selection of a network's updates, to the end of a run (0: without end)."""

    network: Network
    selection: Selection
    until_run: int = 0


@dataclass(frozen=True, slots=True)
class WatchCursor:
    """The position of a watch.

    `next_update` is the next update to read; `last_event` the number of the last event that was
    read; `sent` the number of the last update that was sent, −1 for none; updates before `start`
    are not sent. `ended` if nothing more follows.

    All of it was read on one timeline of the store. The landmarks are those of the update before
    the next one and of the last event; None if there are none, or if no other process writes.
    """

    scope: WatchScope
    start: int
    next_update: int
    last_event: int
    sent: int = -1
    ended: bool = False
    timeline: Hashable = ""
    update_landmark: Landmark = None
    event_landmark: Landmark = None

    @property
    def network(self) -> Network:
        """The network that is watched."""
        return self.scope.network

    @property
    def key(self) -> Hashable:
        """All cursors with the same key have the same next items."""
        scope = self.scope
        position = (self.start, self.next_update, self.last_event, self.sent, self.ended)
        return self.timeline, scope.network.uid, scope.selection, scope.until_run, position

    @property
    def normalized(self) -> "WatchCursor":
        """The same position without irrelevant differences, so that watches can share its items."""
        passed = self.next_update - 1
        return replace(
            self,
            start=self.start if self.start > passed else 0,
            sent=passed if self.sent == passed else -1,
        )
