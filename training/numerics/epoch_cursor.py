"""Which examples a batch takes, compiled: in their order, or in one of each epoch's own."""

from typing import NamedTuple

from training.numerics.jit import shared
from training.numerics.pcg64 import next_order
from training.numerics.vectors import Pointer, integer_at, put_integer


class EpochCursor(NamedTuple):
    """The order in which a run goes through its training set."""

    examples: int
    """How many there are."""
    order: Pointer
    """The examples of the epoch, in their order."""
    shuffling: Pointer
    shuffled: bool
    rows: Pointer
    """The examples of the batch."""


@shared
def first_epoch(cursor: EpochCursor) -> None:
    """Put the examples into the order of the epoch under way."""
    if cursor.shuffled:
        next_order(cursor.shuffling, cursor.order, cursor.examples)
    else:
        for e in range(cursor.examples):
            put_integer(cursor.order, e, e)


@shared
def next_batch(cursor: EpochCursor, place: int, n: int) -> int:
    """Take n examples from a place in the epoch on, and return the place behind them."""
    for e in range(n):
        if place == cursor.examples:
            place = 0
            if cursor.shuffled:
                next_order(cursor.shuffling, cursor.order, cursor.examples)
        put_integer(cursor.rows, e, integer_at(cursor.order, place))
        place += 1
    return place
