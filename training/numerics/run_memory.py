"""The memory that the updates of a run need in addition to its parameters, compiled."""

from typing import Any, NamedTuple

from training.numerics.arguments import Data, Plan, Workspace
from training.numerics.batch_step import SPAN
from training.numerics.encoded_network import NetworkPointers
from training.numerics.epoch_cursor import EpochCursor
from training.numerics.jit import shared
from training.numerics.optimizer_memory import memories_of
from training.numerics.parameter_update import ParameterVectors
from training.numerics.tile_workspace import TileWorkspace, tile_workspaces
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
    """(network, plan, data, workspace): the number of integers and floats that it takes."""
    within: Any
    """(network, plan, data, workspace, integers, floats): the memory; the floats are 0."""


def run_memories(lanes: int) -> RunMemories:
    """Return the allocation of the memory of a run for tiles of this number of lanes."""
    of_tiles = tile_workspaces(lanes)
    tile_size, tiles_within = of_tiles.size, of_tiles.within

    @shared
    def size(
        network: NetworkPointers, plan: Plan, data: Data, workspace: Workspace
    ) -> tuple[int, int]:
        integers, floats = tile_size(network, plan.batch_size)
        parameters = 4 * network.parameters  # three vectors and a gradient
        of_held_out = held_out_size(network, workspace.validating)
        return (
            integers + plan.batch_size + data.inputs.shape[0] + of_held_out[0],
            floats + plan.batch_size + 4 + parameters + SPAN + of_held_out[1],
        )

    @shared
    def within(
        network: NetworkPointers,
        plan: Plan,
        data: Data,
        workspace: Workspace,
        integers: Pointer,
        floats: Pointer,
    ) -> RunMemory:
        batch_size = plan.batch_size
        integer_count, float_count = tile_size(network, batch_size)
        rows = offset(integers, integer_count)
        order = offset(rows, batch_size)
        shuffling = workspace.shuffling
        examples = data.inputs.shape[0]
        shuffled = shuffling.size > 0
        cursor = EpochCursor(
            examples, plan.epoch_examples, order, pointer(shuffling), shuffled, rows
        )
        costs = offset(floats, float_count)
        finite = offset(costs, batch_size)
        put(finite, 0, 1.0)
        parameters = network.parameters
        kept = memories_of(workspace) == 2
        powers = offset(pointer(workspace.memory), 2 * parameters) if kept else offset(finite, 1)
        share = offset(finite, 3)
        put(share, 0, 1.0)
        if plan.rates.dampening != 0.0:
            share = offset(pointer(workspace.memory), parameters)
        w = offset(finite, 4)
        beside = ParameterVectors(w, offset(w, parameters), offset(w, 2 * parameters))
        tiles = tiles_within(network, batch_size, integers, floats)
        gradient = offset(w, 3 * parameters)
        held_out = held_out_of(
            network,
            workspace.validating,
            offset(order, examples),
            offset(gradient, parameters + SPAN),
        )
        return RunMemory(tiles, cursor, costs, finite, powers, share, beside, gradient, held_out)

    return RunMemories(size, within)
