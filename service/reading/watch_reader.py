"""Decides what a watch sends next: the stored items from its cursor on, and the next cursor."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from service.reading.landmarks import (
    Landmark,
    ReceivedUpdate,
    is_stored,
    landmark_in,
    landmark_of,
    landmark_of_event,
)
from service.reading.one_timeline import on_one_timeline
from service.reading.selection import Detail
from service.reading.selection_reader import SelectionReader
from service.reading.stored_updates import UpdatePage
from service.reading.update_numbers import (
    check_kept,
    check_start,
    check_there,
    history_lost,
)
from service.reading.watch_cursor import WatchCursor, WatchScope
from service.reading.watched_items import (
    Bookmark,
    WatchedEvent,
    WatchedItem,
    WatchedPart,
    WatchedUpdates,
)
from training.errors import NetworkNotFound, NetworkReplaced
from training.network import Network
from training.ports import Reader, Store
from training.update import RunEvent

_EVENTS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class WatchReading:
    """The next items at a cursor, and the cursor after them.

    `caught_up_at` is the version of the network's signal at which there were no more items, and
    more may follow; None if there were more.
    """

    part: WatchedPart
    cursor: WatchCursor
    caught_up_at: int | None

    @property
    def nbytes(self) -> int:
        """Its approximate size in bytes."""
        return self.part.nbytes


class WatchReader:
    """Reads from a cursor, page by page; the result depends only on the cursor.

    Thread-safe.
    """

    def __init__(self, store: Store, selections: SelectionReader) -> None:
        self._store = store
        self._selections = selections

    def begin(
        self, scope: WatchScope, start: int | None, received: ReceivedUpdate | None = None
    ) -> tuple[WatchCursor, Sequence[WatchedItem]]:
        """Return the cursor of a new watch, and the items that it is sent first.

        `received` is the last update that its client has received before, if any. Raises
        NetworkNotFound, RunNotFound, UpdateOutOfRange, HistoryCompacted, HistoryLost.
        """
        return on_one_timeline(self._store, partial(self._begin, scope, start, received))

    def _begin(
        self,
        scope: WatchScope,
        start: int | None,
        received: ReceivedUpdate | None,
        timeline: Hashable,
    ) -> tuple[WatchCursor, Sequence[WatchedItem]]:
        network = scope.network
        with self._store.read() as reader:
            head = reader.head(network.uid)
            if received is not None:
                check_there(network, head, received.update)
                if not is_stored(reader, network, received):
                    raise history_lost(network, received.update, received.update)
            greeting: list[WatchedItem] = []
            last_event = 0
            if start is None:
                start, last_event = head.latest_update + 1, head.last_event
                greeting.append(Bookmark(head.latest_update))
            else:
                check_start(network, head, start)
            end = _end_of_run(reader, network.uid, scope.until_run)
            landmark = landmark_of(reader, network, start - 1) if self._store.is_shared else None
        cursor = WatchCursor(
            scope, start, start, last_event, timeline=timeline, update_landmark=landmark
        )
        if end is not None and (end.update < start - 1 or end.number <= last_event):
            greeting.append(WatchedEvent(network.id, end))
            cursor = replace(cursor, ended=True)
        return cursor, greeting

    def still_holds(self, cursor: WatchCursor) -> bool:
        """Return whether items that were read at a cursor before are still valid.

        Only the gradients of an update change, when it becomes the earliest kept one and they are
        no longer known. Raises NetworkNotFound, HistoryCompacted.
        """
        if self._store.timeline != cursor.timeline:
            return False
        with self._store.read() as reader:
            head = reader.head(cursor.network.uid)
        check_kept(cursor.network, head, cursor.next_update)
        is_later = cursor.next_update > head.earliest_update
        return is_later or cursor.scope.selection.detail is not Detail.GRADIENTS

    def read_on(self, cursor: WatchCursor, version: int) -> WatchReading:
        """Return the next items, up to one page; `version` is that of the network's signal.

        Raises NetworkNotFound, HistoryCompacted, HistoryLost, DamagedHistory.
        """
        return on_one_timeline(self._store, partial(self._read_on, cursor, version))

    def _read_on(self, cursor: WatchCursor, version: int, timeline: Hashable) -> WatchReading:
        if cursor.timeline != timeline:
            self._check_passed(cursor)
            cursor = replace(cursor, timeline=timeline)
        network, first = cursor.network, cursor.next_update
        with self._store.read() as reader:
            head = reader.head(network.uid)
            check_there(network, head, first - 1)
            check_kept(network, head, first)
            events = reader.run_events(network.uid, first - 1, cursor.last_event, _EVENTS_AT_ONCE)
        latest, has_more_events = head.latest_update, len(events) == _EVENTS_AT_ONCE
        selection = cursor.scope.selection
        last = min(latest, first + self._selections.updates_at_once(network, selection) - 1)
        if has_more_events:
            last = min(last, events[-1].update)
        page: UpdatePage = ()
        if first <= last:
            page = self._selections.read(network, first, last, selection)
            last = page[-1].last_update
        course = _Course(self._selections, cursor, page)
        for event in events:
            if event.update > last:
                break
            course.to_event(event)
            if course.cursor.ended:
                return course.reading(course.cursor, None)
        course.to_update(last)
        is_all = last >= latest and not has_more_events
        following = course.cursor.normalized
        if self._store.is_shared and page:
            following = replace(following, update_landmark=self._landmark(network, page, last))
        return course.reading(following, version if is_all else None)

    def _landmark(self, network: Network, page: UpdatePage, update: int) -> Landmark:
        if (landmark := landmark_in(page, update)) is not None:
            return landmark
        with self._store.read() as reader:
            return landmark_of(reader, network, update)

    def _check_passed(self, cursor: WatchCursor) -> None:
        """Raise HistoryLost unless what a watch has passed is still there."""
        network, passed = cursor.network, cursor.next_update - 1
        with self._store.read() as reader:
            try:
                head = reader.head(network.uid)
            except NetworkNotFound:
                raise history_lost(network, 0, max(passed, 0)) from None
            check_there(network, head, passed)
            is_same = landmark_of(reader, network, passed) == cursor.update_landmark
            if cursor.last_event > head.last_event:
                is_same = False
            elif cursor.event_landmark is not None:
                events = reader.run_events(network.uid, 0, cursor.last_event - 1, 1)
                is_same = is_same and [*map(landmark_of_event, events)] == [cursor.event_landmark]
        if not is_same:
            raise history_lost(network, passed, passed)


class _Course:
    """Moves a cursor over a page and its events, and collects the items to send."""

    def __init__(self, selections: SelectionReader, cursor: WatchCursor, page: UpdatePage) -> None:
        self._selections = selections
        self._page = page
        self._items: list[WatchedItem] = []
        self.cursor = cursor

    def reading(self, cursor: WatchCursor, caught_up_at: int | None) -> WatchReading:
        """Return the collected items."""
        return WatchReading(WatchedPart(tuple(self._items)), cursor, caught_up_at)

    def to_event(self, event: RunEvent) -> None:
        """Move over the updates before an event, and over the event."""
        self.to_update(event.update)
        # The update at which a run changed its state, if the stride skipped it.
        if self.cursor.sent < event.update >= self.cursor.start:
            self._send(self._last_of(event.update))
        self._items.append(WatchedEvent(self.cursor.network.id, event))
        ended = event.run.number == self.cursor.scope.until_run and event.run.is_over
        self.cursor = replace(
            self.cursor,
            last_event=event.number,
            ended=ended,
            event_landmark=landmark_of_event(event),
        )

    def to_update(self, last: int) -> None:
        """Move over the updates up to one."""
        network, first = self.cursor.network, self.cursor.next_update
        if first > last:
            return  # all up to there has been passed
        selection = self.cursor.scope.selection
        self._send(self._selections.selected(network, self._page, first, last, selection))
        self.cursor = replace(self.cursor, next_update=last + 1)

    def _last_of(self, update: int) -> UpdatePage:
        network, page = self.cursor.network, self._page
        whole = replace(self.cursor.scope.selection, stride=1)
        if not page or not page[0].first_update <= update <= page[-1].last_update:
            page = self._selections.read(network, update, update, whole)
        chosen = self._selections.selected(network, page, update, update, whole)
        return tuple(part.detached() for part in chosen)

    def _send(self, updates: UpdatePage) -> None:
        if updates:
            self.cursor = replace(self.cursor, sent=updates[-1].last_update)
            scope = self.cursor.scope
            self._items.append(WatchedUpdates(scope.network, scope.selection, updates))


def check_uid(network: Network, uid: str) -> None:
    """Raise NetworkReplaced if the network has another uid than the requested one."""
    if uid and uid != network.uid:
        raise NetworkReplaced(
            f"id {network.id} now belongs to another network: watch it from update 0",
            network=network.id,
            uid=network.uid,
        )


def _end_of_run(reader: Reader, uid: str, number: int) -> RunEvent | None:
    """Return the last event of a run; None for no run, or a run that is not over."""
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
