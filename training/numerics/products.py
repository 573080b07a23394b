"""Sums of products, compiled: where the time goes.

What the lanes of a tile hold lies lane beside lane, a vector for each unit or input, tile after
tile (`tiles`).  Every sum is taken in the order of the loops, from +0.0 on: a vector has a sum in
each of its places, and none is ever split.  How many sums are taken at once follows from what there
are registers for.
"""

from typing import Any, NamedTuple

from training.numerics.jit import shared
from training.numerics.vectors import Pointer, at, operations, put

#: The most lanes that a tile has.
MOST_LANES = 8

#: So many columns of a gradient are computed at once, and twice as many, where a layer has as many
#: inputs.
COLUMNS = 16

#: So many numbers stay in the fastest cache while others pass through it.
_CACHED = 3072


class Products(NamedTuple):
    """The sums that training needs, for tiles of one size."""

    weighted: Any
    """(w, first, stride_i, stride_j, bias, v, begin, js, out, out_begin, is, tiles):
    outᵢ ← Σⱼ vⱼ·w[first + i·stride_i + j·stride_j] + w[bias + i] in every lane of every tile;
    nothing is added where bias is −1."""
    outer: Any
    """(δ, begin, units, x, n, inputs, first, last, out): the first columns of Σ δᵢ·aⱼ over
    the examples for the units from first to last − 1, as many
    columns as fill vectors; x holds a, example after example."""
    outer_one: Any
    """(δ, place, units, a, place, inputs, n): Σ δᵢ·aⱼ over the examples, for one unit and input."""
    total: Any
    """(δ, place, units, n): Σ δᵢ over the examples, for one unit."""


def _outer(lanes: int, columns: int) -> Any:
    """Return the sums of `Products.outer` for columns in groups of so many."""
    load, store, fill, spread, _, add_product, _, _ = operations(columns)

    @shared
    def outer(
        delta: Pointer,
        begin: int,
        units: int,
        x: Pointer,
        n: int,
        inputs: int,
        first_column: int,
        last_column: int,
        first: int,
        last: int,
        out: Pointer,
    ) -> None:
        # Columns outside: those of all examples stay in the fastest cache.
        for j in range(first_column, last_column, columns):
            for i in range(first, last):
                g = fill(0.0)
                d, a = begin + i * lanes, j
                for _ in range(n // lanes):
                    for lane in range(lanes):
                        g = add_product(g, load(x, a), spread(delta, d + lane))
                        a += inputs
                    d += units * lanes
                for lane in range(n % lanes):
                    g = add_product(g, load(x, a), spread(delta, d + lane))
                    a += inputs
                store(out, (i - first) * inputs + j, g)

    return outer


def products(lanes: int) -> Products:
    """Return the sums for tiles of so many lanes."""
    load, store, fill, spread, add, add_product, multiply, add_in_order = operations(lanes)
    by_most_columns, by_columns = _outer(lanes, 2 * COLUMNS), _outer(lanes, COLUMNS)

    @shared
    def weighted_four_tiles(
        w: Pointer,
        first: int,
        stride_i: int,
        stride_j: int,
        bias: int,
        v: Pointer,
        begin: int,
        js: int,
        out: Pointer,
        out_begin: int,
        i_s: int,
        tiles: int,
    ) -> None:
        apart, out_apart = js * lanes, i_s * lanes
        # As many vectors at once as stay in the fastest cache; the sums so far wait in `out`.
        at_once = max(_CACHED // (tiles * lanes), 16)
        for j in range(0, js, at_once):
            end = min(j + at_once, js)
            for i in range(i_s):
                for tile in range(0, tiles, 4):
                    place = out_begin + (tile * i_s + i) * lanes
                    s0, s1, s2, s3 = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
                    if j:
                        s0, s1 = load(out, place), load(out, place + out_apart)
                        s2 = load(out, place + 2 * out_apart)
                        s3 = load(out, place + 3 * out_apart)
                    p = first + i * stride_i + j * stride_j
                    x = begin + (tile * js + j) * lanes
                    for _ in range(j, end):
                        w_ij = spread(w, p)
                        s0 = add_product(s0, load(v, x), w_ij)
                        s1 = add_product(s1, load(v, x + apart), w_ij)
                        s2 = add_product(s2, load(v, x + 2 * apart), w_ij)
                        s3 = add_product(s3, load(v, x + 3 * apart), w_ij)
                        p += stride_j
                        x += lanes
                    if bias >= 0 and end == js:
                        b = spread(w, bias + i)
                        s0, s1, s2, s3 = add(s0, b), add(s1, b), add(s2, b), add(s3, b)
                    store(out, place, s0)
                    store(out, place + out_apart, s1)
                    store(out, place + 2 * out_apart, s2)
                    store(out, place + 3 * out_apart, s3)

    @shared
    def weighted_one_tile(
        w: Pointer,
        first: int,
        stride_i: int,
        stride_j: int,
        bias: int,
        v: Pointer,
        begin: int,
        js: int,
        out: Pointer,
        place: int,
        i_s: int,
    ) -> None:
        fours = i_s // 4 * 4
        for i in range(0, fours, 4):
            s0, s1, s2, s3 = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
            p = first + i * stride_i
            x = begin
            for _ in range(js):
                v_j = load(v, x)
                s0 = add_product(s0, v_j, spread(w, p))
                s1 = add_product(s1, v_j, spread(w, p + stride_i))
                s2 = add_product(s2, v_j, spread(w, p + 2 * stride_i))
                s3 = add_product(s3, v_j, spread(w, p + 3 * stride_i))
                p += stride_j
                x += lanes
            if bias >= 0:
                s0, s1 = add(s0, spread(w, bias + i)), add(s1, spread(w, bias + i + 1))
                s2, s3 = add(s2, spread(w, bias + i + 2)), add(s3, spread(w, bias + i + 3))
            store(out, place + i * lanes, s0)
            store(out, place + (i + 1) * lanes, s1)
            store(out, place + (i + 2) * lanes, s2)
            store(out, place + (i + 3) * lanes, s3)
        for i in range(fours, i_s):
            s0 = fill(0.0)
            p = first + i * stride_i
            x = begin
            for _ in range(js):
                s0 = add_product(s0, load(v, x), spread(w, p))
                p += stride_j
                x += lanes
            if bias >= 0:
                s0 = add(s0, spread(w, bias + i))
            store(out, place + i * lanes, s0)

    @shared
    def weighted(
        w: Pointer,
        first: int,
        stride_i: int,
        stride_j: int,
        bias: int,
        v: Pointer,
        begin: int,
        js: int,
        out: Pointer,
        out_begin: int,
        i_s: int,
        tiles: int,
    ) -> None:
        fours = tiles // 4 * 4 if lanes == MOST_LANES else 0
        if fours:
            weighted_four_tiles(
                w, first, stride_i, stride_j, bias, v, begin, js, out, out_begin, i_s, fours
            )
        for tile in range(fours, tiles):
            x, place = begin + tile * js * lanes, out_begin + tile * i_s * lanes
            weighted_one_tile(w, first, stride_i, stride_j, bias, v, x, js, out, place, i_s)

    @shared
    def outer(
        delta: Pointer,
        begin: int,
        units: int,
        x: Pointer,
        n: int,
        inputs: int,
        first: int,
        last: int,
        out: Pointer,
    ) -> None:
        most = inputs // (2 * COLUMNS) * (2 * COLUMNS)
        rest = inputs // COLUMNS * COLUMNS
        by_most_columns(delta, begin, units, x, n, inputs, 0, most, first, last, out)
        by_columns(delta, begin, units, x, n, inputs, most, rest, first, last, out)

    @shared
    def outer_one(
        delta: Pointer, d: int, units: int, a: Pointer, x: int, inputs: int, n: int
    ) -> float:
        if n == lanes:
            return add_in_order(0.0, multiply(load(delta, d), load(a, x)))
        g = 0.0
        for _ in range(n // lanes):
            g = add_in_order(g, multiply(load(delta, d), load(a, x)))
            d += units * lanes
            x += inputs * lanes
        for lane in range(n % lanes):
            g += at(delta, d + lane) * at(a, x + lane)
        return g

    @shared
    def total(delta: Pointer, d: int, units: int, n: int) -> float:
        g = 0.0
        for _ in range(n // lanes):
            g = add_in_order(g, load(delta, d))
            d += units * lanes
        for lane in range(n % lanes):
            g += at(delta, d + lane)
        return g

    return Products(weighted, outer, outer_one, total)


@shared
def sum_of(numbers: Pointer, begin: int, end: int, start: float) -> float:
    """Return start + Σ of the numbers from begin to end − 1, in their order."""
    total = start
    for e in range(begin, end):
        total += at(numbers, e)
    return total


@shared
def copy(numbers: Pointer, count: int, to: Pointer) -> None:
    """Copy so many numbers."""
    for p in range(count):
        put(to, p, at(numbers, p))
