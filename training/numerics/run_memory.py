"""The memory that the updates of a run need in addition to its parameters, compiled.

The threads of a team share it, but for what each of them needs to know where it is.
"""

from functools import cache
from typing import Any, NamedTuple

from training.numerics.arguments import Data, Plan, Scratch, Workspace
from training.numerics.batch_step import SPAN, StepMemory
from training.numerics.encoded_network import NetworkPointers, unit_count
from training.numerics.epoch_cursor import EpochCursor
from training.numerics.jit import shared
from training.numerics.lanes import MOST_LANES
from training.numerics.parameter_update import ParameterVectors
from training.numerics.teams import Member, Team, alone
from training.numerics.tile_workspace import (
    ALIGNED,
    OWN_FLOATS,
    aligned,
    tile_workspaces,
)
from training.numerics.validations import HeldOut, held_out_of, held_out_size
from training.numerics.vectors import Pointer, at, offset, pointer, put, put_integer


class RunMemory(NamedTuple):
    """The memory for intermediate results of the updates of a run, as one thread sees it."""

    step: StepMemory
    cursor: EpochCursor
    """The thread's own."""
    finite: Pointer
    """1 while all new parameters of the first thread are finite; those of the others have their own
    number, in steps of OWN_SIZE."""
    epoch_cost: Pointer
    """The sum of the costs of the examples in the current epoch; the thread's own."""
    beside: ParameterVectors
    """A second set of parameters: the next update is written there, and dropped if it is not
    finite."""
    held_out: HeldOut
    """For the first thread."""


class RunMemories(NamedTuple):
    """The allocation of the memory of a run, for tiles of one size."""

    size: Any
    """(layers, units, plan, data, workspace, threads): the number of integers and floats that it
    takes, for the units of all layers; a function of Python."""
    within: Any
    """(network, plan, data, workspace, scratch, member): the memory in the scratch, whose first
    integer is 0 before the call."""


#: The floats of a thread: those of its tiles, whether its parameters are finite, and the epoch's
#: cost.
OWN_SIZE = (OWN_FLOATS + 2 + ALIGNED - 1) // ALIGNED * ALIGNED


@cache
def run_memories(lanes: int) -> RunMemories:
    """Return the allocation of the memory of a run for tiles of this number of lanes."""
    return RunMemories(_size(lanes), _within(lanes))


@cache
def _integers_of_thread(lanes: int) -> Any:
    """Return the function that counts the integers of a thread: the last one counts its meetings.

    (layers, units, plan, data, workspace); also a function of Python.
    """
    tile_size = tile_workspaces(lanes).size

    @shared
    def integers(layers: int, units: int, plan: Plan, data: Data, workspace: Workspace) -> int:
        of_tiles, _ = tile_size(layers, units, plan.batch_size)
        of_held_out, _ = held_out_size(layers, units, workspace.validating)
        return aligned(of_tiles + plan.batch_size + data.inputs.shape[0] + of_held_out + 1)

    return integers


def _size(lanes: int) -> Any:
    tile_size, integers_of_thread = tile_workspaces(lanes).size, _integers_of_thread(lanes)

    def size(
        layers: int, units: int, plan: Plan, data: Data, workspace: Workspace, threads: int
    ) -> tuple[int, int]:
        of_thread = integers_of_thread(layers, units, plan, data, workspace)
        _, floats = tile_size(layers, units, plan.batch_size)
        parameters = 4 * aligned(workspace.parameters.size)  # three vectors and a gradient
        _, of_held_out = held_out_size(layers, units, workspace.validating)
        shared_floats = floats + parameters + SPAN + of_held_out + aligned(plan.batch_size)
        return ALIGNED + threads * of_thread, shared_floats + threads * OWN_SIZE

    return size


def _within(lanes: int) -> Any:
    of_tiles = tile_workspaces(lanes)
    tile_size, tiles_within = of_tiles.size, of_tiles.within
    integers_of_thread, team_of = _integers_of_thread(lanes), _team_of(lanes)

    @shared
    def within(
        network: NetworkPointers,
        plan: Plan,
        data: Data,
        workspace: Workspace,
        scratch: Scratch,
        member: Member,
    ) -> RunMemory:
        layers, units, batch_size = network.layers, unit_count(network), plan.batch_size
        of_thread = integers_of_thread(layers, units, plan, data, workspace)
        of_tiles, shared_floats = tile_size(layers, units, batch_size)
        arrivals = pointer(scratch.integers)
        integers = offset(arrivals, ALIGNED + member.number * of_thread)
        expected = offset(integers, of_thread - 1)
        put_integer(expected, 0, 0)
        rows = offset(integers, of_tiles)
        order = offset(rows, batch_size)
        floats, apart = pointer(scratch.floats), aligned(network.parameters)
        w = offset(floats, shared_floats)
        beside = ParameterVectors(w, offset(w, apart), offset(w, 2 * apart))
        gradient = offset(w, 3 * apart)
        of_held_out = offset(gradient, apart + SPAN)
        costs = offset(of_held_out, held_out_size(layers, units, workspace.validating)[1])
        of_first = offset(costs, aligned(batch_size))
        own = offset(of_first, member.number * OWN_SIZE)
        put(own, OWN_FLOATS, 1.0)
        after_order = offset(order, data.inputs.shape[0])
        return RunMemory(
            StepMemory(
                tiles_within(network, batch_size, integers, floats, own),
                costs,
                gradient,
                team_of(member, arrivals, expected),
            ),
            _cursor(plan, data, workspace, member, order, rows),
            offset(of_first, OWN_FLOATS),
            _epoch_cost(workspace, member, offset(own, OWN_FLOATS + 1)),
            beside,
            held_out_of(network, workspace.validating, after_order, of_held_out),
        )

    return within


def _team_of(lanes: int) -> Any:
    @shared
    def team_of(member: Member, arrivals: Pointer, expected: Pointer) -> Team:
        if lanes == MOST_LANES:
            return Team(member.number, member.size, arrivals, expected)
        return alone(expected)  # which the compiler knows

    return team_of


@shared
def _cursor(
    plan: Plan, data: Data, workspace: Workspace, member: Member, order: Pointer, rows: Pointer
) -> EpochCursor:
    shuffling = workspace.shuffling
    own = offset(pointer(shuffling), member.number * (shuffling.size // member.size))
    examples = data.inputs.shape[0]
    return EpochCursor(examples, plan.epoch_examples, order, own, shuffling.size > 0, rows)


@shared
def _epoch_cost(workspace: Workspace, member: Member, own: Pointer) -> Pointer:
    """Return where a thread has the cost of the epoch: the first one in the state of the caller."""
    of_caller = pointer(workspace.epoch_cost)
    if member.number == 0:
        return of_caller
    put(own, 0, at(of_caller, 0))
    return own
