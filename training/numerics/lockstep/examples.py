"""The examples of runs in lockstep, compiled: each run has its own, and its own place in its epoch.

No batch of a call ends with an epoch before it is full: it goes on into the next one.
"""

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.epoch_cursor import EpochCursor, first_epoch, next_batch
from training.numerics.jit import shared
from training.numerics.lockstep.arguments import LockstepPlan, LockstepWorkspace
from training.numerics.lockstep.vectors import LANES
from training.numerics.tile_workspace import TileWorkspace
from training.numerics.training_kernel import COST_REACHED
from training.numerics.vectors import Pointer, at, integer_at, offset, pointer, put, put_integer


@shared
def cursor_of(
    plan: LockstepPlan, workspace: LockstepWorkspace, rows: Pointer, lane: int
) -> EpochCursor:
    """Return the cursor of one run; the orders of all runs follow their rows in memory."""
    n, examples = plan.batch_size, plan.inputs.shape[1]
    is_shuffled = workspace.shuffling.shape[0] > 0
    orders, words = offset(rows, LANES * n), pointer(workspace.shuffling)
    return EpochCursor(
        examples,
        plan.epoch_examples,
        offset(orders, lane * examples),
        offset(words, lane * workspace.shuffling.shape[1] if is_shuffled else 0),
        is_shuffled,
        offset(rows, lane * n),
    )


@shared
def begin_epochs(plan: LockstepPlan, workspace: LockstepWorkspace, rows: Pointer) -> None:
    """Compute the order of the examples in the current epoch of each run."""
    for lane in range(LANES):
        first_epoch(cursor_of(plan, workspace, rows, lane))


@shared
def next_batches(
    network: NetworkPointers,
    plan: LockstepPlan,
    workspace: LockstepWorkspace,
    rows: Pointer,
    tiles: TileWorkspace,
) -> None:
    """Copy the inputs and targets of the next batch of each run into its lane."""
    n, examples = plan.batch_size, plan.inputs.shape[1]
    inputs, outputs = size_of(network, 0), size_of(network, network.layers - 1)
    places, x, y = pointer(workspace.places), pointer(plan.inputs), pointer(plan.targets)
    to_x = tiles.a
    to_y = offset(tiles.y, integer_at(tiles.begins, network.layers - 1))
    for lane in range(LANES):
        cursor = cursor_of(plan, workspace, rows, lane)
        put_integer(places, lane, next_batch(cursor, integer_at(places, lane), n))
        for e in range(n):
            row = lane * examples + integer_at(cursor.rows, e)
            for j in range(inputs):
                put(to_x, (e * inputs + j) * LANES + lane, at(x, row * inputs + j))
            for k in range(outputs):
                put(to_y, (e * outputs + k) * LANES + lane, at(y, row * outputs + k))


@shared
def end_epochs(plan: LockstepPlan, workspace: LockstepWorkspace, costs: Pointer) -> bool:
    """Add the costs of the batches to their epochs; return whether no run has reached its cost."""
    n, used = plan.batch_size, plan.epoch_examples
    places, epoch_cost = pointer(workspace.places), pointer(workspace.epoch_cost)
    goes_on = True
    for lane in range(LANES):
        place = integer_at(places, lane)
        following = place if place < n else 0  # examples of the next epoch
        cost = _added(costs, lane, 0, n - following, at(epoch_cost, lane))
        if following > 0 or place == used:
            if cost / used < plan.cost_below[lane]:
                put_integer(pointer(workspace.outcomes), lane, COST_REACHED)
                goes_on = False
            cost = _added(costs, lane, n - following, n, 0.0)
        put(epoch_cost, lane, cost)
    return goes_on


@shared
def _added(costs: Pointer, lane: int, begin: int, end: int, start: float) -> float:
    """Return start + Σ of the costs of examples from begin to end − 1 of one run."""
    total = start
    for e in range(begin, end):
        total += at(costs, e * LANES + lane)
    return total
