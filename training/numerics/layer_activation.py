"""The activations of a layer from its logits, compiled, for all examples of a batch."""

from functools import cache
from typing import Any

from training.numerics.activations import SOFTMAX
from training.numerics.elementary import exp, log
from training.numerics.encoded_network import ACTIVATION_CODES, NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.pointwise import activate
from training.numerics.tile_workspace import TileWorkspace, tile_workspaces
from training.numerics.vectors import at, integer_at, operations, put

_SOFTMAX = ACTIVATION_CODES[SOFTMAX]


@cache
def layer_activation(lanes: int) -> Any:
    """Return (network, workspace, n, layer): sets the activations of the layer."""
    of_workspaces = tile_workspaces(lanes)
    end_of, softmax = of_workspaces.end_of, _softmax(lanes, of_workspaces.tiles_of)

    @shared
    def activate_layer(
        network: NetworkPointers, workspace: TileWorkspace, n: int, layer: int
    ) -> None:
        activation = integer_at(network.activations, layer - 1)
        if activation == _SOFTMAX:
            softmax(network, workspace, n)
        else:
            begin, end = integer_at(workspace.begins, layer), end_of(network, workspace, layer, n)
            activate(activation, workspace.z, workspace.a, begin, end)

    return activate_layer


def _softmax(lanes: int, tiles_of: Any) -> Any:
    of_vectors = operations(lanes)
    load, store, fill, add = of_vectors.load, of_vectors.store, of_vectors.fill, of_vectors.add

    @shared
    def softmax(network: NetworkPointers, workspace: TileWorkspace, n: int) -> None:
        """Compute ln a and a from the logits of the outputs: see `activations.softmax`."""
        z, a, of_lane = workspace.z, workspace.a, workspace.lanes
        layer = network.layers - 1
        width = size_of(network, layer) * lanes
        for tile in range(tiles_of(n)):
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
