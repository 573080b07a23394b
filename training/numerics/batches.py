"""Which examples a batch takes, compiled: in their order or, epoch by epoch, in one of its own."""

from typing import NamedTuple

from training.numerics.jit import shared
from training.numerics.pcg64 import next_order
from training.numerics.vectors import Pointer, integer_at, put_integer


class Examples(NamedTuple):
    """Where a run stands in its training set."""

    number: int
    order: Pointer
    """Those of the epoch, in their order."""
    shuffling: Pointer
    shuffled: bool
    rows: Pointer
    """Those of the batch."""


@shared
def first_epoch(examples: Examples) -> None:
    """Put the examples into the order of the epoch under way."""
    for e in range(examples.number):
        put_integer(examples.order, e, e)
    if examples.shuffled:
        next_order(examples.shuffling, examples.order, examples.number)


@shared
def next_batch(examples: Examples, place: int, n: int) -> int:
    """Take n examples from a place in the epoch on, and return the place behind them."""
    for e in range(n):
        if place == examples.number:
            place = 0
            if examples.shuffled:
                next_order(examples.shuffling, examples.order, examples.number)
        put_integer(examples.rows, e, integer_at(examples.order, place))
        place += 1
    return place
