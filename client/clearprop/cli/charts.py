"""A curve in plain text: braille dots, eight per character, between two axes."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from clearprop.cli.number_format import told_apart

#: The bits of the dots of a braille character: four rows of two.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_BRAILLE = 0x2800

#: The scale is logarithmic if the largest value is at least this many times the smallest.
_DECADE = 10.0

_MOST_TICKS = 6

#: An axis has room for its ends.
_FEWEST_COLUMNS = 30

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """The values that an axis shows, `low` to `high`, as places from 0 to 1."""

    low: float
    high: float
    is_logarithmic: bool = False

    def place(self, value: float) -> float:
        """Return where a value lies; in the middle where there is only one."""
        low, high = self._shown(self.low), self._shown(self.high)
        if high == low:
            return 0.5
        if math.isfinite(high - low):
            return (self._shown(value) - low) / (high - low)
        return (value / 2 - low / 2) / (high / 2 - low / 2)

    def ticks(self, most: int = _MOST_TICKS) -> list[float]:
        """Return up to about `most` round values between the ends."""
        if self.is_logarithmic:
            return self._decades(most)
        if self.high == self.low:
            return [self.low]
        least = self.high / most - self.low / most
        if least == 0.0:
            return [self.low, self.high]
        unit = 10.0 ** math.floor(math.log10(least))
        step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= 0.999 * least)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        values = [float(f"{number * step:.12g}") for number in range(first, last + 1)]
        return [value for value in values if self.low <= value <= self.high]

    def _decades(self, most: int) -> list[float]:
        first, last = math.floor(math.log10(self.low)), math.ceil(math.log10(self.high))
        factors = (1, 2, 5) if last - first <= most // 3 else (1,)
        stride = -(-(last - first) // most)
        values = [
            float(f"{factor}e{power}")
            for power in range(first, last + 1)
            if power % stride == 0
            for factor in factors
        ]
        return [value for value in values if self.low <= value <= self.high]

    def _shown(self, value: float) -> float:
        return math.log10(value) if self.is_logarithmic else value


def scale_of(values: Sequence[float]) -> Scale:
    """Return a scale for values, at least one: logarithmic where they span a decade."""
    low, high = min(values), max(values)
    return Scale(low, high, is_logarithmic=low > 0 and high / low >= _DECADE)


def plot(points: Sequence[Point], *, width: int, rows: int) -> list[str]:
    """Return the lines of a chart of points in the order of x, at least one with a finite y.

    `width` is that of the whole chart in characters, `rows` its height without the axis below. The
    curve has a gap where y is not finite.
    """
    horizontal = Scale(points[0][0], points[-1][0])
    vertical = scale_of([y for _, y in points if math.isfinite(y)])
    labels = _row_labels(vertical, rows)
    beside = max(map(len, labels.values()), default=0)
    columns = max(width - beside - len(" ┤"), _FEWEST_COLUMNS)
    cells = _drawn(points, horizontal, vertical, columns, rows)
    axis, below = _column_labels(horizontal, columns)
    lines = [
        *(f"{'┤' if row in labels else '│'}{cells[row]}" for row in range(rows)),
        f"└{axis}",
        f" {below}",
    ]
    return [f"{labels.get(row, ''):>{beside}} {line}".rstrip() for row, line in enumerate(lines)]


def _drawn(
    points: Sequence[Point], horizontal: Scale, vertical: Scale, columns: int, rows: int
) -> list[str]:
    bits = [[0] * columns for _ in range(rows)]
    before: tuple[int, int] | None = None
    for x, y in points:
        if not math.isfinite(y):
            before = None
            continue
        place = (
            round(horizontal.place(x) * (2 * columns - 1)),
            round((1 - vertical.place(y)) * (4 * rows - 1)),
        )
        for column, row in _line(before or place, place):
            bits[row // 4][column // 2] |= _BITS[row % 4][column % 2]
        before = place
    return ["".join(chr(_BRAILLE + dots) if dots else " " for dots in row) for row in bits]


def _line(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the dots of a straight line."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]), 1)
    return [
        (
            round(start[0] + (end[0] - start[0]) * step / steps),
            round(start[1] + (end[1] - start[1]) * step / steps),
        )
        for step in range(steps + 1)
    ]


def _row_labels(scale: Scale, rows: int) -> dict[int, str]:
    ticks = scale.ticks(min(_MOST_TICKS, rows))
    labels: dict[int, str] = {}
    for value, label in zip(ticks, told_apart(ticks), strict=True):
        row = round((1 - scale.place(value)) * (4 * rows - 1)) // 4
        labels.setdefault(row, label)
    return labels


def _column_labels(scale: Scale, columns: int) -> tuple[str, str]:
    """Return the axis below a chart, and its labels: the ends, and what fits between them."""
    axis, below = ["─"] * columns, [" "] * columns
    inner = [value for value in scale.ticks() if value.is_integer()]
    for value in (scale.low, scale.high, *inner):
        column = round(scale.place(value) * (2 * columns - 1)) // 2
        label = f"{value:,.0f}"
        begin = min(max(column - len(label) // 2, 0), columns - len(label))
        around = below[max(begin - 2, 0) : begin + len(label) + 2]
        if all(character == " " for character in around):
            below[begin : begin + len(label)] = label
            axis[column] = "┬"
    return "".join(axis), "".join(below).rstrip()
