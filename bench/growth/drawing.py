"""Draws the curves of a plot as SVG, on logarithmic axes, with their names at their ends."""

from dataclasses import dataclass
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from bench.growth.curves import Curve, Plot

_WIDTH, _HEIGHT = 860, 460
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 616, 54, 404
_LINE = 16  # the least distance between names
_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"), (1e-12, "ps"))

#: Okabe and Ito's colours, which people with any kind of colour vision can tell apart; limits are
#: grey and dashed.
_STYLE = """
  text { font: 12px ui-sans-serif, system-ui, sans-serif; fill: #1f2933; }
  .title { font-weight: 600; font-size: 14px; }
  .background { fill: #ffffff; }
  .grid { stroke: #e4e7eb; }
  .axis { stroke: #9aa5b1; }
  .curve { fill: none; stroke-width: 1.8; stroke: var(--colour); }
  .ours { stroke-width: 3; }
  .limit { stroke-dasharray: 5 4; }
  .point { fill: var(--colour); }
  .name { fill: var(--colour); }
  .lead { stroke: var(--colour); stroke-opacity: 0.5; }
  .c0 { --colour: #0072b2; } .c1 { --colour: #b84c00; } .c2 { --colour: #007a5a; }
  .c3 { --colour: #a3508a; } .l0 { --colour: #616e7c; } .l1 { --colour: #7b6b43; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e4e7eb; }
    .background { fill: #161c22; }
    .grid { stroke: #2b3540; }
    .axis { stroke: #616e7c; }
    .c0 { --colour: #56b4e9; } .c1 { --colour: #e69f00; } .c2 { --colour: #2fc79a; }
    .c3 { --colour: #e29bc6; } .l0 { --colour: #9aa5b1; } .l1 { --colour: #c0ae7f; }
  }"""


@dataclass(frozen=True, slots=True)
class _Axis:
    """A logarithmic axis between two powers of ten, from one pixel to another."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Return the pixel of a value."""
        share = (log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        """The whole powers of ten."""
        return [10.0**power for power in range(ceil(self.low), floor(self.high) + 1)]


def picture(plot: Plot, curves: list[Curve]) -> str:
    """Return the plot as SVG; the same curves give the same text."""
    points = [point for curve in curves for point in curve.points]
    sizes, times = zip(*points, strict=True)
    x = _Axis(log10(min(sizes)), log10(max(sizes)), _LEFT, _RIGHT)
    low = floor(log10(min(times)))
    y = _Axis(low, max(ceil(log10(max(times))), low + 1), _BOTTOM, _TOP)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        f"<title>{escape(plot.title)}</title>",
        f"<style>{_STYLE}\n</style>",
        f'<rect class="background" width="{_WIDTH}" height="{_HEIGHT}"/>',
        *_frame(plot, x, y),
        *_curves(curves, x, y),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def time_text(seconds: float) -> str:
    """Return a time in the largest unit in which it is at least 1, with three digits."""
    unit, name = next((each for each in _UNITS if seconds >= 0.9995 * each[0]), _UNITS[-1])
    value = seconds / unit
    decimals = max(0, 2 - floor(log10(value))) if value > 0 else 0
    return f"{value:,.{decimals}f} {name}"


def _frame(plot: Plot, x: _Axis, y: _Axis) -> list[str]:
    """Draw the grid with its numbers, and the titles."""
    drawn = []
    for size in x.ticks:
        at = f"{x.at(size):g}"
        drawn.append(f'<line class="grid" x1="{at}" y1="{_TOP}" x2="{at}" y2="{_BOTTOM}"/>')
        drawn.append(_text(x.at(size), _BOTTOM + 18, f"{size:,.0f}", anchor="middle"))
    for time in y.ticks:
        at = f"{y.at(time):g}"
        drawn.append(f'<line class="grid" x1="{_LEFT}" y1="{at}" x2="{_RIGHT}" y2="{at}"/>')
        drawn.append(_text(_LEFT - 8, y.at(time) + 4, _tick(time), anchor="end"))
    return [
        *drawn,
        f'<path class="axis" fill="none" d="M{_LEFT} {_TOP} V{_BOTTOM} H{_RIGHT}"/>',
        _text(12, 20, plot.title, kind="title"),
        _text(12, 36, plot.time),
        _text((_LEFT + _RIGHT) / 2, _BOTTOM + 42, plot.size, anchor="middle"),
    ]


def _tick(seconds: float) -> str:
    unit, name = next(each for each in _UNITS if seconds >= 0.9995 * each[0])
    return f"{seconds / unit:.0f} {name}"


def _curves(curves: list[Curve], x: _Axis, y: _Axis) -> list[str]:
    """Draw limits first, under what is measured, and all names."""
    colours = _colours(curves)
    ends = _spread([y.at(curve.points[-1][1]) for curve in curves])
    drawn = []
    for curve in sorted(curves, key=lambda each: each.kind == "ours"):
        colour = colours[curve.name]
        places = [(x.at(size), y.at(time)) for size, time in curve.points]
        path = "M" + " L".join(f"{left:.1f} {top:.1f}" for left, top in places)
        drawn.append(f'<path class="curve {curve.kind} {colour}" d="{path}"/>')
        if curve.kind != "limit":
            drawn += [
                f'<circle class="point {colour}" cx="{left:.1f}" cy="{top:.1f}" r="3"/>'
                for left, top in places
            ]
    for curve, end in zip(curves, ends, strict=True):
        colour = colours[curve.name]
        left, top = x.at(curve.points[-1][0]), y.at(curve.points[-1][1])
        drawn.append(
            f'<line class="lead {colour}" x1="{left + 5:.1f}" y1="{top:.1f}"'
            f' x2="{_RIGHT + 22}" y2="{end:.1f}"/>'
        )
        drawn.append(_text(_RIGHT + 26, end + 4, curve.name, kind=f"name {colour}"))
    return drawn


def _colours(curves: list[Curve]) -> dict[str, str]:
    limits = [curve.name for curve in curves if curve.kind == "limit"]
    others = [curve.name for curve in curves if curve.kind != "limit"]
    colours = {name: f"c{index}" for index, name in enumerate(others)}
    return colours | {name: f"l{index}" for index, name in enumerate(limits)}


def _spread(tops: list[float]) -> list[float]:
    """Return where names are written: near the ends of their curves, but not on each other."""
    order = sorted(range(len(tops)), key=lambda index: tops[index])
    placed = dict.fromkeys(order, 0.0)
    least = 0.0
    for index in order:
        placed[index] = least = max(tops[index], least + _LINE)
    most = float(_BOTTOM)
    for index in reversed(order):  # what was pushed below the axis moves up again
        placed[index] = min(placed[index], most)
        most = placed[index] - _LINE
    return [placed[index] for index in range(len(tops))]


def _text(x: float, y: float, text: str, *, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text{style} x="{x:g}" y="{y:g}"{placed}>{escape(text)}</text>'
