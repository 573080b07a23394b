"""The layout of the optimizer state in memory, compiled."""

from training.numerics.arguments import Workspace
from training.numerics.jit import shared


@shared
def memories_of(workspace: Workspace) -> int:
    """Return the number of numbers in the optimizer state for each parameter: none, v, or v and s.

    A state with v and s also has β₁^t and β₂^t, one with v may have the share of the next gradient.
    """
    parameters = workspace.parameters.size
    if workspace.memory.size >= 2 * parameters + 2:
        return 2
    return 1 if workspace.memory.size >= parameters else 0
