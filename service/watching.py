"""Watches: every watcher is a cursor over the committed history, never a queue."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from service.history import check_start
from service.snapshots import Page, SnapshotReader, check_kept, updates_in_page
from service.waking import Waking
from training.errors import Draining, LimitExceeded, NetworkReplaced, validating
from training.limits import Limits
from training.network import Network
from training.ports import Reader, Store
from training.replay import Snapshots
from training.update import RunEvent, UpdateKind

#: After this many seconds in which nothing happened a bookmark is sent.
BOOKMARK_SECONDS = 10.0

_EVENTS_AT_ONCE = 1_000

# Without parameters so many updates fit in a message of 256 KiB; with a stride more can be read at
# once, but not so many that one watcher keeps a thread for long.
_OUTLINED_AT_ONCE = 5_000
_MOST_OUTLINES = 20


@dataclass(frozen=True, slots=True)
class WatchCommand:
    """What a client wants to watch.

    `start_update` None: after the latest. `until_run` 0: never end. `uid` empty: not checked.
    Without `parameters` nothing needs to be recomputed.
    """

    network_id: str
    start_update: int | None = None
    parameters: bool = True
    stride: int = 1
    until_run: int = 0
    uid: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The next updates of the history."""

    network: Network
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


@dataclass(slots=True)
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


class Watching:
    """Lets clients follow networks: history first, then live, without a seam."""

    def __init__(
        self, store: Store, snapshots: SnapshotReader, waking: Waking, limits: Limits
    ) -> None:
        self._store = store
        self._snapshots = snapshots
        self._waking = waking
        self._limits = limits
        self._watches = 0

    async def watch(self, command: WatchCommand) -> AsyncGenerator[Watched, None]:
        """Yield the history from a place on, in order, without gap or duplicate, all durable.

        Raises InvalidFields, LimitExceeded, NetworkNotFound (also when the network is deleted
        later), RunNotFound, NetworkReplaced, UpdateOutOfRange, HistoryCompacted (also when the
        watcher falls behind what is kept), DamagedHistory, and Draining with the place to resume
        from.
        """
        self._waking.check()
        if self._watches >= self._limits.watches:
            raise LimitExceeded(
                f"there are {self._limits.watches} watches, which is the limit:"
                " end one that is no longer needed",
                limit="watches",
                value=self._limits.watches,
            )
        self._watches += 1
        try:
            async for watched in self._follow(command):
                yield watched
        finally:
            self._watches -= 1

    async def _follow(self, command: WatchCommand) -> AsyncGenerator[Watched, None]:
        clock = asyncio.get_running_loop().time
        network, cursor, greeting = await asyncio.to_thread(self._begin, command)
        with self._waking.listening(network.uid) as woken:
            for watched in greeting:
                yield watched
            sent_at = clock()
            while not cursor.ended:
                if self._waking.draining:
                    raise Draining(
                        "the server is stopping: watch again from the update after the last one"
                        " that you have read",
                        next_update=cursor.next_update,
                    )
                woken.clear()
                found, caught_up = await asyncio.to_thread(self._read_on, network, cursor, command)
                for watched in found:
                    yield watched
                    sent_at = clock()
                if caught_up and not cursor.ended:
                    await _wait(woken, sent_at + BOOKMARK_SECONDS - clock())
                if clock() - sent_at >= BOOKMARK_SECONDS:
                    yield Bookmark(cursor.next_update - 1)
                    sent_at = clock()

    def _begin(self, command: WatchCommand) -> tuple[Network, Cursor, list[Watched]]:
        """Place a new cursor, and say what is to be sent before it reads on."""
        with validating() as violations:
            violations.require(
                command.stride >= 1,
                "stride",
                f"must be at least 1, is {command.stride}",
            )
            violations.require(
                command.until_run >= 0,
                "until_run",
                f"must be at least 0, is {command.until_run}",
            )
        with self._store.read() as reader:
            network = reader.network(command.network_id)
            if command.uid and command.uid != network.uid:
                raise NetworkReplaced(
                    f"the id {network.id} now belongs to another network: watch it from update 0",
                    network=network.id,
                    uid=network.uid,
                )
            head = reader.head(network.uid)
            greeting: list[Watched] = []
            if command.start_update is None:
                start, last_event = head.latest_update + 1, head.last_event
                greeting.append(Bookmark(head.latest_update))
            else:
                start, last_event = command.start_update, 0
                check_start(network, head, "start_update", start)
            cursor = Cursor(start, start, last_event)
            end = _end_of_run(reader, network.uid, command.until_run)
        if end is not None and (end.update < start - 1 or end.number <= last_event):
            greeting.append(Event(network.id, end))
            cursor.ended = True
        return network, cursor, greeting

    def _read_on(
        self, network: Network, cursor: Cursor, command: WatchCommand
    ) -> tuple[list[Watched], bool]:
        """Move the cursor over the next page; return what to send and whether it has caught up."""
        first = cursor.next_update
        with self._store.read() as reader:
            reader.network_by_uid(network.uid)
            head = reader.head(network.uid)
            check_kept(network, head, first)
            latest = head.latest_update
            if command.parameters:
                size = updates_in_page(network)
            else:
                size = _OUTLINED_AT_ONCE * min(command.stride, _MOST_OUTLINES)
            last = min(latest, first + size - 1)
            events = reader.run_events(network.uid, first - 1, cursor.last_event, _EVENTS_AT_ONCE)
        if len(events) == _EVENTS_AT_ONCE:
            last = min(last, events[-1].update)
        page = self._page(network, first, last, command)
        last = page[-1].last_update if page else first - 1

        found: list[Watched] = []
        for event in events:
            if event.update > last:
                break
            found += self._updates(network, cursor, page, event.update, command.stride)
            found += self._passed_over(network, cursor, event.update, command)
            found.append(Event(network.id, event))
            cursor.last_event = event.number
            if event.run.number == command.until_run and event.run.is_over:
                cursor.ended = True
                return found, True
        found += self._updates(network, cursor, page, last, command.stride)
        return found, last == latest

    def _updates(
        self, network: Network, cursor: Cursor, page: Page, last: int, stride: int
    ) -> list[Watched]:
        """Move the cursor to the update after `last`, and return what the stride does not pass."""
        first, cursor.next_update = (
            cursor.next_update,
            max(cursor.next_update, last + 1),
        )
        if first > last:
            return []  # all up to there has been sent
        parts = [
            chosen
            for part in page
            if part.last_update >= first and part.first_update <= last
            for chosen in _chosen(
                part.part(max(first, part.first_update), min(last, part.last_update)),
                stride,
            )
        ]
        if not parts:
            return []
        cursor.sent = parts[-1].last_update
        return [Batch(network, tuple(parts))]

    def _page(self, network: Network, first: int, last: int, command: WatchCommand) -> Page:
        if first > last:
            return ()
        if command.parameters:
            return self._snapshots.page(network, first, last)
        return self._snapshots.outline(network, first, last)

    def _passed_over(
        self, network: Network, cursor: Cursor, update: int, command: WatchCommand
    ) -> list[Watched]:
        """Return the update at which a run changed its state, if a stride has passed over it."""
        if update < cursor.start or update <= cursor.sent:
            return []
        cursor.sent = update
        return [Batch(network, self._page(network, update, update, command))]


async def _wait(woken: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(0.0, seconds)):
            await woken.wait()
    except TimeoutError:
        pass


def _chosen(part: Snapshots, stride: int) -> list[Snapshots]:
    """Return what a stride leaves of consecutive updates of one kind and run."""
    if stride == 1 or part.kind is not UpdateKind.GRADIENT:
        return [part]
    first = part.first_update
    numbers = list(range(-(-first // stride) * stride, part.last_update + 1, stride))
    if part.run_offset == 0 and first not in numbers:
        numbers.insert(0, first)
    return [part.part(number, number) for number in numbers]


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
