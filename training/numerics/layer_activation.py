"""The activations of layers from their logits, compiled."""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.activations import SOFTMAX
from training.numerics.elementary import exp, log
from training.numerics.encoded_network import ACTIVATION_CODES, NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.pointwise import activate
from training.numerics.teams import Share
from training.numerics.tile_workspace import TileWorkspace, tile_workspaces
from training.numerics.vectors import at, integer_at, operations, put

_SOFTMAX = ACTIVATION_CODES[SOFTMAX]


class LayerActivation(NamedTuple):
    """The activations of layers for tiles of one size."""

    of_units: Any
    """(network, workspace, n, layer, units): sets those of units, except of softmax."""
    of_softmax: Any
    """(network, workspace, tiles): sets those of outputs with softmax, which needs the logits of
    all of them, in some tiles; other outputs stay as they are."""


@cache
def layer_activation(lanes: int) -> LayerActivation:
    """Return the activations of layers for tiles of this number of lanes."""
    stretches_of, softmax = tile_workspaces(lanes).stretches_of, _softmax(lanes)

    @shared
    def of_units(
        network: NetworkPointers, workspace: TileWorkspace, n: int, layer: int, units: Share
    ) -> None:
        activation = integer_at(network.activations, layer - 1)
        if activation == _SOFTMAX:
            return
        stretches = stretches_of(network, workspace, layer, n, units)
        for stretch in range(stretches.number):
            begin = stretches.begin + stretch * stretches.apart
            end = begin + stretches.length
            activate(activation, workspace.z, workspace.a, begin, end)

    @shared
    def of_softmax(network: NetworkPointers, workspace: TileWorkspace, tiles: Share) -> None:
        if integer_at(network.activations, network.layers - 2) == _SOFTMAX:
            softmax(network, workspace, tiles)

    return LayerActivation(of_units, of_softmax)


def _softmax(lanes: int) -> Any:
    of_vectors = operations(lanes)
    load, store, fill, add = of_vectors.load, of_vectors.store, of_vectors.fill, of_vectors.add

    @shared
    def softmax(network: NetworkPointers, workspace: TileWorkspace, tiles: Share) -> None:
        """Compute ln a and a from the logits of the outputs: see `activations.softmax`."""
        z, a, of_lane = workspace.z, workspace.a, workspace.lanes
        layer = network.layers - 1
        width = size_of(network, layer) * lanes
        for tile in range(tiles.first, tiles.end):
            begin = integer_at(workspace.begins, layer) + tile * width
            end = begin + width
            for lane in range(lanes):
                m = at(z, begin + lane)
                for k in range(begin + lane, end, lanes):
                    m = at(z, k) if at(z, k) > m else m
                put(of_lane, lane, m)
            for k in range(begin, end, lanes):
                for lane in range(lanes):
                    put(z, k + lane, at(z, k + lane) - at(of_lane, lane))
            for k in range(begin, end):
                put(a, k, exp(at(z, k)))
            s = fill(0.0)
            for k in range(begin, end, lanes):
                s = add(s, load(a, k))
            store(of_lane, 0, s)
            for lane in range(lanes):
                put(of_lane, lanes + lane, log(at(of_lane, lane)))
            for k in range(begin, end, lanes):
                for lane in range(lanes):
                    put(z, k + lane, at(z, k + lane) - at(of_lane, lanes + lane))
                    put(a, k + lane, at(a, k + lane) / at(of_lane, lane))

    return softmax
