"""Sums of products over the examples of a batch, compiled: gradients of weights and biases.

Every sum starts at +0.0, or with `adding` at the sum of the examples before, and is taken in the
order of the examples.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.jit import shared
from training.numerics.lanes import COLUMNS, ExampleRows, LayerLanes
from training.numerics.vectors import Pointer, at, operations


class OuterProducts(NamedTuple):
    """The sums over examples that gradients need, for tiles of one size."""

    columns: Any
    """(δ, a by example, first, last, out): the first columns of Σ δᵢ·aⱼ that fill whole vectors,
    for the units from first to last − 1; with `adding` they start at the numbers in `out`."""
    one: Any
    """(δ, i, a, j, n, start): start + Σ δᵢ·aⱼ for one unit and one input."""
    total: Any
    """(δ, i, n, start): start + Σ δᵢ for one unit."""


@cache
def outer_products(lanes: int, *, adding: bool) -> OuterProducts:
    """Return the sums for tiles of this number of lanes."""
    return OuterProducts(_columns(lanes, adding=adding), _one(lanes), _total(lanes))


def _columns(lanes: int, *, adding: bool) -> Any:
    by_most_columns = _in_groups(lanes, 2 * COLUMNS, adding=adding)
    by_columns = _in_groups(lanes, COLUMNS, adding=adding)

    @shared
    def columns(delta: LayerLanes, a: ExampleRows, first: int, last: int, out: Pointer) -> None:
        most = a.width // (2 * COLUMNS) * (2 * COLUMNS)
        rest = a.width // COLUMNS * COLUMNS
        by_most_columns(delta, a, 0, most, first, last, out)
        by_columns(delta, a, most, rest, first, last, out)

    return columns


def _in_groups(lanes: int, columns: int, *, adding: bool) -> Any:
    """Return the sums of `OuterProducts.columns` for groups of this number of columns."""
    load, store, fill, spread, _, add_product, _, _ = operations(columns)

    @shared
    def outer(
        delta: LayerLanes,
        a: ExampleRows,
        first_column: int,
        last_column: int,
        first: int,
        last: int,
        out: Pointer,
    ) -> None:
        # Columns outside: those of all examples stay in the fastest cache.
        for j in range(first_column, last_column, columns):
            for i in range(first, last):
                place = (i - first) * a.width + j
                g = load(out, place) if adding else fill(0.0)
                d, x = delta.begin + i * lanes, j
                for _ in range(a.n // lanes):
                    for lane in range(lanes):
                        g = add_product(g, load(a.numbers, x), spread(delta.numbers, d + lane))
                        x += a.width
                    d += delta.units * lanes
                for lane in range(a.n % lanes):
                    g = add_product(g, load(a.numbers, x), spread(delta.numbers, d + lane))
                    x += a.width
                store(out, place, g)

    return outer


def _one(lanes: int) -> Any:
    load, _, _, _, _, _, multiply, add_in_order = operations(lanes)

    @shared
    def one(delta: LayerLanes, i: int, a: LayerLanes, j: int, n: int, start: float) -> float:
        d, x = delta.begin + i * lanes, a.begin + j * lanes
        if n == lanes:
            return add_in_order(start, multiply(load(delta.numbers, d), load(a.numbers, x)))
        g = start
        for _ in range(n // lanes):
            g = add_in_order(g, multiply(load(delta.numbers, d), load(a.numbers, x)))
            d += delta.units * lanes
            x += a.units * lanes
        for lane in range(n % lanes):
            g += at(delta.numbers, d + lane) * at(a.numbers, x + lane)
        return g

    return one


def _total(lanes: int) -> Any:
    load, _, _, _, _, _, _, add_in_order = operations(lanes)

    @shared
    def total(delta: LayerLanes, i: int, n: int, start: float) -> float:
        d = delta.begin + i * lanes
        g = start
        for _ in range(n // lanes):
            g = add_in_order(g, load(delta.numbers, d))
            d += delta.units * lanes
        for lane in range(n % lanes):
            g += at(delta.numbers, d + lane)
        return g

    return total
