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
from training.numerics.lanes import BatchInputs
from training.numerics.optimizer_memory import (
    Counted,
    counted_after,
    counted_before,
    memories_of,
    put_counted,
)
from training.numerics.parameter_update import ParameterVectors, UpdateRule, corrected
from training.numerics.ruled_update import cost_of_penalty
from training.numerics.run_memory import OWN_SIZE, run_memories
from training.numerics.signatures import INTEGER, signature
from training.numerics.teams import MEMBER, Member, Team
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
        signature(NETWORK, DATA, PLAN, WORKSPACE, SCRATCH, MEMBER, results=(INTEGER, INTEGER)),
        f"train with tiles of {lanes}",
    )
    def train(
        encoded: EncodedNetwork,
        data: Data,
        plan: Plan,
        workspace: Workspace,
        scratch: Scratch,
        member: Member,
    ) -> tuple[int, int]:
        network = pointers_of(encoded, workspace.parameters)
        memory = memory_within(network, plan, data, workspace, scratch, member)
        cursor, team, costs = memory.cursor, memory.step.team, memory.step.costs
        is_first, finite = team.number == 0, offset(memory.finite, team.number * OWN_SIZE)
        x, y, weights = pointer(data.inputs), pointer(data.targets), weights_of(data)
        mean_costs, learning_rates = pointer(workspace.costs), pointer(plan.learning_rates)
        old, new, other = _sets(workspace, memory.beside)
        counted = counted_before(plan, workspace)

        first_epoch(cursor)
        position = plan.position
        place = position % cursor.used
        done, validations, outcome, known = 0, 0, MADE, 0
        point = integer_at(memory.held_out.after, 0)
        while done < workspace.costs.size and position < plan.total_examples and outcome == MADE:
            left = cursor.used - (place if place < cursor.used else 0)  # of the epoch
            n = _batch_size(plan, plan.total_examples - position, left)
            # A batch of all examples in order is the same for each update, from any place on.
            is_known = n == known
            if not is_known:
                place = next_batch(cursor, place, n)
            known = n if n == cursor.used and not cursor.shuffled else 0
            after = counted_after(plan, counted)
            rule = _rule(plan, workspace, at(learning_rates, done), counted, after, finite)
            inputs = BatchInputs(x, cursor.rows, n, is_known)
            targets = BatchInputs(y, cursor.rows, n, is_known)
            batch = BatchPointers(inputs, targets, weights)
            dropout = dropout_of(plan.dropout, plan.dropout.update + done)
            descend(network, batch, dropout, memory.step, rule, old, new)
            if not _all_finite(team, memory.finite):
                outcome = DIVERGED
                break
            if is_first:
                put(mean_costs, done, _mean_cost(network, rule, costs, n, old.w))
            old, new, other = new, other, new
            counted = after
            if is_first and workspace.recorded.shape[0] > 0:
                _record(old, workspace, done)
            position += n
            done += 1
            if _ends_epoch_below(costs, n, left, cursor.used, memory.epoch_cost, plan.cost_below):
                outcome = COST_REACHED
            if is_first and done == point:
                put_counted(plan, workspace, counted)
                validate(network, old, workspace, memory.held_out, validations)
                validations += 1
                point = integer_at(memory.held_out.after, validations)
        if is_first:
            _copy_back(old, workspace, done)
            put_counted(plan, workspace, counted)
        return done, outcome

    return train


@shared
def _batch_size(plan: Plan, examples: int, of_epoch: int) -> int:
    """Return the size of the next batch, if so many examples are left of the run and the epoch."""
    n = min(plan.batch_size, examples)
    return min(n, of_epoch) if plan.ends_with_epoch != 0 else n


@shared
def _rule(
    plan: Plan,
    workspace: Workspace,
    learning_rate: float,
    counted: Counted,
    after: Counted,
    finite: Pointer,
) -> UpdateRule:
    """Return how gradients change parameters in an update that follows what is counted."""
    power1, power2, share = after.power1, after.power2, counted.share
    return UpdateRule(
        plan.optimizer,
        corrected(plan.rates, learning_rate, power1, power2, share),
        finite,
        plan.gradient_rule,
        pointer(plan.frozen),
        plan.frozen.size == 0,
        memories_of(workspace),
    )


@shared
def _all_finite(team: Team, finite: Pointer) -> bool:
    """Return whether the new parameters of all threads are finite."""
    finite_threads = 0
    for thread in range(team.size):
        finite_threads += at(finite, thread * OWN_SIZE) != 0.0
    return finite_threads == team.size


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
