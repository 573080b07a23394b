"""The backward pass of a batch, compiled: from the deltas of the outputs to the hidden layers."""

from functools import cache
from typing import Any

from training.numerics.blocks import BLOCK_ROWS
from training.numerics.dropout import DropoutPointers, drop_deltas
from training.numerics.encoded_network import NetworkPointers
from training.numerics.jit import shared
from training.numerics.pointwise import multiply_by_slope
from training.numerics.teams import Team, meet, share_of
from training.numerics.tile_workspace import TileWorkspace, layer_lanes, tile_workspaces
from training.numerics.vectors import Pointer, integer_at
from training.numerics.weighted_sums import Weights, weighted_sums


@cache
def backward_pass(lanes: int) -> Any:
    """Return the backward pass for tiles of this number of lanes.

    (network, parameters, dropout, workspace, n, team): sets the deltas of the hidden layers.
    """
    of_workspaces = tile_workspaces(lanes)
    tiles_of, stretches_of = of_workspaces.tiles_of, of_workspaces.stretches_of
    weighted = weighted_sums(lanes)

    @shared
    def backward(
        network: NetworkPointers,
        parameters: Pointer,
        dropout: DropoutPointers,
        workspace: TileWorkspace,
        n: int,
        team: Team,
    ) -> None:
        z, delta = workspace.z, workspace.delta
        a = workspace.undropped if dropout.on else workspace.a
        weight = network.parameters
        for layer in range(network.layers - 2, 0, -1):
            above = layer_lanes(network, workspace, delta, layer + 1)
            own = layer_lanes(network, workspace, delta, layer)
            weight -= above.units * (own.units + network.bias)
            units = share_of(team, own.units, BLOCK_ROWS)
            weights = Weights(parameters, weight, 1, own.units, -1)
            weighted(weights, above, own, tiles_of(n), units)
            activation = integer_at(network.activations, layer - 1)
            stretches = stretches_of(network, workspace, layer, n, units)
            for stretch in range(stretches.number):
                begin = stretches.begin + stretch * stretches.apart
                multiply_by_slope(activation, z, a, delta, begin, begin + stretches.length)
            if dropout.on:
                drop_deltas(workspace, stretches)
            meet(team)

    return backward
