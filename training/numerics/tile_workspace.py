"""The workspace of a batch, compiled: memory for a number of each unit and lane.

Its layout is described in `lanes`.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.lanes import MOST_LANES, LayerLanes
from training.numerics.transposition import transposition
from training.numerics.vectors import Pointer, at, integer_at, offset, put, put_integer


class TileWorkspace(NamedTuple):
    """Memory for the intermediate results of a batch.

    The layers of z, a, δ and of dropout, and the outputs of y and the costs, begin at `begins`.
    """

    begins: Pointer
    starts: Pointer
    """The start of the inputs of the example in each lane."""
    z: Pointer
    a: Pointer
    delta: Pointer
    y: Pointer
    costs: Pointer
    panels: Pointer
    """The inputs of a layer, packed into panels."""
    factors: Pointer
    """The factors of the units with dropout."""
    undropped: Pointer
    """The activations before they are multiplied by their factors."""
    lanes: Pointer
    """Two numbers for each lane."""


class TileWorkspaces(NamedTuple):
    """The allocation and layout of a workspace, for tiles of one size."""

    size: Any
    """(layers, units, batch size): the number of integers and floats that a workspace takes, for
    the units of all layers; also a function of Python."""
    within: Any
    """(network, batch size, integers, floats): the workspace in that memory, of finite floats."""
    tiles_of: Any
    """(n): the number of tiles for n examples."""
    end_of: Any
    """(network, workspace, layer, n): the end of the numbers of a layer."""
    into_lanes: Any
    """(numbers, width, rows, n, starts, out): copies numbers of the examples into lanes."""


#: Layers and vectors of parameters begin at multiples of this many floats: a line of the cache.
ALIGNED = 8


@shared
def aligned(count: int) -> int:
    """Round up to a multiple of ALIGNED."""
    return (count + ALIGNED - 1) // ALIGNED * ALIGNED


@shared
def layer_lanes(
    network: NetworkPointers, workspace: TileWorkspace, numbers: Pointer, layer: int
) -> LayerLanes:
    """Return the numbers of a layer, of z, a or δ of the workspace."""
    return LayerLanes(numbers, integer_at(workspace.begins, layer), size_of(network, layer))


@shared
def _fours(count: int) -> int:
    """Round up to a multiple of four: pointwise operations handle four numbers at once."""
    return (count + 3) // 4 * 4


@cache
def tile_workspaces(lanes: int) -> TileWorkspaces:
    """Return the allocation of workspaces for tiles of this number of lanes.

    With fewer lanes than the maximum, there is only one tile, for small batches.
    """

    @shared
    def tiles_of(n: int) -> int:
        return (n + lanes - 1) // lanes if lanes == MOST_LANES else 1

    @shared
    def size(layers: int, units: int, batch_size: int) -> tuple[int, int]:
        numbers = tiles_of(batch_size) * lanes * units + ALIGNED * layers
        return layers + lanes, 8 * numbers + aligned(2 * lanes)

    @shared
    def within(
        network: NetworkPointers, batch_size: int, integers: Pointer, floats: Pointer
    ) -> TileWorkspace:
        count = tiles_of(batch_size)
        numbers = 0
        for layer in range(network.layers):
            put_integer(integers, layer, numbers)
            numbers += aligned(count * lanes * size_of(network, layer))
        return TileWorkspace(
            integers,
            offset(integers, network.layers),
            floats,
            offset(floats, numbers),
            offset(floats, 2 * numbers),
            offset(floats, 3 * numbers),
            offset(floats, 4 * numbers),
            offset(floats, 5 * numbers),
            offset(floats, 6 * numbers),
            offset(floats, 7 * numbers),
            offset(floats, 8 * numbers),
        )

    @shared
    def end_of(network: NetworkPointers, workspace: TileWorkspace, layer: int, n: int) -> int:
        units = tiles_of(n) * lanes * size_of(network, layer)
        return integer_at(workspace.begins, layer) + _fours(units)  # type: ignore[no-any-return]

    return TileWorkspaces(size, within, tiles_of, end_of, _into_lanes(lanes, tiles_of))


def _into_lanes(lanes: int, tiles_of: Any) -> Any:
    transpose = transposition(lanes)

    @shared
    def into_lanes(
        numbers: Pointer, width: int, rows: Pointer, n: int, starts: Pointer, out: Pointer
    ) -> None:
        place = 0
        for first in range(0, tiles_of(n) * lanes, lanes):
            for lane in range(lanes):
                put_integer(starts, lane, integer_at(rows, min(first + lane, n - 1)) * width)
            together = width // lanes * lanes
            for j in range(0, together, lanes):
                transpose(numbers, starts, j, out, place)
                place += lanes * lanes
            for j in range(together, width):
                for lane in range(lanes):
                    put(out, place + lane, at(numbers, integer_at(starts, lane) + j))
                place += lanes

    return into_lanes
