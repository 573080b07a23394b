"""Sums of products over the examples of a batch, compiled: gradients of weights and biases.

Every sum starts at +0.0, or with `adding` at the sum of the examples before, and is taken in the
order of the examples.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.blocks import BLOCK_ROWS, BLOCK_VECTORS, block_operations
from training.numerics.jit import shared
from training.numerics.lanes import COLUMNS, MOST_LANES, LayerLanes, Panels
from training.numerics.tile_workspace import ALIGNED
from training.numerics.vectors import Pointer, at, operations, prefetch

#: The number of examples, a multiple of the lanes of a tile, whose numbers in a panel stay in the
#: fastest cache; partial sums are stored with the results.
_EXAMPLES = 64


class OuterProducts(NamedTuple):
    """The sums over examples that gradients need, for tiles of one size."""

    columns: Any
    """(δ, panels, first, last, out, soon): the columns of Σ δᵢ·aⱼ that are in panels, for the units
    from first to last − 1; with `adding` they start at the numbers in `out`."""
    one: Any
    """(δ, i, a, j, n, start): start + Σ δᵢ·aⱼ for one unit and one input."""
    total: Any
    """(δ, i, n, start): start + Σ δᵢ for one unit."""


class Soon(NamedTuple):
    """The weights that are needed soon: those before and after the step with this gradient.

    If they do not fit the second-level cache, they are loaded into it during the sums: to wait for
    them afterwards takes half as long as the sums.
    """

    is_large: bool
    old: Pointer
    new: Pointer


class _Part(NamedTuple):
    """Examples from `begin` to `end` − 1 of the panel that begins with a column."""

    column: int
    begin: int
    end: int


@cache
def outer_products(lanes: int, *, adding: bool) -> OuterProducts:
    """Return the sums for tiles of this number of lanes."""
    return OuterProducts(_columns(lanes, adding=adding), _one(lanes), _total(lanes))


def _columns(lanes: int, *, adding: bool) -> Any:
    in_wide = _in_panels(lanes, BLOCK_VECTORS, adding=adding)
    in_narrow = _in_panels(lanes, 1, adding=adding)

    @shared
    def columns(
        delta: LayerLanes, a: Panels, first: int, last: int, out: Pointer, soon: Soon
    ) -> None:
        wide = a.width // COLUMNS * COLUMNS
        in_wide(delta, a, 0, wide, first, last, out, soon)
        in_narrow(delta, a, wide, a.width // MOST_LANES * MOST_LANES, first, last, out, soon)

    return columns


def _in_panels(lanes: int, vectors: int, *, adding: bool) -> Any:
    """Return the sums of `OuterProducts.columns` for panels with this number of vectors."""
    of_units = _of_units(lanes, vectors, BLOCK_ROWS, adding=adding)
    of_one_unit = _of_units(lanes, vectors, 1, adding=adding)

    @shared
    def outer(
        delta: LayerLanes,
        a: Panels,
        begin: int,
        end: int,
        first: int,
        last: int,
        out: Pointer,
        soon: Soon,
    ) -> None:
        together = (last - first) // BLOCK_ROWS * BLOCK_ROWS
        # Panels outside: the numbers of one stay in the fastest cache.
        for column in range(begin, end, vectors * MOST_LANES):
            for e in range(0, a.n, _EXAMPLES):
                part = _Part(column, e, min(e + _EXAMPLES, a.n))
                of_units(delta, a, part, first, 0, together, out, soon)
                of_one_unit(delta, a, part, first, together, last - first, out, soon)

    return outer


def _of_units(lanes: int, vectors: int, units: int, *, adding: bool) -> Any:
    """Return the function for a number of units at once, which use each vector together."""
    zeros, load, store, add_products, _ = block_operations(units, vectors, MOST_LANES)
    columns = vectors * MOST_LANES

    @shared
    def outer(
        delta: LayerLanes,
        a: Panels,
        part: _Part,
        first: int,
        begin: int,
        end: int,
        out: Pointer,
        soon: Soon,
    ) -> None:
        for i in range(begin, end, units):
            place = i * a.width + part.column
            if soon.is_large and part.begin == 0:
                for row in range(units):
                    for column in range(0, columns, ALIGNED):
                        prefetch(soon.old, place + row * a.width + column)
                        prefetch(soon.new, place + row * a.width + column)
            sums = zeros()
            if adding or part.begin:
                sums = load(out, place, a.width, MOST_LANES)
            x = part.column * a.n + part.begin * columns
            d = delta.begin + (part.begin // lanes * delta.units + first + i) * lanes
            for e in range(part.begin, part.end, lanes):
                for lane in range(min(lanes, part.end - e)):
                    sums = add_products(
                        sums, a.numbers, x, MOST_LANES, delta.numbers, d + lane, lanes
                    )
                    x += columns
                d += delta.units * lanes
            store(out, place, a.width, MOST_LANES, sums)

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
