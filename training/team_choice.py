"""Chooses whether threads help to compute the updates of a run, by what they have saved so far."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Final, Protocol

from training.numerics.helpers import NO_HELPERS, Helpers

#: The least time of a thread in an update, in seconds: with less, threads would spend a
#: considerable part of it on waking up and meeting each other.
_LEAST_SECONDS: Final = 50e-6

#: Helpers must save at least a tenth of the time of one thread.
_WORTH: Final = 0.9

#: After so many segments, what was slower is measured again: other programs come and go.
_MEASURED_AGAIN: Final = 100


class HelperPool(Protocol):
    """The threads of a process that may help runs."""

    def lend(self, most: int) -> AbstractContextManager[Helpers]:
        """Lend up to so many threads of idle processors, none if there are none."""


class NoHelperPool:
    """The pool of a process in which each run is computed by one thread."""

    @contextmanager
    def lend(self, most: int) -> Iterator[Helpers]:  # noqa: ARG002 (of the port)
        """Lend no thread."""
        yield NO_HELPERS


@dataclass(slots=True)
class _Measured:
    """How long an update took, in seconds, 0 if unknown, and how many segments ago."""

    seconds: float = 0.0
    age: int = 0


class TeamChoice:
    """Chooses how many helpers to ask for, segment by segment of one run.

    One thread begins. If an update takes it long enough, the next segments have helpers, as long as
    an update with helpers takes considerably less time.
    """

    def __init__(self, *, can_be_shared: bool) -> None:
        self._can_be_shared = can_be_shared
        self._alone, self._together = _Measured(), _Measured()
        self._has_begun = False

    @property
    def seconds_alone(self) -> float:
        """How long an update last took one thread; 0 if unknown."""
        return self._alone.seconds

    @property
    def most(self) -> int:
        """The number of helpers to ask for in the next segment."""
        if not self._can_be_shared:
            return 0
        alone, together = self._alone, self._together
        is_worth = together.seconds < _WORTH * alone.seconds
        if (alone if is_worth else together).age >= _MEASURED_AGAIN:
            is_worth = not is_worth
        return max(int(alone.seconds / _LEAST_SECONDS) - 1, 0) if is_worth else 0

    def note(self, helpers: int, seconds: float) -> None:
        """Note how long an update took in the latest segment, with so many helpers."""
        if not self._has_begun:
            # Nothing is in the caches yet: small networks would seem to be worth helpers.
            self._has_begun = True
            return
        measured, other = self._alone, self._together
        if helpers:
            measured, other = other, measured
        measured.seconds, measured.age = seconds, 0
        other.age += 1
