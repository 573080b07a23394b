"""What the tests prove, for how many seconds, and how thoroughly.

`tests/README.md` says which files prove which promise. A test may report more in one line with
counts; both are shown at the end. `make soak` runs the long forms: SOAK is set, and `rounds` gives
their numbers.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeAlias

import pytest

TESTS = Path(__file__).parents[1]

#: How the lines travel from the processes that run tests to the one that reports.
PROPERTY = "promise"

#: Says that a promise was kept: `promise("a kill loses nothing", kills=50, updates=12_345)`.
Promise: TypeAlias = Callable[..., None]

IS_LONG = "SOAK" in os.environ


def rounds(short: int, long: int) -> int:
    """Return how often something is done: in `make test`, or in `make soak`."""
    return long if IS_LONG else short


def tries(short: int) -> int:
    """Return how many examples a property has: in `make soak`, forty times as many."""
    return rounds(short, 40 * short)


def kept(words: str, **counts: float) -> str:
    """Return the line of a promise, with the numbers that show how hard it was tried."""
    numbers = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    return f"{words}: {numbers}"


class Row(NamedTuple):
    """A row of the table in tests/README.md."""

    promise: str
    paths: tuple[str, ...]  # relative to tests/
    quick_form: str
    long_form: str  # "—": there is none


def rows() -> list[Row]:
    """Return the table of what is proven where."""
    lines = (TESTS / "README.md").read_text().splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")]
    return [
        Row(promise, tuple(re.findall("`([^`]+)`", paths)), quick_form, long_form)
        for promise, paths, quick_form, long_form in cells[2:]  # after the head
    ]


def row_of(path: str, table: Iterable[Row]) -> Row | None:
    """Return the row of a test file: the one with the longest path that it is at or below."""
    found = (
        (len(each), row)
        for row in table
        for each in row.paths
        if path == each or path.startswith(f"{each}/")
    )
    return max(found, key=lambda pair: pair[0], default=(0, None))[1]


def seconds_by_promise(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """Yield a line for each promise, the longest first: its seconds and its number of tests.

    A report is of one phase of a test: its setup, call or teardown.
    """
    table = rows()

    @cache
    def promise_of(path: str) -> str:
        row = row_of(path, table)
        return path if row is None else row.promise

    seconds, tests = Counter[str](), Counter[str]()
    for report in reports:
        promise = promise_of(report.nodeid.partition("::")[0].removeprefix("tests/"))
        seconds[promise] += report.duration  # type: ignore[assignment] # counters add floats, too
        tests[promise] += report.when == "call"
    for promise, took in seconds.most_common():
        yield f"{took:7.1f} s {tests[promise]:5,} tests  {promise}"
    if tests:
        yield f"{seconds.total():7.1f} s {tests.total():5,} tests  of all processes together"
