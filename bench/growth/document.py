"""The plots and their numbers in docs: pictures, and tables in docs/growth.md."""

from pathlib import Path

from bench.growth.curves import Measured, Plot
from bench.growth.drawing import picture, time_text

_DOCS = Path(__file__).parents[2] / "docs"
PAGE = _DOCS / "growth.md"


def image(plot: Plot) -> Path:
    """Return where a plot is drawn."""
    return _DOCS / "images" / f"growth-{plot.name}.svg"


def table(plot: Plot, measured: Measured) -> str:
    """Return the numbers of a plot as Markdown, and when they were measured."""
    times = [dict(curve.points) for curve in measured.curves]
    sizes = sorted({size for each in times for size in each})
    heads = [plot.size, *(curve.name for curve in measured.curves)]
    rows = [
        [f"{size:,.0f}", *(time_text(each[size]) if size in each else "" for each in times)]
        for size in sizes
    ]
    lines = [heads, ["---:"] * len(heads), *rows]
    text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"{text}\n\n{measured.made}\n"


def with_table(page: str, plot: Plot, measured: Measured) -> str:
    """Return the page with the numbers of a plot between its marks."""
    begin, end = f"<!-- {plot.name}: generated -->\n", f"<!-- end of {plot.name} -->"
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n{table(plot, measured)}\n{end}{after}"


def write(plot: Plot, measured: Measured) -> None:
    """Draw a plot and write its numbers."""
    image(plot).write_text(picture(plot, measured.curves))
    PAGE.write_text(with_table(PAGE.read_text(), plot, measured))
