"""Reads a history on from where a watcher stands: first what is stored, then what comes."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, replace

from service.reading.selecting import Detail, Selecting, Selection
from service.reading.snapshots import Page
from service.reading.update_numbers import check_kept, check_start
from training.errors import NetworkReplaced
from training.network import Network
from training.ports import Reader, Store
from training.snapshots import Snapshots
from training.update import RunEvent

_EVENTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Batch:
    """The next updates of the history, as far as they are selected."""

    network: Network
    selection: Selection
    updates: Page


@dataclass(frozen=True, slots=True)
class Event:
    """The next change of a run's state."""

    network_id: str
    event: RunEvent


@dataclass(frozen=True, slots=True)
class Bookmark:
    """Nothing new up to this update."""

    latest_update: int


Watched = Batch | Event | Bookmark


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a watcher has got: all it takes to read on.

    `next_update` is the next to be read; `last_event` the number of the last event that was read;
    `sent` the number of the last update that was sent, −1 for none; updates before `start` are not
    sent.
    """

    start: int
    next_update: int
    last_event: int
    sent: int = -1
    ended: bool = False

    @property
    def plain(self) -> "Cursor":
        """The same without what makes no difference any more, so that watchers can share."""
        passed = self.next_update - 1
        return replace(
            self,
            start=self.start if self.start > passed else 0,
            sent=passed if self.sent == passed else -1,
        )


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a network's history, and what is followed from there: to its end, or a run's."""

    network: Network
    selection: Selection
    until_run: int
    cursor: Cursor

    @property
    def key(self) -> Hashable:
        """What comes next is the same at all places with the same key."""
        return self.network.uid, self.selection, self.until_run, self.cursor


@dataclass(frozen=True, slots=True)
class Reading:
    """What comes next at a place, where it ends, and whether that is all there is now."""

    found: list[Watched]
    cursor: Cursor
    caught_up: bool


class Following:
    """Reads on, one page at a time. Thread-safe; what it reads follows from the place alone."""

    def __init__(self, store: Store, selecting: Selecting) -> None:
        self._store = store
        self._selecting = selecting

    def begin(
        self, network: Network, start: int | None, selection: Selection, until_run: int
    ) -> tuple[Place, list[Watched]]:
        """Return the place where a new watcher begins, and what it is told before it reads on.

        Raises NetworkNotFound, RunNotFound, UpdateOutOfRange, HistoryCompacted.
        """
        with self._store.read() as reader:
            head = reader.head(network.uid)
            greeting: list[Watched] = []
            last_event = 0
            if start is None:
                start, last_event = head.latest_update + 1, head.last_event
                greeting.append(Bookmark(head.latest_update))
            else:
                check_start(network, head, "start_update", start)
            end = _end_of_run(reader, network.uid, until_run)
        cursor = Cursor(start, start, last_event)
        if end is not None and (end.update < start - 1 or end.number <= last_event):
            greeting.append(Event(network.id, end))
            cursor = replace(cursor, ended=True)
        return Place(network, selection, until_run, cursor), greeting

    def still_holds(self, place: Place) -> bool:
        """Return whether what was read at a place before is what would be read there now.

        Only the gradients of the earliest kept update change: when it becomes that, they are gone.
        Raises NetworkNotFound, HistoryCompacted.
        """
        following = place.cursor.next_update
        with self._store.read() as reader:
            head = reader.head(place.network.uid)
        check_kept(place.network, head, following)
        return following > head.earliest_update or place.selection.detail is not Detail.GRADIENTS

    def read_on(self, place: Place) -> Reading:
        """Return what comes next, up to a page of it.

        Raises NetworkNotFound, HistoryCompacted, DamagedHistory.
        """
        network, cursor = place.network, place.cursor
        first = cursor.next_update
        with self._store.read() as reader:
            head = reader.head(network.uid)
            check_kept(network, head, first)
            events = reader.run_events(network.uid, first - 1, cursor.last_event, _EVENTS_AT_ONCE)
        latest, has_more_events = head.latest_update, len(events) == _EVENTS_AT_ONCE
        last = min(latest, first + self._selecting.updates_at_once(network, place.selection) - 1)
        if has_more_events:
            last = min(last, events[-1].update)
        page: Page = ()
        if first <= last:
            page = self._selecting.read(network, first, last, place.selection)
            last = page[-1].last_update
        walk = _Walk(self._selecting, place, page)
        for event in events:
            if event.update > last:
                break
            walk.to_event(event)
            if walk.cursor.ended:
                return Reading(walk.found, walk.cursor, caught_up=True)
        walk.to_update(last)
        caught_up = last >= latest and not has_more_events
        return Reading(walk.found, walk.cursor.plain, caught_up)


class _Walk:
    """Moves a cursor over a page and the events in it, and gathers what is to be sent."""

    def __init__(self, selecting: Selecting, place: Place, page: Page) -> None:
        self._selecting = selecting
        self._place = place
        self._page = page
        self.cursor = place.cursor
        self.found: list[Watched] = []

    def to_event(self, event: RunEvent) -> None:
        """Go over the updates before an event, and over the event."""
        self.to_update(event.update)
        # The update at which a run changed its state, where the stride has passed over it.
        if self.cursor.sent < event.update >= self.cursor.start:
            self._send(self._last_of(event.update))
        self.found.append(Event(self._place.network.id, event))
        ended = event.run.number == self._place.until_run and event.run.is_over
        self.cursor = replace(self.cursor, last_event=event.number, ended=ended)

    def to_update(self, last: int) -> None:
        """Go over the updates up to one."""
        first = self.cursor.next_update
        if first > last:
            return  # all up to there has been passed
        place = self._place
        self._send(
            self._selecting.selected(place.network, self._page, first, last, place.selection)
        )
        self.cursor = replace(self.cursor, next_update=last + 1)

    def _last_of(self, update: int) -> Page:
        place = self._place
        whole = replace(place.selection, stride=1)
        page = self._page
        if not page or not page[0].first_update <= update <= page[-1].last_update:
            page = self._selecting.read(place.network, update, update, whole)
        return self._selecting.selected(place.network, page, update, update, whole)

    def _send(self, updates: Page) -> None:
        if updates:
            self.cursor = replace(self.cursor, sent=updates[-1].last_update)
        network, selection = self._place.network, self._place.selection
        most = self._selecting.updates_in_message(network, selection)
        self.found += [Batch(network, selection, part) for part in _cut(updates, most)]


def _cut(updates: Page, most: int) -> Iterator[Page]:
    """Cut updates into pieces of up to `most`."""
    piece: list[Snapshots] = []
    room = most
    for part in updates:
        begin = 0
        while begin < part.count:
            taken = part.rows(slice(begin, begin + room))
            piece.append(taken)
            begin, room = begin + taken.count, room - taken.count
            if not room:
                yield tuple(piece)
                piece, room = [], most
    if piece:
        yield tuple(piece)


def check_uid(network: Network, uid: str) -> None:
    """Raise NetworkReplaced where the id belongs to another network than a caller thinks."""
    if uid and uid != network.uid:
        raise NetworkReplaced(
            f"the id {network.id} now belongs to another network: watch it from update 0",
            network=network.id,
            uid=network.uid,
        )


def _end_of_run(reader: Reader, uid: str, number: int) -> RunEvent | None:
    """Return the event with which a run ended; None for no run, or one that is not over."""
    if number == 0:
        return None
    run = reader.run(uid, number)
    if not run.is_over:
        return None
    after_event = 0
    while events := reader.run_events(uid, run.latest_update, after_event, _EVENTS_AT_ONCE):
        for event in events:
            if event.run.number == number and event.run.is_over:
                return event
        after_event = events[-1].number
    return None
