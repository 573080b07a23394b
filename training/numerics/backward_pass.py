"""The backward pass of a batch, compiled: from the deltas of the outputs to the hidden layers."""

from functools import cache
from typing import Any

from training.numerics.dropout import DropoutPointers, drop_deltas
from training.numerics.encoded_network import NetworkPointers
from training.numerics.jit import shared
from training.numerics.pointwise import multiply_by_slope
from training.numerics.tile_workspace import TileWorkspace, layer_lanes, tile_workspaces
from training.numerics.vectors import Pointer, integer_at
from training.numerics.weighted_sums import Weights, weighted_sums


@cache
def backward_pass(lanes: int) -> Any:
    """Return the backward pass for tiles of this number of lanes.

    (network, parameters, dropout, workspace, n): sets the deltas of the hidden layers.
    """
    of_workspaces = tile_workspaces(lanes)
    tiles_of, end_of = of_workspaces.tiles_of, of_workspaces.end_of
    weighted = weighted_sums(lanes)

    @shared
    def backward(
        network: NetworkPointers,
        parameters: Pointer,
        dropout: DropoutPointers,
        workspace: TileWorkspace,
        n: int,
    ) -> None:
        z, delta = workspace.z, workspace.delta
        a = workspace.undropped if dropout.on else workspace.a
        weight = network.parameters
        for layer in range(network.layers - 2, 0, -1):
            above = layer_lanes(network, workspace, delta, layer + 1)
            own = layer_lanes(network, workspace, delta, layer)
            weight -= above.units * (own.units + network.bias)
            weighted(Weights(parameters, weight, 1, own.units, -1), above, own, tiles_of(n))
            activation = integer_at(network.activations, layer - 1)
            end = end_of(network, workspace, layer, n)
            multiply_by_slope(activation, z, a, delta, own.begin, end)
            if dropout.on:
                drop_deltas(workspace, own.begin, end)

    return backward
