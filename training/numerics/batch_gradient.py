"""The gradient G of a batch, compiled: the sum of its examples' gradients, layer by layer."""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.lanes import COLUMNS, ExampleRows
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
        if inputs >= COLUMNS:
            columns(delta, ExampleRows(workspace.by_example, n, inputs), first, last, out)
        for i in range(first, last):
            for j in range(inputs // COLUMNS * COLUMNS, inputs):
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
        if below < COLUMNS:
            return
        packed = workspace.by_example
        begin = integer_at(workspace.begins, layer - 1)
        for e in range(n):
            if layer == 1:
                row = offset(inputs, integer_at(rows, e) * below)
                copy(row, below, offset(packed, e * below))
            else:
                place = begin + e // lanes * below * lanes + e % lanes
                for j in range(below):
                    put(packed, e * below + j, at(workspace.a, place + j * lanes))

    return pack
