"""Sums over the units of a layer, compiled: logits, and deltas from the layer above.

Every sum starts at +0.0 and is taken in the order of the loops: a vector has one sum in each lane,
and no sum is split.  The number of sums that are taken at once depends on the registers.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.blocks import BLOCK_ROWS, BLOCK_VECTORS, block_operations
from training.numerics.jit import shared
from training.numerics.lanes import MOST_LANES, LayerLanes
from training.numerics.teams import Share
from training.numerics.vectors import Pointer

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


class _Terms(NamedTuple):
    """The terms from `first` to `end` − 1 of the sums in a tile and the ones after it."""

    tile: int
    first: int
    end: int


@cache
def weighted_sums(lanes: int) -> Any:
    """Return the function that computes sums in tiles of this number of lanes.

    (weights, v, out, tiles, units): outᵢ ← Σⱼ vⱼ·wᵢⱼ + biasᵢ in every lane of every tile, for these
    units.
    """
    in_tiles, in_each_tile = _in_tiles(lanes, BLOCK_VECTORS), _in_tiles(lanes, 1)

    @shared
    def weighted(
        weights: Weights, v: LayerLanes, out: LayerLanes, tiles: int, units: Share
    ) -> None:
        together = tiles // BLOCK_VECTORS * BLOCK_VECTORS if lanes == MOST_LANES else 0
        if together:
            in_tiles(weights, v, out, 0, together, units)
        if tiles > together:
            in_each_tile(weights, v, out, together, tiles, units)

    return weighted


def _in_tiles(lanes: int, at_once: int) -> Any:
    """Return the function for a number of tiles at once, which use each weight together."""
    of_units, of_one_unit = _of_units(lanes, at_once, BLOCK_ROWS), _of_units(lanes, at_once, 1)
    terms_at_once = _CACHED // (at_once * lanes)

    @shared
    def weighted(
        weights: Weights, v: LayerLanes, out: LayerLanes, first: int, end: int, units: Share
    ) -> None:
        together = units.first + (units.end - units.first) // BLOCK_ROWS * BLOCK_ROWS
        # As many vectors at once as fit the fastest cache; partial sums are stored in `out`.
        for j in range(0, v.units, terms_at_once):
            for tile in range(first, end, at_once):
                terms = _Terms(tile, j, min(j + terms_at_once, v.units))
                of_units(weights, v, out, terms, units.first, together)
                of_one_unit(weights, v, out, terms, together, units.end)

    return weighted


def _of_units(lanes: int, tiles: int, units: int) -> Any:
    """Return the function for a number of units at once, which use each vector together."""
    zeros, load, store, add_products, add = block_operations(units, tiles, lanes)

    @shared
    def weighted(
        weights: Weights, v: LayerLanes, out: LayerLanes, terms: _Terms, first: int, end: int
    ) -> None:
        apart, out_apart = v.units * lanes, out.units * lanes
        for i in range(first, end, units):
            place = out.begin + (terms.tile * out.units + i) * lanes
            sums = load(out.numbers, place, lanes, out_apart) if terms.first else zeros()
            p = weights.first + i * weights.stride_i + terms.first * weights.stride_j
            x = v.begin + (terms.tile * v.units + terms.first) * lanes
            for _ in range(terms.first, terms.end):
                sums = add_products(sums, v.numbers, x, apart, weights.w, p, weights.stride_i)
                p += weights.stride_j
                x += lanes
            if weights.bias >= 0 and terms.end == v.units:
                sums = add(sums, weights.w, weights.bias + i, 1)
            store(out.numbers, place, lanes, out_apart, sums)

    return weighted
