"""The costs and output deltas of a batch, compiled, from its outputs and targets."""

from functools import cache
from typing import Any

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.example_weights import ExampleWeights, weighing
from training.numerics.jit import shared
from training.numerics.lanes import BatchInputs
from training.numerics.layer_activation import layer_activation
from training.numerics.pointwise import CANCELLING_COSTS, finish, multiply_by_slope
from training.numerics.teams import Share, Team, share_of
from training.numerics.tile_workspace import TileWorkspace, tile_workspaces
from training.numerics.vectors import Pointer, at, integer_at, offset, operations, put


@cache
def output_pass(lanes: int) -> Any:
    """Return the computation that needs targets, for tiles of this number of lanes.

    (network, targets, weights, workspace, costs, team): sets the deltas of the outputs, their
    activations if the cost computes them or if they have softmax, and the cost of each example;
    with weights, deltas and costs are multiplied by them.
    """
    of_workspaces = tile_workspaces(lanes)
    tiles_of, in_tiles = of_workspaces.tiles_of, of_workspaces.in_tiles
    into_lanes, activate_softmax = of_workspaces.into_lanes, layer_activation(lanes).of_softmax
    add_up, weigh = _cost_of_examples(lanes), weighing(lanes)

    @shared
    def finish_outputs(
        network: NetworkPointers,
        targets: BatchInputs,
        weights: ExampleWeights,
        workspace: TileWorkspace,
        costs: Pointer,
        team: Team,
    ) -> None:
        z, a, delta, y = workspace.z, workspace.a, workspace.delta, workspace.y
        layer = network.layers - 1
        outputs = size_of(network, layer)
        tiles = share_of(team, tiles_of(targets.n), 1)
        of_layer = offset(y, integer_at(workspace.begins, layer))
        into_lanes(targets, outputs, workspace.starts, of_layer, tiles)
        activate_softmax(network, workspace, tiles)
        begin, end = in_tiles(network, workspace, layer, tiles)
        if network.cost not in CANCELLING_COSTS:
            for k in range(begin, end):
                put(delta, k, 1.0)
            activation = integer_at(network.activations, layer - 1)
            multiply_by_slope(activation, z, a, delta, begin, end)
        finish(network.cost, z, a, delta, y, workspace.costs, float(outputs), begin, end)
        add_up(workspace, begin, outputs, targets.n, costs, tiles)
        if weights.on:
            weigh(network, weights.numbers, targets.rows, targets.n, workspace, costs, tiles)

    return finish_outputs


def _cost_of_examples(lanes: int) -> Any:
    """Return the function that adds the costs of the outputs of each example."""
    of_vectors = operations(lanes)
    load, store, fill, add = of_vectors.load, of_vectors.store, of_vectors.fill, of_vectors.add

    @shared
    def add_up(
        workspace: TileWorkspace, begin: int, outputs: int, n: int, costs: Pointer, tiles: Share
    ) -> None:
        k = begin
        for tile in range(tiles.first, tiles.end):
            c = fill(0.0)
            for _ in range(outputs):
                c = add(c, load(workspace.costs, k))
                k += lanes
            store(workspace.lanes, 0, c)
            for lane in range(min(lanes, n - tile * lanes)):
                put(costs, tile * lanes + lane, at(workspace.lanes, lane))

    return add_up
