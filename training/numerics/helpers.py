"""Threads that help the thread of a call to compute the updates of a run."""

from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from typing import NamedTuple

from training.numerics.arguments import Scratch
from training.numerics.teams import ALONE, Member

#: What a kernel that trains returns.
Made = tuple[int, int]


def _refuse(_work: Callable[[], Made]) -> "Future[Made]":
    raise RuntimeError("there are no helpers")


class Helpers(NamedTuple):
    """Threads that are free for the duration of a call."""

    threads: int = 0
    begin: "Callable[[Callable[[], Made]], Future[Made]]" = _refuse
    """Have one of them call a function now: the threads of a team wait for each other."""


NO_HELPERS = Helpers()

#: More arrivals than any meeting of a call waits for.
_NO_MEETING = 2**62


def compute_together(compute: Callable[[Member], Made], scratch: Scratch, helpers: Helpers) -> Made:
    """Have this thread and its helpers compute their parts, and return the result.

    Raises what one of them raises, after all have ended.
    """
    if not helpers.threads:
        return compute(ALONE)
    size = helpers.threads + 1
    scratch.integers[0] = 0

    def compute_part(index: int) -> Made:
        try:
            return compute(Member(index, size))
        except BaseException:
            scratch.integers[0] = _NO_MEETING  # the others would wait for this thread for ever
            raise

    others: list[Future[Made]] = []
    try:
        for index in range(1, size):
            others.append(helpers.begin(partial(compute_part, index)))  # noqa: PERF401 (one may raise)
        made = compute_part(0)
    except BaseException:
        scratch.integers[0] = _NO_MEETING
        wait(others)
        raise
    for other in others:
        other.result()
    return made
