"""The outputs and costs of any number of examples, compiled, a few tiles at a time."""

from typing import NamedTuple

from training.numerics.dropout import DropoutPointers
from training.numerics.encoded_network import NetworkPointers, size_of, unit_count
from training.numerics.example_weights import ExampleWeights
from training.numerics.forward_pass import forward_pass
from training.numerics.jit import part, shared
from training.numerics.lanes import MOST_LANES, BatchInputs
from training.numerics.output_pass import output_pass
from training.numerics.teams import alone
from training.numerics.tile_workspace import OWN_FLOATS, TileWorkspace, tile_workspaces
from training.numerics.vectors import Pointer, at, integer_at, offset, put, put_integer

_workspaces = tile_workspaces(MOST_LANES)
_size, _within = _workspaces.size, _workspaces.within
_forward, _finish = forward_pass(MOST_LANES).forward, output_pass(MOST_LANES)


class ExamplePointers(NamedTuple):
    """Examples, and what an evaluation computes for each of them."""

    inputs: Pointer
    targets: Pointer
    weights: ExampleWeights
    n: int
    outputs: Pointer
    costs: Pointer


class EvaluationMemory(NamedTuple):
    """The memory for intermediate results."""

    at_once: int
    """The number of examples that are computed at once."""
    rows: Pointer
    """Their indices."""
    tiles: TileWorkspace


@shared
def memory_size(layers: int, units: int, at_once: int) -> tuple[int, int]:
    """Return the number of integers and floats that the memory takes, for the units of all layers.

    Also a function of Python.
    """
    integers, floats = _size(layers, units, at_once)
    return integers + at_once, floats + OWN_FLOATS


@shared
def memory_within(
    network: NetworkPointers, at_once: int, integers: Pointer, floats: Pointer
) -> EvaluationMemory:
    """Return the memory in these arrays, of finite floats."""
    integer_count, float_count = _size(network.layers, unit_count(network), at_once)
    tiles = _within(network, at_once, integers, floats, offset(floats, float_count))
    return EvaluationMemory(at_once, offset(integers, integer_count), tiles)


@shared
def select(rows: Pointer, first: int, count: int) -> None:
    """Select consecutive examples."""
    for e in range(count):
        put_integer(rows, e, first + e)


@shared
def copy_example(
    network: NetworkPointers, workspace: TileWorkspace, e: int, layer: int, out: Pointer
) -> None:
    """Copy the activations of a layer for one example of the batch."""
    units = size_of(network, layer)
    lane = integer_at(workspace.begins, layer)
    lane += e // MOST_LANES * units * MOST_LANES + e % MOST_LANES
    for i in range(units):
        put(out, i, at(workspace.a, lane + i * MOST_LANES))


@part
def evaluate_examples(
    network: NetworkPointers,
    w: Pointer,
    dropout: DropoutPointers,
    examples: ExamplePointers,
    memory: EvaluationMemory,
) -> None:
    """Compute the outputs and the cost of each example."""
    tiles, rows, last = memory.tiles, memory.rows, network.layers - 1
    width = size_of(network, last)
    for first in range(0, examples.n, memory.at_once):
        count = min(memory.at_once, examples.n - first)
        select(rows, first, count)
        of_batch = DropoutPointers(
            dropout.on, dropout.rates, dropout.stream, dropout.position + first
        )
        inputs, targets = (
            BatchInputs(examples.inputs, rows, count, is_known=False),
            BatchInputs(examples.targets, rows, count, is_known=False),
        )
        _forward(network, inputs, w, of_batch, tiles, alone(rows))
        costs = offset(examples.costs, first)
        _finish(network, targets, examples.weights, tiles, costs, alone(rows))
        for e in range(count):
            copy_example(network, tiles, e, last, offset(examples.outputs, (first + e) * width))
