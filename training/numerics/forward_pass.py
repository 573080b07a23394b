"""The forward pass of a batch, compiled: from inputs to activations."""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.dropout import DropoutPointers, drop_units
from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.layer_activation import layer_activation
from training.numerics.pointwise import ACTIVATING_COSTS
from training.numerics.tile_workspace import TileWorkspace, layer_lanes, tile_workspaces
from training.numerics.vectors import Pointer
from training.numerics.weighted_sums import Weights, weighted_sums


class ForwardPass(NamedTuple):
    """The forward pass for tiles of one size."""

    forward: Any
    """(network, inputs, rows, n, parameters, dropout, workspace): sets logits and
    activations, except for outputs whose activations the cost computes."""
    predict: Any
    """(network, n, workspace): sets the activations of the outputs if there are no targets."""


@cache
def forward_pass(lanes: int) -> ForwardPass:
    """Return the forward pass for tiles of this number of lanes."""
    of_workspaces = tile_workspaces(lanes)
    tiles_of, into_lanes = of_workspaces.tiles_of, of_workspaces.into_lanes
    weighted, activate_layer = weighted_sums(lanes), layer_activation(lanes)

    @shared
    def predict(network: NetworkPointers, n: int, workspace: TileWorkspace) -> None:
        if network.cost in ACTIVATING_COSTS:
            activate_layer(network, workspace, n, network.layers - 1)

    @shared
    def forward(
        network: NetworkPointers,
        inputs: Pointer,
        rows: Pointer,
        n: int,
        parameters: Pointer,
        dropout: DropoutPointers,
        workspace: TileWorkspace,
    ) -> None:
        into_lanes(inputs, size_of(network, 0), rows, n, workspace.starts, workspace.a)
        weight = 0
        for layer in range(1, network.layers):
            below = layer_lanes(network, workspace, workspace.a, layer - 1)
            logits = layer_lanes(network, workspace, workspace.z, layer)
            bias = weight + logits.units * below.units
            weights = Weights(parameters, weight, below.units, 1, bias if network.bias else -1)
            weighted(weights, below, logits, tiles_of(n))
            if layer < network.layers - 1 or network.cost not in ACTIVATING_COSTS:
                activate_layer(network, workspace, n, layer)
            if dropout.on and layer < network.layers - 1:
                drop_units(network, workspace, dropout, tiles_of(n), lanes, layer)
            weight = bias + logits.units * network.bias

    return ForwardPass(forward, predict)
