"""The forward pass of a batch, compiled: from inputs to activations."""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.blocks import BLOCK_ROWS
from training.numerics.dropout import DropoutPointers, drop_units
from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.lanes import BatchInputs
from training.numerics.layer_activation import layer_activation
from training.numerics.pointwise import ACTIVATING_COSTS
from training.numerics.teams import Share, Team, meet, share_of
from training.numerics.tile_workspace import TileWorkspace, layer_lanes, tile_workspaces
from training.numerics.vectors import Pointer
from training.numerics.weighted_sums import Weights, weighted_sums


class ForwardPass(NamedTuple):
    """The forward pass for tiles of one size."""

    forward: Any
    """(network, batch, parameters, dropout, workspace, team): sets logits and activations, except
    for outputs whose activations the cost computes, or which have softmax."""
    predict: Any
    """(network, n, workspace): sets the activations of these outputs if there are no targets."""


@cache
def forward_pass(lanes: int) -> ForwardPass:
    """Return the forward pass for tiles of this number of lanes."""
    of_workspaces = tile_workspaces(lanes)
    tiles_of, into_lanes = of_workspaces.tiles_of, of_workspaces.into_lanes
    weighted, (activate, activate_softmax) = weighted_sums(lanes), layer_activation(lanes)

    @shared
    def predict(network: NetworkPointers, n: int, workspace: TileWorkspace) -> None:
        layer = network.layers - 1
        if network.cost in ACTIVATING_COSTS:
            activate(network, workspace, n, layer, Share(0, size_of(network, layer)))
        activate_softmax(network, workspace, Share(0, tiles_of(n)))

    @shared
    def forward(
        network: NetworkPointers,
        batch: BatchInputs,
        parameters: Pointer,
        dropout: DropoutPointers,
        workspace: TileWorkspace,
        team: Team,
    ) -> None:
        tiles = tiles_of(batch.n)
        of_tiles = share_of(team, tiles, 1)
        into_lanes(batch, size_of(network, 0), workspace.starts, workspace.a, of_tiles)
        meet(team)
        weight = 0
        for layer in range(1, network.layers):
            below = layer_lanes(network, workspace, workspace.a, layer - 1)
            logits = layer_lanes(network, workspace, workspace.z, layer)
            units = share_of(team, logits.units, BLOCK_ROWS)
            bias = weight + logits.units * below.units
            weights = Weights(parameters, weight, below.units, 1, bias if network.bias else -1)
            weighted(weights, below, logits, tiles, units)
            if layer < network.layers - 1 or network.cost not in ACTIVATING_COSTS:
                activate(network, workspace, batch.n, layer, units)
            if dropout.on and layer < network.layers - 1:
                drop_units(network, workspace, dropout, tiles, lanes, layer, units)
            meet(team)
            weight = bias + logits.units * network.bias

    return ForwardPass(forward, predict)
