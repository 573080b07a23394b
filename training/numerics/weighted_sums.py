"""Sums over the units of a layer, compiled: logits, and deltas from the layer above.

Every sum starts at +0.0 and is taken in the order of the loops: a vector has one sum in each lane,
and no sum is split.  The number of sums that are taken at once depends on the registers.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.jit import shared
from training.numerics.lanes import MOST_LANES, LayerLanes
from training.numerics.vectors import Pointer, operations

#: The number of floats that stay in the fastest cache while others are streamed through it.
_CACHED = 3072


class Weights(NamedTuple):
    """The weights of a layer, for sums over its inputs or over its units.

    wᵢⱼ, for the result i and the term j, is at first + i·stride_i + j·stride_j.
    """

    w: Pointer
    first: int
    stride_i: int
    stride_j: int
    bias: int
    """The index of the first bias; −1 for none."""


@cache
def weighted_sums(lanes: int) -> Any:
    """Return the function that computes sums in tiles of this number of lanes.

    (weights, v, out, tiles): outᵢ ← Σⱼ vⱼ·wᵢⱼ + biasᵢ in every lane of every tile.
    """
    in_four_tiles, in_one_tile = _in_four_tiles(lanes), _in_one_tile(lanes)

    @shared
    def weighted(weights: Weights, v: LayerLanes, out: LayerLanes, tiles: int) -> None:
        fours = tiles // 4 * 4 if lanes == MOST_LANES else 0
        if fours:
            in_four_tiles(weights, v, out, fours)
        for tile in range(fours, tiles):
            in_one_tile(
                weights,
                LayerLanes(v.numbers, v.begin + tile * v.units * lanes, v.units),
                LayerLanes(out.numbers, out.begin + tile * out.units * lanes, out.units),
            )

    return weighted


def _in_four_tiles(lanes: int) -> Any:
    """Return the function for four tiles at once, which use each weight together."""
    load, store, fill, spread, add, add_product, _, _ = operations(lanes)

    @shared
    def weighted(weights: Weights, v: LayerLanes, out: LayerLanes, tiles: int) -> None:
        apart, out_apart = v.units * lanes, out.units * lanes
        # As many vectors at once as fit the fastest cache; partial sums are stored in `out`.
        at_once = max(_CACHED // (tiles * lanes), 16)
        for j in range(0, v.units, at_once):
            end = min(j + at_once, v.units)
            for i in range(out.units):
                for tile in range(0, tiles, 4):
                    place = out.begin + (tile * out.units + i) * lanes
                    s0, s1, s2, s3 = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
                    if j:
                        s0, s1 = load(out.numbers, place), load(out.numbers, place + out_apart)
                        s2 = load(out.numbers, place + 2 * out_apart)
                        s3 = load(out.numbers, place + 3 * out_apart)
                    p = weights.first + i * weights.stride_i + j * weights.stride_j
                    x = v.begin + (tile * v.units + j) * lanes
                    for _ in range(j, end):
                        w_ij = spread(weights.w, p)
                        s0 = add_product(s0, load(v.numbers, x), w_ij)
                        s1 = add_product(s1, load(v.numbers, x + apart), w_ij)
                        s2 = add_product(s2, load(v.numbers, x + 2 * apart), w_ij)
                        s3 = add_product(s3, load(v.numbers, x + 3 * apart), w_ij)
                        p += weights.stride_j
                        x += lanes
                    if weights.bias >= 0 and end == v.units:
                        b = spread(weights.w, weights.bias + i)
                        s0, s1, s2, s3 = add(s0, b), add(s1, b), add(s2, b), add(s3, b)
                    store(out.numbers, place, s0)
                    store(out.numbers, place + out_apart, s1)
                    store(out.numbers, place + 2 * out_apart, s2)
                    store(out.numbers, place + 3 * out_apart, s3)

    return weighted


def _in_one_tile(lanes: int) -> Any:
    """Return the function for one tile: four units at once, then the remaining ones."""
    load, store, fill, spread, add, add_product, _, _ = operations(lanes)

    @shared
    def weighted(weights: Weights, v: LayerLanes, out: LayerLanes) -> None:
        w, stride, bias = weights.w, weights.stride_i, weights.bias
        fours = out.units // 4 * 4
        for i in range(0, fours, 4):
            s0, s1, s2, s3 = fill(0.0), fill(0.0), fill(0.0), fill(0.0)
            p = weights.first + i * stride
            x = v.begin
            for _ in range(v.units):
                v_j = load(v.numbers, x)
                s0 = add_product(s0, v_j, spread(w, p))
                s1 = add_product(s1, v_j, spread(w, p + stride))
                s2 = add_product(s2, v_j, spread(w, p + 2 * stride))
                s3 = add_product(s3, v_j, spread(w, p + 3 * stride))
                p += weights.stride_j
                x += lanes
            if bias >= 0:
                s0, s1 = add(s0, spread(w, bias + i)), add(s1, spread(w, bias + i + 1))
                s2, s3 = add(s2, spread(w, bias + i + 2)), add(s3, spread(w, bias + i + 3))
            place = out.begin + i * lanes
            store(out.numbers, place, s0)
            store(out.numbers, place + lanes, s1)
            store(out.numbers, place + 2 * lanes, s2)
            store(out.numbers, place + 3 * lanes, s3)
        for i in range(fours, out.units):
            s0 = fill(0.0)
            p = weights.first + i * stride
            x = v.begin
            for _ in range(v.units):
                s0 = add_product(s0, load(v.numbers, x), spread(w, p))
                p += weights.stride_j
                x += lanes
            if bias >= 0:
                s0 = add(s0, spread(w, bias + i))
            store(out.numbers, out.begin + i * lanes, s0)

    return weighted
