"""The table of figures: printed, and written to results.md."""

import platform
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

RESULTS = Path(__file__).with_name("results.md")
PACKAGES = ("clearprop-server", "numba", "numpy", "grpcio", "protobuf", "sqlalchemy")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: what was done, ours, the peer's, how they compare, and what we want to reach."""

    work: str
    ours: str
    peer: str
    figure: str
    reach: str
    reached: bool | None


def write(rows: list[Row]) -> str:
    """Return the report as Markdown, and keep it."""
    lines = [
        "# Measured",
        "",
        "Written by `make bench`: ours and the peer's from the same run, in turn. Medians, with",
        "the least and the greatest in brackets.",
        "",
        f"- {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {platform.system()}",
        f"- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        + ", ".join(f"{package} {version(package)}" for package in PACKAGES),
        "",
        "| work | ours | peer | figure | to reach | reached |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    words = {True: "yes", False: "**no**", None: "—"}
    lines += [
        f"| {row.work} | {row.ours} | {row.peer} | {row.figure} | {row.reach} |"
        f" {words[row.reached]} |"
        for row in rows
    ]
    text = "\n".join(lines) + "\n"
    RESULTS.write_text(text)
    return text


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if not information.exists():
        return platform.processor()
    lines = information.read_text().splitlines()
    models = [line.split(":")[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} × {models[0]}" if models else platform.processor()
