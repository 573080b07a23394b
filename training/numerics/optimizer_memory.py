"""The layout of the optimizer state in memory, compiled."""

from typing import NamedTuple

from training.numerics.arguments import Plan, Workspace
from training.numerics.jit import shared
from training.numerics.vectors import at, pointer, put


class Counted(NamedTuple):
    """The numbers of the optimizer state that count for all parameters, if they are part of it."""

    power1: float
    """β₁^t"""
    power2: float
    """β₂^t"""
    share: float
    """That of the next gradient."""


@shared
def memories_of(workspace: Workspace) -> int:
    """Return the number of numbers in the optimizer state for each parameter: none, v, or v and s.

    A state with v and s also has β₁^t and β₂^t, one with v may have the share of the next gradient.
    """
    parameters = workspace.parameters.size
    if workspace.memory.size >= 2 * parameters + 2:
        return 2
    return 1 if workspace.memory.size >= parameters else 0


@shared
def counted_before(plan: Plan, workspace: Workspace) -> Counted:
    """Return them as they are before the first update of a call."""
    begun, size = pointer(workspace.begun_memory), workspace.parameters.size
    power1 = power2 = share = 1.0
    if memories_of(workspace) == 2:
        power1, power2 = at(begun, 2 * size), at(begun, 2 * size + 1)
    if plan.rates.dampening != 0.0:
        share = at(begun, size)
    return Counted(power1, power2, share)


@shared
def counted_after(plan: Plan, counted: Counted) -> Counted:
    """Return them as they are after the next update."""
    rates = plan.rates
    power1, power2 = counted.power1 * rates.beta1, counted.power2 * rates.beta2
    return Counted(power1, power2, 1.0 - rates.dampening)


@shared
def put_counted(plan: Plan, workspace: Workspace, counted: Counted) -> None:
    """Store them in the state of the caller."""
    memory, size = pointer(workspace.memory), workspace.parameters.size
    if memories_of(workspace) == 2:
        put(memory, 2 * size, counted.power1)
        put(memory, 2 * size + 1, counted.power2)
    if plan.rates.dampening != 0.0:
        put(memory, size, counted.share)
