"""Downsampled histories: a few updates that include the extremes of the costs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isnan, nan

from training.ports import Reader
from training.update import SegmentOutline, UpdateKind

_OUTLINES_AT_ONCE = 10_000

#: A segment is read and divided only if it is at least this many times as long as a stretch: a
#: shorter one gives two points instead of up to eight, without a read of its costs.
_LONG = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One update without its parameters; its run is 0 and its cost None if no run made it.

    `run_offset` is the number of updates of the run before it.
    """

    update: int
    kind: UpdateKind
    run: int
    run_offset: int
    cost: float | None


def downsample(reader: Reader, uid: str, first: int, last: int, most: int) -> list[Point]:
    """Return up to `most` points, at least 2, for more updates than that, from `first` to `last`.

    They are the first, the last, and the first GRADIENT update; and for each of several stretches
    of about the same length the first updates with the smallest and the largest cost, or the first
    update if every cost is NaN. All other kinds of updates are included too, if they take no more
    than half of the points. A stretch consists of whole segments; only segments that are too long
    for that are read and divided.

    Raises DamagedHistory.
    """
    stretches = _Stretches(first, last, (most - 3) // 2)
    if stretches.count > 0:
        for outline in _outlines(reader, uid, first, last):
            for piece in _pieces(reader, outline, stretches):
                stretches.add(piece)
    ends = {first, last} | stretches.begin
    points = {point.update: point for point in stretches.points(most - len(ends))}
    for update in sorted(ends):
        (segment,) = reader.segments(uid, update, update, 1)
        cost = float(segment.costs[update - segment.first_update]) if segment.costs.size else None
        points[update] = _point(segment.outline(), update, cost)
    return [points[update] for update in sorted(points)]


@dataclass
class _Stretches:
    """`count` stretches of the updates `first` to `last`, with the points of each."""

    first: int
    last: int
    count: int
    lows: dict[int, Point] = field(default_factory=dict)  # by the number of the stretch, from 0
    highs: dict[int, Point] = field(default_factory=dict)
    others: list[Point] = field(default_factory=list)  # made by no run
    begin: set[int] = field(default_factory=set)  # the first update that a run made

    @property
    def updates(self) -> int:
        """The number of updates in all stretches."""
        return self.last - self.first + 1

    def number(self, update: int) -> int:
        """Return the number of the stretch that contains an update."""
        return (update - self.first) * self.count // self.updates

    def end(self, update: int) -> int:
        """Return the last update of the stretch that contains an update."""
        following = -((self.number(update) + 1) * self.updates // -self.count)
        return self.first + following - 1

    def add(self, piece: SegmentOutline) -> None:
        """Add a piece of history to the stretch that it starts in."""
        if piece.kind is not UpdateKind.GRADIENT:
            numbers = range(piece.first_update, piece.last_update + 1)
            self.others += [
                _point(piece, update, None) for update in numbers if self.first < update < self.last
            ]
            return
        self.begin = self.begin or {piece.first_update}
        number = self.number(piece.first_update)
        if piece.min_update is None or piece.max_update is None:  # every cost is NaN
            low = high = _point(piece, piece.first_update, nan)
        else:
            low = _point(piece, piece.min_update, piece.min_cost)
            high = _point(piece, piece.max_update, piece.max_cost)
        _keep(self.lows, number, low, is_better=_is_lower)
        _keep(self.highs, number, high, is_better=_is_higher)

    def points(self, most: int) -> list[Point]:
        """Return up to `most` points between the first and the last update, or at these."""
        others = _some(self.others, self.count)
        rest = (most - len(others)) // 2
        lows: dict[int, Point] = {}
        highs: dict[int, Point] = {}
        if rest:
            for found, kept, is_better in (
                (self.lows, lows, _is_lower),
                (self.highs, highs, _is_higher),
            ):
                for number, point in sorted(found.items()):
                    _keep(kept, number * rest // self.count, point, is_better=is_better)
        return [*others, *lows.values(), *highs.values()]


def _is_lower(one: Point, other: Point) -> bool:
    assert one.cost is not None
    assert other.cost is not None
    return one.cost < other.cost or (isnan(other.cost) and not isnan(one.cost))


def _is_higher(one: Point, other: Point) -> bool:
    assert one.cost is not None
    assert other.cost is not None
    return one.cost > other.cost or (isnan(other.cost) and not isnan(one.cost))


def _keep(
    points: dict[int, Point],
    number: int,
    point: Point,
    *,
    is_better: Callable[[Point, Point], bool],
) -> None:
    """Set the point of a stretch if there is none yet, or if this one is better."""
    if number not in points or is_better(point, points[number]):
        points[number] = point


def _point(piece: SegmentOutline, update: int, cost: float | None) -> Point:
    offset = piece.run_offset + update - piece.first_update if piece.run else 0
    return Point(update, piece.kind, piece.run, offset, cost)


def _some(points: list[Point], most: int) -> list[Point]:
    """Return all points, or `most` of them, evenly spaced."""
    if len(points) <= most:
        return points
    return [points[index * len(points) // most] for index in range(most)]


def _outlines(reader: Reader, uid: str, first: int, last: int) -> Iterator[SegmentOutline]:
    while first <= last:
        outlines = reader.outlines(uid, first, last, _OUTLINES_AT_ONCE)
        yield from outlines
        first = outlines[-1].last_update + 1


def _pieces(
    reader: Reader, outline: SegmentOutline, stretches: _Stretches
) -> Iterator[SegmentOutline]:
    """Yield a segment, limited to the requested range and, if it is long, divided by stretches."""
    begin = max(outline.first_update, stretches.first)
    last = min(outline.last_update, stretches.last)
    is_long = outline.count * stretches.count >= _LONG * stretches.updates
    is_whole = (begin, last) == (outline.first_update, outline.last_update)
    if outline.kind is not UpdateKind.GRADIENT or (is_whole and not is_long):
        yield outline
        return
    (segment,) = reader.segments(outline.network_uid, begin, begin, 1)
    while begin <= last:
        until = min(last, stretches.end(begin)) if is_long else last
        yield segment.part(begin, until).outline()
        begin = until + 1
