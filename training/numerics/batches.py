"""Which examples a batch takes, compiled: in their order, or in one of each epoch's own."""

from typing import NamedTuple

from training.numerics.jit import shared
from training.numerics.pcg64 import next_order
from training.numerics.vectors import Pointer, integer_at, put_integer


class Batches(NamedTuple):
    """Which examples a run's updates take, and when it ends early."""

    batch_size: int
    """From 1 to the number of examples."""
    total_examples: int
    """Epochs × examples."""
    updates_done: int
    """How many updates the run has already made."""
    cost_below: float
    """The run ends with an epoch of a lower mean cost; −∞ to let it go on."""


class Cursor(NamedTuple):
    """Where a run stands in its training set."""

    examples: int
    """How many there are."""
    order: Pointer
    """The examples of the epoch, in their order."""
    shuffling: Pointer
    shuffled: bool
    rows: Pointer
    """The examples of the batch."""


@shared
def first_epoch(cursor: Cursor) -> None:
    """Put the examples into the order of the epoch under way."""
    if cursor.shuffled:
        next_order(cursor.shuffling, cursor.order, cursor.examples)
    else:
        for e in range(cursor.examples):
            put_integer(cursor.order, e, e)


@shared
def next_batch(cursor: Cursor, place: int, n: int) -> int:
    """Take n examples from a place in the epoch on, and return the place behind them."""
    for e in range(n):
        if place == cursor.examples:
            place = 0
            if cursor.shuffled:
                next_order(cursor.shuffling, cursor.order, cursor.examples)
        put_integer(cursor.rows, e, integer_at(cursor.order, place))
        place += 1
    return place
