"""The gradient G of a batch, compiled: the sum of its examples' gradients, layer by layer."""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.lanes import COLUMNS, MOST_LANES, Panels
from training.numerics.outer_products import outer_products
from training.numerics.tile_workspace import TileWorkspace, layer_lanes
from training.numerics.vectors import Pointer, at, copy, integer_at, offset, put


class BatchGradient(NamedTuple):
    """The gradient of a batch for tiles of one size."""

    pack: Any
    """(network, inputs, rows, n, workspace, layer): packs the inputs of the layer for `weights`."""
    weights: Any
    """(network, n, workspace, layer, first, last, out): G of a layer's weights, for the units from
    first to last − 1; with `adding`, it is added to `out`."""
    biases: Any
    """(network, n, workspace, layer, out): G of a layer's biases; with `adding` as `weights`."""


@cache
def batch_gradient(lanes: int, *, adding: bool = False) -> BatchGradient:
    """Return the gradient of a batch for tiles of this number of lanes.

    With `adding` the sums continue those of the examples before, with the same bits as one sum.
    """
    sums = outer_products(lanes, adding=adding)
    columns, one, total = sums.columns, sums.one, sums.total

    @shared
    def weights(
        network: NetworkPointers,
        n: int,
        workspace: TileWorkspace,
        layer: int,
        first: int,
        last: int,
        out: Pointer,
    ) -> None:
        below = layer_lanes(network, workspace, workspace.a, layer - 1)
        delta = layer_lanes(network, workspace, workspace.delta, layer)
        inputs = below.units
        if inputs >= MOST_LANES:
            columns(delta, Panels(workspace.panels, n, inputs), first, last, out)
        for i in range(first, last):
            for j in range(inputs // MOST_LANES * MOST_LANES, inputs):
                place = (i - first) * inputs + j
                start = at(out, place) if adding else 0.0
                put(out, place, one(delta, i, below, j, n, start))

    @shared
    def biases(
        network: NetworkPointers, n: int, workspace: TileWorkspace, layer: int, out: Pointer
    ) -> None:
        delta = layer_lanes(network, workspace, workspace.delta, layer)
        for i in range(delta.units):
            put(out, i, total(delta, i, n, at(out, i) if adding else 0.0))

    return BatchGradient(_pack(lanes), weights, biases)


def _pack(lanes: int) -> Any:
    into_wide, into_narrow = _into_panels(lanes, COLUMNS), _into_panels(lanes, MOST_LANES)

    @shared
    def pack(
        network: NetworkPointers,
        inputs: Pointer,
        rows: Pointer,
        n: int,
        workspace: TileWorkspace,
        layer: int,
    ) -> None:
        below = size_of(network, layer - 1)
        wide = below // COLUMNS * COLUMNS
        into_wide(network, inputs, rows, n, workspace, layer, 0, wide)
        into_narrow(
            network, inputs, rows, n, workspace, layer, wide, below // MOST_LANES * MOST_LANES
        )

    return pack


def _into_panels(lanes: int, columns: int) -> Any:
    """Return the function that packs units into panels of this width."""

    @shared
    def into_panels(
        network: NetworkPointers,
        inputs: Pointer,
        rows: Pointer,
        n: int,
        workspace: TileWorkspace,
        layer: int,
        first: int,
        end: int,
    ) -> None:
        below = layer_lanes(network, workspace, workspace.a, layer - 1)
        for j in range(first, end, columns):
            panel = offset(workspace.panels, j * n)
            for e in range(n):
                out = offset(panel, e * columns)
                if layer == 1:
                    copy(offset(inputs, integer_at(rows, e) * below.units + j), columns, out)
                else:
                    place = below.begin + (e // lanes * below.units + j) * lanes + e % lanes
                    for column in range(columns):
                        put(out, column, at(below.numbers, place + column * lanes))

    return into_panels
