"""What a test says of a promise it has seen kept, in one line with counts; shown at the end.

`make soak` runs the long forms: SOAK is set, and `rounds` gives their numbers.
"""

import os
from collections.abc import Callable
from typing import TypeAlias

#: How the lines travel from the processes that run tests to the one that reports.
PROPERTY = "promise"

#: Says that a promise was kept: `promise("a kill loses nothing", kills=50, updates=12_345)`.
Promise: TypeAlias = Callable[..., None]

IS_LONG = "SOAK" in os.environ


def rounds(short: int, long: int) -> int:
    """Return how often something is done: in `make test`, or in `make soak`."""
    return long if IS_LONG else short


def kept(words: str, **counts: float) -> str:
    """Return the line of a promise, with the numbers that show how hard it was tried."""
    numbers = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    return f"{words}: {numbers}"
