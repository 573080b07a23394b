"""Reading in several steps, all of them on the same timeline of the store."""

from collections.abc import Callable, Hashable
from typing import TypeVar

from training.error_kinds import DataLossError, NotFoundError, OutOfRangeError
from training.ports import Store

T = TypeVar("T")


def on_one_timeline(store: Store, read: Callable[[Hashable], T]) -> T:
    """Return what `read` returns for the current timeline; again if it has changed meanwhile.

    `read` opens several views, and may use what was cached for the timeline. Views of two timelines
    do not fit together. Raises what `read` raises.
    """
    while True:
        timeline = store.timeline
        try:
            found = read(timeline)
        except (DataLossError, NotFoundError, OutOfRangeError):
            if store.timeline == timeline:
                raise
        else:
            if store.timeline == timeline:
                return found
