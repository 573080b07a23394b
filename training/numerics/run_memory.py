"""The memory that the updates of a run need in addition to its parameters, compiled."""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.arguments import Data, Plan, Scratch, Workspace
from training.numerics.batch_step import SPAN
from training.numerics.encoded_network import NetworkPointers, unit_count
from training.numerics.epoch_cursor import EpochCursor
from training.numerics.jit import shared
from training.numerics.optimizer_memory import memories_of
from training.numerics.parameter_update import ParameterVectors
from training.numerics.tile_workspace import TileWorkspace, aligned, tile_workspaces
from training.numerics.validations import HeldOut, held_out_of, held_out_size
from training.numerics.vectors import Pointer, offset, pointer, put


class RunMemory(NamedTuple):
    """The memory for intermediate results of the updates of a run."""

    tiles: TileWorkspace
    cursor: EpochCursor
    costs: Pointer
    """The costs of the examples in a batch."""
    finite: Pointer
    """1 while all new parameters are finite."""
    powers: Pointer
    """β₁^t and β₂^t if they are part of the optimizer state, else two unused numbers."""
    share: Pointer
    """The share of the next gradient if it is part of the optimizer state, else an unused 1."""
    beside: ParameterVectors
    """A second set of parameters: the next update is written there, and dropped if it is not
    finite."""
    gradient: Pointer
    held_out: HeldOut


class RunMemories(NamedTuple):
    """The allocation of the memory of a run, for tiles of one size."""

    size: Any
    """(layers, units, plan, data, workspace): the number of integers and floats that it takes, for
    the units of all layers; a function of Python."""
    within: Any
    """(network, plan, data, workspace, scratch): the memory in the scratch."""


@cache
def run_memories(lanes: int) -> RunMemories:
    """Return the allocation of the memory of a run for tiles of this number of lanes."""
    of_tiles = tile_workspaces(lanes)
    tile_size, tiles_within = of_tiles.size, of_tiles.within

    def size(
        layers: int, units: int, plan: Plan, data: Data, workspace: Workspace
    ) -> tuple[int, int]:
        integers, floats = tile_size(layers, units, plan.batch_size)
        parameters = 4 * aligned(workspace.parameters.size)  # three vectors and a gradient
        of_held_out = held_out_size(layers, units, workspace.validating)
        return (
            integers + plan.batch_size + data.inputs.shape[0] + of_held_out[0],
            floats + parameters + SPAN + of_held_out[1] + plan.batch_size + 4,
        )

    @shared
    def within(
        network: NetworkPointers,
        plan: Plan,
        data: Data,
        workspace: Workspace,
        scratch: Scratch,
    ) -> RunMemory:
        integers, floats = pointer(scratch.integers), pointer(scratch.floats)
        batch_size, layers, units = plan.batch_size, network.layers, unit_count(network)
        integer_count, float_count = tile_size(layers, units, batch_size)
        rows = offset(integers, integer_count)
        order = offset(rows, batch_size)
        shuffling = workspace.shuffling
        examples = data.inputs.shape[0]
        shuffled = shuffling.size > 0
        cursor = EpochCursor(
            examples, plan.epoch_examples, order, pointer(shuffling), shuffled, rows
        )
        parameters = network.parameters
        apart = aligned(parameters)
        w = offset(floats, float_count)
        beside = ParameterVectors(w, offset(w, apart), offset(w, 2 * apart))
        gradient = offset(w, 3 * apart)
        of_held_out = offset(gradient, apart + SPAN)
        costs = offset(of_held_out, held_out_size(layers, units, workspace.validating)[1])
        finite = offset(costs, batch_size)
        put(finite, 0, 1.0)
        kept = memories_of(workspace) == 2
        powers = offset(pointer(workspace.memory), 2 * parameters) if kept else offset(finite, 1)
        share = offset(finite, 3)
        put(share, 0, 1.0)
        if plan.rates.dampening != 0.0:
            share = offset(pointer(workspace.memory), parameters)
        tiles = tiles_within(network, batch_size, integers, floats)
        held_out = held_out_of(network, workspace.validating, offset(order, examples), of_held_out)
        return RunMemory(tiles, cursor, costs, finite, powers, share, beside, gradient, held_out)

    return RunMemories(size, within)
