"""The training kernel: the loop over the updates of a run.  One update is in `batch_step`."""

from typing import Any

from training.numerics.arguments import (
    DATA,
    NETWORK,
    PLAN,
    SCRATCH,
    WORKSPACE,
    Data,
    Floats,
    Plan,
    Scratch,
    Workspace,
)
from training.numerics.batch_step import BatchPointers, batch_step
from training.numerics.dropout import dropout_of
from training.numerics.encoded_network import EncodedNetwork, NetworkPointers, pointers_of
from training.numerics.epoch_cursor import first_epoch, next_batch
from training.numerics.example_weights import weights_of
from training.numerics.gradient_rule import penalizes
from training.numerics.jit import kernel, shared
from training.numerics.optimizer_memory import memories_of
from training.numerics.parameter_update import ParameterVectors, UpdateRule, corrected
from training.numerics.ruled_update import cost_of_penalty
from training.numerics.run_memory import RunMemory, run_memories
from training.numerics.signatures import INTEGER, signature
from training.numerics.validations import validate
from training.numerics.vectors import Pointer, at, copy, integer_at, offset, pointer, put, sum_of

#: Why `train` stopped.
MADE, DIVERGED, COST_REACHED = range(3)


@shared
def _vectors(parameters: Floats, memory: Floats) -> ParameterVectors:
    v = pointer(memory)
    return ParameterVectors(pointer(parameters), v, offset(v, parameters.size))


@shared
def _ends_epoch_below(
    costs: Pointer, n: int, left: int, examples: int, epoch_cost: Pointer, cost_below: float
) -> bool:
    """Add the costs of a batch to its epoch; return whether the epoch ends below the limit.

    `left` is the number of examples of the epoch in the batch and after it.
    """
    put(epoch_cost, 0, sum_of(costs, 0, min(n, left), at(epoch_cost, 0)))
    if n < left:
        return False
    mean = at(epoch_cost, 0) / examples
    put(epoch_cost, 0, sum_of(costs, left, n, 0.0))
    return mean < cost_below  # type: ignore[no-any-return]


@shared
def _mean_cost(
    network: NetworkPointers, rule: UpdateRule, costs: Pointer, n: int, w: Pointer
) -> float:
    """Return the mean cost of the examples of a batch, plus the penalty."""
    cost: float = sum_of(costs, 0, n, 0.0) / n
    if penalizes(rule.gradient_rule):
        cost = cost + cost_of_penalty(network, rule, w)
    return cost


def training_kernel(lanes: int) -> Any:
    """Return the training kernel for tiles of this number of lanes."""
    memory_within, descend = run_memories(lanes).within, batch_step(lanes)

    @kernel(
        signature(NETWORK, DATA, PLAN, WORKSPACE, SCRATCH, results=(INTEGER, INTEGER)),
        f"train with tiles of {lanes}",
    )
    def train(
        encoded: EncodedNetwork, data: Data, plan: Plan, workspace: Workspace, scratch: Scratch
    ) -> tuple[int, int]:
        network = pointers_of(encoded, workspace.parameters)
        batch_size, rates = plan.batch_size, plan.rates
        _begin_counted(workspace)
        memory = memory_within(network, plan, data, workspace, scratch)
        cursor, finite = memory.cursor, memory.finite
        x, y, weights = pointer(data.inputs), pointer(data.targets), weights_of(data)
        costs, epoch_cost = pointer(workspace.costs), pointer(workspace.epoch_cost)
        learning_rates = pointer(plan.learning_rates)
        old, new, other = _sets(workspace, memory.beside)
        power1, power2, share = at(memory.powers, 0), at(memory.powers, 1), at(memory.share, 0)
        is_plain, frozen = plan.frozen.size == 0, pointer(plan.frozen)
        memories = memories_of(workspace)

        first_epoch(cursor)
        position = plan.position
        place = position % cursor.used
        done, validations, outcome = 0, 0, MADE
        point = integer_at(memory.held_out.after, 0)
        while done < workspace.costs.size and position < plan.total_examples and outcome == MADE:
            n = min(batch_size, plan.total_examples - position)
            left = cursor.used - (place if place < cursor.used else 0)  # of the epoch
            n = min(n, left) if plan.ends_with_epoch != 0 else n
            place = next_batch(cursor, place, n)
            next_power1, next_power2 = power1 * rates.beta1, power2 * rates.beta2
            now = corrected(rates, at(learning_rates, done), next_power1, next_power2, share)
            rule = UpdateRule(
                plan.optimizer, now, finite, plan.gradient_rule, frozen, is_plain, memories
            )
            batch = BatchPointers(x, y, weights, cursor.rows, n)
            dropout = dropout_of(plan.dropout, plan.dropout.update + done)
            descend(
                network, batch, dropout, memory.tiles, memory.costs, memory.gradient, rule, old, new
            )
            if at(finite, 0) == 0.0:
                outcome = DIVERGED
                break
            put(costs, done, _mean_cost(network, rule, memory.costs, n, old.w))
            old, new, other = new, other, new
            power1, power2, share = next_power1, next_power2, 1.0 - rates.dampening
            if workspace.recorded.shape[0] > 0:
                _record(old, workspace, done)
            position += n
            done += 1
            if _ends_epoch_below(memory.costs, n, left, cursor.used, epoch_cost, plan.cost_below):
                outcome = COST_REACHED
            if done == point:
                _put_counted(memory, power1, power2, share)
                validate(network, old, workspace, memory.held_out, validations)
                validations += 1
                point = integer_at(memory.held_out.after, validations)
        _copy_back(old, workspace, done)
        _put_counted(memory, power1, power2, share)
        return done, outcome

    return train


@shared
def _begin_counted(workspace: Workspace) -> None:
    """Set the numbers of the optimizer state that count for all parameters, as the run has them."""
    first = memories_of(workspace) * workspace.parameters.size
    begun, own = pointer(workspace.begun_memory), pointer(workspace.memory)
    copy(offset(begun, first), workspace.memory.size - first, offset(own, first))


@shared
def _put_counted(memory: RunMemory, power1: float, power2: float, share: float) -> None:
    """Store the numbers of the optimizer state that count for all parameters."""
    put(memory.powers, 0, power1)
    put(memory.powers, 1, power2)
    put(memory.share, 0, share)


@shared
def _record(vectors: ParameterVectors, workspace: Workspace, update: int) -> None:
    size = workspace.parameters.size
    copy(vectors.w, size, offset(pointer(workspace.recorded), update * size))


@shared
def _sets(
    workspace: Workspace, beside: ParameterVectors
) -> tuple[ParameterVectors, ParameterVectors, ParameterVectors]:
    """Return the vectors of before the first update, of after it, and of after the second.

    No update overwrites those it starts from.  The last one of the call sets those of the caller,
    unless the run ends before.
    """
    begun = _vectors(workspace.begun_parameters, workspace.begun_memory)
    own = _vectors(workspace.parameters, workspace.memory)
    if workspace.costs.size % 2 == 1:
        return begun, own, beside
    return begun, beside, own


@shared
def _copy_back(vectors: ParameterVectors, workspace: Workspace, done: int) -> None:
    """Copy the vectors of after the last update into those of the caller, unless they are those."""
    if done > 0 and (workspace.costs.size - done) % 2 == 0:
        return
    size, memories = workspace.parameters.size, memories_of(workspace)
    to = _vectors(workspace.parameters, workspace.memory)
    copy(vectors.w, size, to.w)
    copy(vectors.v, min(memories, 1) * size, to.v)
    copy(vectors.s, (memories - 1) * size, to.s)
