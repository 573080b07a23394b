"""The order of tests: each process begins with some of those that take longest."""

from itertools import groupby
from pathlib import Path

import pytest

#: Folders and files with tests that take from ten seconds to a minute each.
_LONG = {"demo", "hostile", "ray", "survival", "test_any_request.py"}


def longest_first(items: list[pytest.Item], processes: int) -> None:
    """Sort tests such that long ones come first in the part of each process; files stay together.

    xdist begins with as many equal parts as there are processes; what is at the end of one may be
    taken over by another process.
    """
    parts = _parts_of_long_files([item.path for item in items], processes)
    sizes = [len(items[number::processes]) for number in reversed(range(processes))]
    for item in items:
        if item.path in parts:
            sizes[parts[item.path]] -= 1
    others = iter([number for number, size in enumerate(sizes) for _ in range(size)])
    last = processes - 1
    order = {
        item: (parts[item.path], False) if item.path in parts else (next(others, last), True)
        for item in items
    }
    items.sort(key=order.__getitem__)


def _parts_of_long_files(paths: list[Path], processes: int) -> dict[Path, int]:
    """Return the number of the part that each file with long tests belongs to."""
    files = [path for path, _ in groupby(paths) if _LONG & set(path.parts)]
    return {path: number % processes for number, path in enumerate(files)}
