"""The gradient G of a batch, compiled: the sum of its examples' gradients, layer by layer."""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.encoded_network import NetworkPointers
from training.numerics.jit import shared
from training.numerics.lanes import COLUMNS, MOST_LANES, BatchInputs, LayerLanes, Panels
from training.numerics.outer_products import Soon, outer_products
from training.numerics.teams import Share, Team, share_of
from training.numerics.tile_workspace import TileWorkspace, layer_lanes
from training.numerics.vectors import Pointer, at, copy, integer_at, offset, put


class BatchGradient(NamedTuple):
    """The gradient of a batch for tiles of one size."""

    pack: Any
    """(network, batch, workspace, team): packs the inputs of all layers for `weights`."""
    weights: Any
    """(network, n, workspace, layer, units, out, soon): G of the weights of units; with `adding`,
    it is added to `out`."""
    biases: Any
    """(network, n, workspace, layer, units, out): G of their biases; with `adding` as `weights`."""


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
        units: Share,
        out: Pointer,
        soon: Soon,
    ) -> None:
        below = layer_lanes(network, workspace, workspace.a, layer - 1)
        delta = layer_lanes(network, workspace, workspace.delta, layer)
        inputs = below.units
        if inputs >= MOST_LANES:
            panels = Panels(offset(workspace.panels, below.begin), n, inputs)
            columns(delta, panels, units.first, units.end, out, soon)
        for i in range(units.first, units.end):
            for j in range(inputs // MOST_LANES * MOST_LANES, inputs):
                place = (i - units.first) * inputs + j
                start = at(out, place) if adding else 0.0
                put(out, place, one(delta, i, below, j, n, start))

    @shared
    def biases(
        network: NetworkPointers,
        n: int,
        workspace: TileWorkspace,
        layer: int,
        units: Share,
        out: Pointer,
    ) -> None:
        delta = layer_lanes(network, workspace, workspace.delta, layer)
        for i in range(units.first, units.end):
            place = i - units.first
            put(out, place, total(delta, i, n, at(out, place) if adding else 0.0))

    return BatchGradient(_pack(lanes), weights, biases)


def _pack(lanes: int) -> Any:
    into_wide, into_narrow = _into_panels(lanes, COLUMNS), _into_panels(lanes, MOST_LANES)

    @shared
    def pack(
        network: NetworkPointers, batch: BatchInputs, workspace: TileWorkspace, team: Team
    ) -> None:
        for layer in range(1 if batch.is_known else 0, network.layers - 1):
            units = layer_lanes(network, workspace, workspace.a, layer)
            panels = offset(workspace.panels, units.begin)
            wide = units.units // COLUMNS * COLUMNS
            own = share_of(team, units.units // MOST_LANES * MOST_LANES, COLUMNS)
            into_wide(batch, units, layer == 0, own.first, min(own.end, wide), panels)
            into_narrow(batch, units, layer == 0, max(own.first, wide), own.end, panels)

    return pack


def _into_panels(lanes: int, columns: int) -> Any:
    """Return the function that packs units into panels of this width."""

    @shared
    def into_panels(
        batch: BatchInputs,
        units: LayerLanes,
        are_inputs: bool,
        first: int,
        end: int,
        panels: Pointer,
    ) -> None:
        for j in range(first, end, columns):
            out = offset(panels, j * batch.n)
            for e in range(batch.n):
                if are_inputs:
                    row = integer_at(batch.rows, e) * units.units
                    copy(offset(batch.numbers, row + j), columns, out)
                else:
                    place = units.begin + (e // lanes * units.units + j) * lanes + e % lanes
                    for column in range(columns):
                        put(out, column, at(units.numbers, place + column * lanes))
                out = offset(out, columns)

    return into_panels
