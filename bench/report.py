"""The table of figures: printed, and written to results.md."""

import platform
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")
#: Experiments for the figures that are missed; written manually.
TRIED = Path(__file__).with_name("tried.md")
#: The figures of attacks, which take as long to measure as all others: `make bench ARGS=hostile`.
HOSTILE = Path(__file__).with_name("hostile.md")
#: The figures of several servers and workers: `make bench ARGS=cluster`.
CLUSTER = Path(__file__).with_name("cluster.md")
PACKAGES = ("clearprop-server", "numba", "numpy", "grpcio", "protobuf", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: the work, our time, the peer's time, their ratio, and the figure to reach."""

    work: str
    ours: str
    peer: str
    figure: str
    reach: str
    reached: bool | None


@dataclass(slots=True)
class Table:
    """More figures, without anything to reach; a note below them."""

    title: str
    text: str
    heads: list[str]
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""

    @property
    def lines(self) -> list[str]:
        """It as Markdown."""
        cells = [self.heads, ["---"] * len(self.heads), *self.rows]
        return ["", f"## {self.title}", "", self.text, "", *map(_line, cells), "", self.note]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def engine_text(rows: list[Row], table: Table) -> str:
    """Return the figures of the engine alone, as Markdown."""
    return "\n".join([*_figures(rows), *table.lines]) + "\n"


def write(rows: list[Row], table: Table) -> str:
    """Return the report as Markdown, and keep it."""
    lines = [
        "# Measurements",
        "",
        "Written by `make bench`. Clearprop and its peers are measured alternately in the same",
        "run. Times are medians, with minimum and maximum in brackets.",
        "",
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {platform.system()}",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        + ", ".join(f"{package} {version(package)}" for package in PACKAGES),
        "",
        *_figures(rows),
        *table.lines,
    ]
    sections = (CLUSTER, HOSTILE, TRIED)
    text = "\n\n".join(["\n".join(lines), *(each.read_text().rstrip() for each in sections)]) + "\n"
    RESULTS.write_text(text)
    return text


def write_hostile(table: Table) -> None:
    """Keep the figures of attacks, and replace them in the report."""
    _replace(HOSTILE, [*table.lines[1:], when()])


def write_cluster(rows: list[Row], text: str) -> None:
    """Keep the figures of several servers and workers, and replace them in the report."""
    lines = ["## Several servers and workers", "", text, "", *_figures(rows), "", when()]
    _replace(CLUSTER, lines)


def when() -> str:
    """Return the date and the machine of measurements."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}."


def _replace(section: Path, lines: list[str]) -> None:
    before, text = section.read_text(), "\n".join(lines) + "\n"
    section.write_text(text)
    RESULTS.write_text(RESULTS.read_text().replace(before, text))


def _figures(rows: list[Row]) -> list[str]:
    words = {True: "yes", False: "**no**", None: "—"}
    heads = ["work", "ours", "peer", "figure", "to reach", "reached"]
    cells = [
        [row.work, row.ours, row.peer, row.figure, row.reach, words[row.reached]] for row in rows
    ]
    return [_line(row) for row in [heads, ["---"] * len(heads), *cells]]


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor()
    lines = information.read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} × {models[0]}" if models else platform.processor()
