"""What clients of a server had been shown at which time of day, by watches and by answers."""

import time
from bisect import bisect_right
from threading import Lock

from clearprop.v1 import network_pb2
from clearprop.v1 import training_service_pb2 as pb
from watch_checker import Mark, Stored
from watch_reading import Reading, items_of

#: Nothing at all, not even that there is a network.
NOTHING = Stored(-1, 0)


class Witness:
    """Remembers how far each network's history had been shown when."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._times: dict[str, list[float]] = {}
        self._shown: dict[str, list[Stored]] = {}

    def saw(self, uid: str, update: int, event: int = 0) -> None:
        """Note that all up to this update and this run event has been shown by now."""
        with self._lock:
            # Taken under the lock, so that the times are in order.
            self._times.setdefault(uid, []).append(time.time())
            shown = self._shown.setdefault(uid, [])
            before = shown[-1] if shown else NOTHING
            shown.append(Stored(max(before.latest_update, update), max(before.last_event, event)))

    def by(self, moment: float) -> dict[str, Stored]:
        """Return how far each network's history had been shown at a time of day."""
        shown: dict[str, Stored] = {}
        for uid, times in self._times.items():
            place = bisect_right(times, moment)
            shown[uid] = self._shown[uid][place - 1] if place else NOTHING
        return shown


class WitnessedReading(Reading):
    """What a watcher reads, from the first update on, with a witness of when it came."""

    def __init__(self, network: network_pb2.Network, witness: Witness) -> None:
        super().__init__(network)
        self._witness = witness

    def take(self, part: pb.WatchUpdatesResponse) -> None:
        super().take(part)
        marks = [item.latest for item in items_of(part) if isinstance(item, Mark)]
        event = self.last_turn.number if self.last_turn else 0
        self._witness.saw(self.network.uid, max([self.last_update, *marks]), event)
