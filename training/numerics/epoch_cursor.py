"""The examples of each batch, compiled: in the order of the set, or shuffled in each epoch."""

from typing import NamedTuple

from training.numerics.jit import shared
from training.numerics.pcg64 import next_order
from training.numerics.vectors import Pointer, integer_at, put_integer


class EpochCursor(NamedTuple):
    """The position of a run in its training set."""

    examples: int
    """The number of examples in the training set."""
    used: int
    """The number of examples that each epoch uses, the first in its order."""
    order: Pointer
    """The examples of the epoch, in their order."""
    shuffling: Pointer
    shuffled: bool
    rows: Pointer
    """The examples of the batch."""


@shared
def first_epoch(cursor: EpochCursor) -> None:
    """Compute the order of the examples in the current epoch."""
    if cursor.shuffled:
        next_order(cursor.shuffling, cursor.order, cursor.examples)
    else:
        for e in range(cursor.examples):
            put_integer(cursor.order, e, e)


@shared
def next_batch(cursor: EpochCursor, place: int, n: int) -> int:
    """Select n examples from a position in the epoch on, and return the position after them."""
    for e in range(n):
        if place == cursor.used:
            place = 0
            if cursor.shuffled:
                next_order(cursor.shuffling, cursor.order, cursor.examples)
        put_integer(cursor.rows, e, integer_at(cursor.order, place))
        place += 1
    return place
