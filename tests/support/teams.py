"""Helpers for the computation of updates by several threads."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from training.numerics.helpers import NO_HELPERS, Helpers

#: As many as any test needs at the same time.
_THREADS = ThreadPoolExecutor(8, "helper")


def helpers_for(threads: int) -> Helpers:
    """Return the helpers that make so many threads with that of the test."""
    return Helpers(threads - 1, _THREADS.submit) if threads > 1 else NO_HELPERS


@dataclass
class ChangingPool:
    """A pool that always lends, for one segment after the other so many helpers, again and again.

    `lent` are those that it lent.
    """

    counts: Sequence[int]
    lent: list[int] = field(default_factory=list)

    @contextmanager
    def lend(self, most: int) -> Iterator[Helpers]:
        count = self.counts[len(self.lent) % len(self.counts)]
        self.lent.append(count)
        yield helpers_for(count + 1)
