"""Weights of examples, compiled: factors of their costs and of the deltas of their outputs.

All gradients of an example follow from the deltas of its outputs, so they have the same factor.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.arguments import Data
from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import part, shared
from training.numerics.teams import Share
from training.numerics.tile_workspace import TileWorkspace
from training.numerics.vectors import Pointer, at, integer_at, pointer, put


class ExampleWeights(NamedTuple):
    """The weights of a training set within a kernel."""

    on: bool
    """Whether there are any: without them nothing is multiplied."""
    numbers: Pointer
    """One for each example."""


@shared
def weights_of(data: Data) -> ExampleWeights:
    """Return the weights of examples; they are valid as long as the data are kept."""
    return ExampleWeights(data.weights.size > 0, pointer(data.weights))


@cache
def weighing(lanes: int) -> Any:
    """Return the multiplication by weights, for tiles of this number of lanes.

    (network, weights, rows, n, workspace, costs, tiles): multiplies the costs of the examples in
    these tiles and the deltas of their outputs.
    """

    @part
    def weigh(
        network: NetworkPointers,
        weights: Pointer,
        rows: Pointer,
        n: int,
        workspace: TileWorkspace,
        costs: Pointer,
        tiles: Share,
    ) -> None:
        layer = network.layers - 1
        outputs = size_of(network, layer)
        place = integer_at(workspace.begins, layer) + tiles.first * outputs * lanes
        for first in range(tiles.first * lanes, tiles.end * lanes, lanes):
            for lane in range(lanes):
                example = min(first + lane, n - 1)
                weight = at(weights, integer_at(rows, example))
                put(workspace.lanes, lane, weight)
                if first + lane < n:
                    put(costs, example, at(costs, example) * weight)
            for _ in range(outputs):
                for lane in range(lanes):
                    delta = at(workspace.delta, place + lane) * at(workspace.lanes, lane)
                    put(workspace.delta, place + lane, delta)
                place += lanes

    return weigh
