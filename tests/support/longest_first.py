"""The order of tests: files that take longest come first."""

from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

#: Folders and files whose tests take from ten seconds to a minute, the longest first.
LONG = (
    "survival/test_cluster.py",
    "service/cli/demo",
    "service/faces/rest/test_any_request.py",
    "training/numerics/test_machines.py",
    "service/ray",
    "survival",
    "service/web",
    "hostile",
    "docs",
    "service/execution",
    "storage",
)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests such that no process waits at the end for another; files stay together."""
    items.sort(key=_rank)


def _rank(item: pytest.Item) -> int:
    ranks = (rank for rank, path in enumerate(LONG) if item.path.is_relative_to(TESTS / path))
    return next(ranks, len(LONG))
