"""Checks what watchers were delivered against what is stored: order, completeness, every bit.

It knows no transport: `watch_reading` makes its records of messages, `stored` those of the store.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple, TypeAlias


class Shown(NamedTuple):
    """An update as it was delivered. No cost: no bytes; no parameters: not asked for."""

    number: int
    kind: str
    run: int
    cost: bytes
    parameters: bytes


class Turn(NamedTuple):
    """A change of a run's state, and the update after which it has its place."""

    number: int
    place: int
    run: int
    state: str
    updates_done: int


class Mark(NamedTuple):
    """A bookmark: all up to this update lies behind."""

    latest: int


Item: TypeAlias = Shown | Turn | Mark


class Stored(NamedTuple):
    """How far a history had got in the store at a moment."""

    latest_update: int
    last_event: int


@dataclass
class Stream:
    """One call: what it asked for, what came in which order, and how it was ended.

    `start` None: after the latest. `reason` is that of the service, empty where it gave none;
    `said` are the numbers that came with it. `stored` is what the store held when the server of
    this stream was killed, None where it was not.
    """

    start: int | None
    stride: int = 1
    parameters: bool = True
    items: list[Item] = field(default_factory=list)
    reason: str = ""
    said: dict[str, int] = field(default_factory=dict)
    stored: Stored | None = None

    @property
    def begin(self) -> int | None:
        """The first update that it is to deliver, which without a start its first bookmark says."""
        if self.start is None and self.items:
            first = self.items[0]
            return first.latest + 1 if isinstance(first, Mark) else None
        return self.start

    @property
    def next(self) -> int | None:
        """Where a client resumes: after the last update that it has read."""
        numbers = [item.number for item in self.items if isinstance(item, Shown)]
        return numbers[-1] + 1 if numbers else self.begin


@dataclass
class Truth:
    """All that there ever was of a history, also what was let go of later."""

    updates: dict[int, Shown]
    turns: dict[int, Turn]

    def __post_init__(self) -> None:
        self._kept: dict[int, list[int]] = {}

    def kept(self, stride: int) -> list[int]:
        """Return the numbers that a stride leaves."""
        if stride not in self._kept:
            self._kept[stride] = [
                number
                for number, update in sorted(self.updates.items())
                if number % stride == 0 or update.kind != "GRADIENT" or number in self._turning
            ]
        return self._kept[stride]

    @cached_property
    def _turning(self) -> set[int]:
        """The updates that no stride passes over: the first of each run, and where one turns."""
        firsts: dict[int, int] = {}
        for number, update in sorted(self.updates.items()):
            if update.kind == "GRADIENT":
                firsts.setdefault(update.run, number)
        return {*firsts.values(), *(turn.place for turn in self.turns.values())}


class FaultKind(StrEnum):
    OUT_OF_ORDER = "an update after a later one"
    GAP = "an update passed over"
    DUPLICATE = "an update twice"
    OTHER_BYTES = "something other than what is stored"
    NOT_DURABLE = "something that is not stored"
    NOT_ASKED_FOR = "something that was not asked for"
    EVENT_MISSING = "a run event passed over"
    EVENT_TWICE = "a run event twice"
    EVENT_MISPLACED = "a run event in the wrong place"
    BOOKMARK_AHEAD = "a bookmark ahead of what was delivered"
    BOOKMARK_BEHIND = "a bookmark behind what was delivered"
    RESUMED_ELSEWHERE = "a stream that does not go on where the one before it ended"
    SENT_ELSEWHERE = "a place to resume from that is not after what was delivered"
    WRONGLY_ENDED = "an end for no good reason"


class Fault(NamedTuple):
    kind: FaultKind
    words: str


def faults(streams: Sequence[Stream], truth: Truth, *more_reasons: str) -> list[Fault]:
    """Return all that is wrong with what one watcher was delivered, stream after stream.

    Streams may also end for `more_reasons`.
    """
    found = [fault for stream in streams for fault in _StreamCheck(stream, truth).faults()]
    reasons = _GOOD_REASONS.union(more_reasons)
    ends = [fault for each in streams for fault in _end(each, reasons)]
    return found + list(_seams(streams)) + ends


class _StreamCheck:
    """Walks along one stream, and remembers what has come."""

    def __init__(self, stream: Stream, truth: Truth) -> None:
        self.stream = stream
        self.truth = truth
        self.begin = stream.begin or 0
        kept = truth.kept(stream.stride)
        self.wanted = kept[bisect_left(kept, self.begin) :]
        self.shown: set[int] = set()
        self.turned: set[int] = set()
        self.highest = self.begin - 1
        self.durable = stream.stored or Stored(max(truth.updates), len(truth.turns))
        self.found: list[Fault] = []

    def faults(self) -> list[Fault]:
        wanted = set(self.wanted)
        if self.stream.items and self.stream.begin is None:
            self.add(FaultKind.BOOKMARK_BEHIND, "none came first, though there was no start")
        for item in self.stream.items:
            self.require_durable(item)
            if isinstance(item, Shown):
                self.look_at_update(item, wanted)
            elif isinstance(item, Turn):
                self.look_at_turn(item)
            else:
                self.look_at_mark(item)
        self.look_for_missing()
        if self.stream.reason == "DRAINING":
            self.look_at_place(self.stream.said.get("next_update", self.begin))
        return self.found

    def add(self, kind: FaultKind, words: object) -> None:
        self.found.append(Fault(kind, f"{words}, in the stream from {self.stream.start}"))

    def require_durable(self, item: Item) -> None:
        if isinstance(item, Turn):
            durable = item.number in self.truth.turns and item.number <= self.durable.last_event
        else:
            number = item.number if isinstance(item, Shown) else item.latest
            durable = number in self.truth.updates and number <= self.durable.latest_update
        if not durable:
            self.add(FaultKind.NOT_DURABLE, item)

    def look_at_update(self, update: Shown, wanted: set[int]) -> None:
        number = update.number
        stored = self.truth.updates.get(number, update)
        if not self.stream.parameters:
            stored = stored._replace(parameters=b"")
        if update != stored:
            self.add(FaultKind.OTHER_BYTES, update)
        if number in self.shown:
            self.add(FaultKind.DUPLICATE, number)
        elif number < self.begin or (number in self.truth.updates and number not in wanted):
            self.add(FaultKind.NOT_ASKED_FOR, number)
        elif number < self.highest:
            self.add(FaultKind.OUT_OF_ORDER, number)
        self.shown.add(number)
        self.highest = max(self.highest, number)

    def look_at_turn(self, turn: Turn) -> None:
        if turn != self.truth.turns.get(turn.number, turn):
            self.add(FaultKind.OTHER_BYTES, turn)
        if turn.number in self.turned:
            self.add(FaultKind.EVENT_TWICE, turn)
        elif turn.place < self.begin - 1:
            self.add(FaultKind.NOT_ASKED_FOR, turn)
        elif not self.is_here(turn.place) or turn.number < max(self.turned, default=0):
            self.add(FaultKind.EVENT_MISPLACED, turn)
        self.turned.add(turn.number)

    def look_at_mark(self, mark: Mark) -> None:
        missing = [
            turn for turn in self.turns_to_come() if mark.latest > turn.place >= self.begin - 1
        ]
        if self.next_wanted() <= mark.latest or missing:
            self.add(FaultKind.BOOKMARK_AHEAD, mark)
        elif mark.latest < self.highest:
            self.add(FaultKind.BOOKMARK_BEHIND, mark)

    def look_for_missing(self) -> None:
        """Look for what was passed over, which is known when something later has come."""
        places = [self.truth.turns[each].place for each in self.turned & set(self.truth.turns)]
        reached = max([self.highest, *places])
        for number in self.wanted[: bisect_right(self.wanted, reached)]:
            if number not in self.shown:
                self.add(FaultKind.GAP, number)
        last = max(self.turned, default=0)
        for turn in self.turns_to_come():
            if turn.number < last or turn.place < reached:
                self.add(FaultKind.EVENT_MISSING, turn)

    def look_at_place(self, place: int) -> None:
        """Look at where a server that stops says that it would have gone on."""
        if not self.highest < place <= self.next_wanted():
            self.add(FaultKind.SENT_ELSEWHERE, place)

    def turns_to_come(self) -> Iterator[Turn]:
        """Return the run events that are to be delivered and have not been.

        Without a start only those to come are, and at the place of the bookmark that comes first
        it cannot be told which ones those were.
        """
        for turn in self.truth.turns.values():
            known = turn.place >= self.begin - (self.stream.start is not None)
            since = known or turn.number > min(self.turned, default=turn.number)
            if turn.number not in self.turned and since and turn.place >= self.begin - 1:
                yield turn

    def next_wanted(self) -> float:
        """Return the number of the next update that is to be delivered."""
        place = bisect_right(self.wanted, self.highest)
        return self.wanted[place] if place < len(self.wanted) else float("inf")

    def is_here(self, place: int) -> bool:
        """Return whether the stream is between an update and the next."""
        return self.highest <= max(place, self.begin - 1) and self.next_wanted() > place


def _seams(streams: Iterable[Stream]) -> Iterator[Fault]:
    """Find where a stream does not go on where the one before it ended."""
    place: int | None = None
    for stream in streams:
        if place is not None and stream.start != place:
            words = f"it starts at {stream.start}, not at {place}"
            yield Fault(FaultKind.RESUMED_ELSEWHERE, words)
        following = stream.next
        place = place if following is None else following
        if stream.reason == "HISTORY_COMPACTED":
            place = stream.said["earliest_update"]


#: Why a stream may end, or it is cancelled, or its server dies.
_GOOD_REASONS = frozenset(
    ("", "DRAINING", "WATCHER_TOO_SLOW", "HISTORY_COMPACTED", "NETWORK_NOT_FOUND")
)


def _end(stream: Stream, reasons: AbstractSet[str]) -> Iterator[Fault]:
    """Find an end that was not called for."""
    following = stream.next or 0
    if stream.reason not in reasons:
        yield Fault(FaultKind.WRONGLY_ENDED, f"{stream.reason} {stream.said}")
    elif stream.reason == "HISTORY_COMPACTED" and stream.said["earliest_update"] <= following:
        yield Fault(FaultKind.WRONGLY_ENDED, f"{following} was kept: {stream.said}")
