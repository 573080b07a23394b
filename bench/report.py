"""The measurements in results.md: a section for each part, with when and where it was measured."""

import platform
import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")
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

    @property
    def cells(self) -> list[str]:
        """It as cells of a table."""
        words = {True: "yes", False: "**no**", None: "—"}
        return [self.work, self.ours, self.peer, self.figure, self.reach, words[self.reached]]


@dataclass(slots=True)
class Table:
    """A table of figures, with a text above it and a note below it; either may be empty."""

    heads: list[str]
    rows: list[list[str]] = field(default_factory=list)
    text: str = ""
    note: str = ""

    def __str__(self) -> str:
        """Return it as Markdown."""
        cells = [self.heads, ["---"] * len(self.heads), *self.rows]
        table = "\n".join(map(line, cells))
        return "\n\n".join(each for each in (self.text, table, self.note) if each)


def table_of(rows: Iterable[Row], text: str = "") -> Table:
    """Return figures as a table."""
    heads = ["work", "ours", "peer", "figure", "to reach", "reached"]
    return Table(heads, [row.cells for row in rows], text)


def line(cells: list[str]) -> str:
    """Return a line of a table."""
    return f"| {' | '.join(cells)} |"


def section(tables: Iterable[Table]) -> str:
    """Return the content of a section: its tables; when, where and with what they were measured."""
    packages = ", ".join(f"{package} {version(package)}" for package in PACKAGES)
    software = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}."
    return "\n\n".join([*map(str, tables), f"{when()} {platform.system()}, {software}"])


def with_section(report: str, title: str, content: str) -> str:
    """Return the report with a section replaced. Raises ValueError if it has none of this title."""
    pattern = re.compile(rf"(?<=^## {re.escape(title)}\n).*?(?=^## |\Z)", re.DOTALL | re.MULTILINE)
    changed, found = pattern.subn(lambda _: f"\n{content}\n\n", report)
    if not found:
        msg = f"the report has no section {title!r}"
        raise ValueError(msg)
    return changed.rstrip() + "\n"


def when() -> str:
    """Return the date and the machine of measurements."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}."


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor()
    lines = information.read_text().splitlines()
    models = [each.split(":")[1].strip() for each in lines if each.startswith("model name")]
    return f"{len(models)} × {models[0]}" if models else platform.processor()
