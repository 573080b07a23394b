"""The workspace of a batch, compiled: memory for a number of each unit and lane.

Its layout is described in `lanes`.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import shared
from training.numerics.lanes import MOST_LANES, BatchInputs, LayerLanes
from training.numerics.processors import processor, processor_features
from training.numerics.teams import Share
from training.numerics.transposition import transposition
from training.numerics.vectors import Pointer, at, integer_at, offset, put, put_integer


class TileWorkspace(NamedTuple):
    """Memory for the intermediate results of a batch, which the threads of a team share.

    The layers of z, a, δ and of dropout, the outputs of y and the costs, and the panels of the
    layers' units begin at `begins`. `begins`, `starts` and `lanes` are each thread's own.
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
    """The inputs of the layers, packed into panels."""
    factors: Pointer
    """The factors of the units with dropout."""
    undropped: Pointer
    """The activations before they are multiplied by their factors."""
    lanes: Pointer
    """Two numbers for each lane."""


class TileWorkspaces(NamedTuple):
    """The allocation and layout of a workspace, for tiles of one size."""

    size: Any
    """(layers, units, batch size): the number of integers and of shared floats that a workspace
    takes, for the units of all layers; also a function of Python."""
    within: Any
    """(network, batch size, integers, floats, own): the workspace in that memory, of finite floats;
    OWN_FLOATS of them are the thread's own."""
    tiles_of: Any
    """(n): the number of tiles for n examples."""
    stretches_of: Any
    """(network, workspace, layer, n, units): where the numbers of these units are."""
    in_tiles: Any
    """(network, workspace, layer, tiles): where all numbers of a layer are in these tiles."""
    into_lanes: Any
    """(batch, width, starts, out, tiles): copies numbers of the examples into lanes, if
    they are not known."""


class Stretches(NamedTuple):
    """Numbers of a layer: a number of stretches of memory of the same length."""

    number: int
    begin: int
    """That of the first."""
    length: int
    apart: int
    """The distance from the begin of one to that of the next."""


#: Layers and vectors of parameters begin at multiples of this many floats: a line of the cache.
ALIGNED = 8

#: Each thread has two numbers of its own for each lane.
OWN_FLOATS = 2 * MOST_LANES


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


def _at_once(name: str, features: set[str]) -> int:
    """Return how many numbers LLVM handles at once in loops over them, for these processors.

    It prefers registers of four numbers for other processors that have those of eight.
    """
    return 8 if "avx512f" in features and name.startswith("znver") else 4


#: What pointwise operations handle at once. The rest of a layer would be computed one by one, which
#: took small networks a quarter of their time.
_AT_ONCE = _at_once(processor(), processor_features())


@shared
def _padded(count: int) -> int:
    """Round up to a multiple of what pointwise operations handle at once, at most ALIGNED."""
    return (count + _AT_ONCE - 1) // _AT_ONCE * _AT_ONCE


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
        return layers + lanes, 8 * numbers

    @shared
    def within(
        network: NetworkPointers,
        batch_size: int,
        integers: Pointer,
        floats: Pointer,
        own: Pointer,
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
            own,
        )

    return TileWorkspaces(size, within, tiles_of, *_places(lanes, tiles_of), _into_lanes(lanes))


def _places(lanes: int, tiles_of: Any) -> tuple[Any, Any]:
    """Return `stretches_of` and `in_tiles`."""

    @shared
    def stretches_of(
        network: NetworkPointers, workspace: TileWorkspace, layer: int, n: int, units: Share
    ) -> Stretches:
        begin, width = integer_at(workspace.begins, layer), size_of(network, layer)
        count = units.end - units.first
        if lanes < MOST_LANES or count == width:  # small batches have no team
            length = _padded(tiles_of(n) * lanes * width)
            return Stretches(1, begin, length, length)
        return Stretches(tiles_of(n), begin + units.first * lanes, count * lanes, width * lanes)

    @shared
    def in_tiles(
        network: NetworkPointers, workspace: TileWorkspace, layer: int, tiles: Share
    ) -> Share:
        width = lanes * size_of(network, layer)
        begin = integer_at(workspace.begins, layer) + tiles.first * width
        return Share(begin, begin + _padded((tiles.end - tiles.first) * width))

    return stretches_of, in_tiles


def _into_lanes(lanes: int) -> Any:
    transpose = transposition(lanes)

    @shared
    def into_lanes(
        batch: BatchInputs, width: int, starts: Pointer, out: Pointer, tiles: Share
    ) -> None:
        if batch.is_known:
            return
        numbers = batch.numbers
        place = tiles.first * lanes * width
        for first in range(tiles.first * lanes, tiles.end * lanes, lanes):
            for lane in range(lanes):
                example = min(first + lane, batch.n - 1)
                put_integer(starts, lane, integer_at(batch.rows, example) * width)
            together = width // lanes * lanes
            for j in range(0, together, lanes):
                transpose(numbers, starts, j, out, place)
                place += lanes * lanes
            for j in range(together, width):
                for lane in range(lanes):
                    put(out, place + lane, at(numbers, integer_at(starts, lane) + j))
                place += lanes

    return into_lanes
