"""The costs and output deltas of a batch, compiled, from its outputs and targets."""

from functools import cache
from typing import Any

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.example_weights import ExampleWeights, weighing
from training.numerics.jit import shared
from training.numerics.pointwise import CANCELLING_COSTS, finish, multiply_by_slope
from training.numerics.tile_workspace import TileWorkspace, tile_workspaces
from training.numerics.vectors import Pointer, at, integer_at, offset, operations, put


@cache
def output_pass(lanes: int) -> Any:
    """Return the computation that needs targets, for tiles of this number of lanes.

    (network, targets, weights, rows, n, workspace, costs): sets the deltas of the outputs, their
    activations if the cost computes them, and the cost of each example; with weights, deltas and
    costs are multiplied by them.
    """
    of_workspaces = tile_workspaces(lanes)
    end_of, into_lanes = of_workspaces.end_of, of_workspaces.into_lanes
    add_up, weigh = _cost_of_examples(lanes, of_workspaces.tiles_of), weighing(lanes)

    @shared
    def finish_outputs(
        network: NetworkPointers,
        targets: Pointer,
        weights: ExampleWeights,
        rows: Pointer,
        n: int,
        workspace: TileWorkspace,
        costs: Pointer,
    ) -> None:
        z, a, delta, y = workspace.z, workspace.a, workspace.delta, workspace.y
        layer = network.layers - 1
        outputs = size_of(network, layer)
        begin, end = integer_at(workspace.begins, layer), end_of(network, workspace, layer, n)
        into_lanes(targets, outputs, rows, n, workspace.starts, offset(y, begin))
        if network.cost not in CANCELLING_COSTS:
            for k in range(begin, end):
                put(delta, k, 1.0)
            activation = integer_at(network.activations, layer - 1)
            multiply_by_slope(activation, z, a, delta, begin, end)
        finish(network.cost, z, a, delta, y, workspace.costs, float(outputs), begin, end)
        add_up(workspace, begin, outputs, n, costs)
        if weights.on:
            weigh(network, weights.numbers, rows, n, workspace, costs)

    return finish_outputs


def _cost_of_examples(lanes: int, tiles_of: Any) -> Any:
    """Return the function that adds the costs of the outputs of each example."""
    of_vectors = operations(lanes)
    load, store, fill, add = of_vectors.load, of_vectors.store, of_vectors.fill, of_vectors.add

    @shared
    def add_up(workspace: TileWorkspace, begin: int, outputs: int, n: int, costs: Pointer) -> None:
        for tile in range(tiles_of(n)):
            c = fill(0.0)
            first = begin + tile * outputs * lanes
            for k in range(first, first + outputs * lanes, lanes):
                c = add(c, load(workspace.costs, k))
            store(workspace.lanes, 0, c)
            for lane in range(min(lanes, n - tile * lanes)):
                put(costs, tile * lanes + lane, at(workspace.lanes, lane))

    return add_up
