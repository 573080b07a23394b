"""What an update consists of: its phases, in the order in which the loops go through them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from training.network import Array


class PhaseKind(StrEnum):
    """What is done in a phase of an update."""

    ZERO = "zero"
    FORWARD = "forward"
    COST = "cost"
    DELTAS = "deltas"
    ADD = "add"
    DIVIDE = "divide"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class WalkPhase:
    """Consecutive steps that belong together: those from `first_step`, `step_count` of them.

    `position` is the example's place in the batch, `layer` its layer from 1; None where the phase
    is of the whole batch, or of all layers. `gradient_sum` (parameters) is G after it, where it
    adds to it. A phase that is not walked through has no steps and no sum.
    """

    kind: PhaseKind
    position: int | None = None
    layer: int | None = None
    first_step: int = 0
    step_count: int = 0
    gradient_sum: Array | None = None


def phases_of(layer_count: int, example_count: int) -> Iterator[WalkPhase]:
    """Yield the phases of an update, without steps; `layer_count` does not count the inputs."""
    layers = range(1, layer_count + 1)
    yield WalkPhase(PhaseKind.ZERO)
    for position in range(example_count):
        for layer in layers:
            yield WalkPhase(PhaseKind.FORWARD, position, layer)
        yield WalkPhase(PhaseKind.COST, position)
        for layer in reversed(layers):
            yield WalkPhase(PhaseKind.DELTAS, position, layer)
            yield WalkPhase(PhaseKind.ADD, position, layer)
    for kind in (PhaseKind.DIVIDE, PhaseKind.UPDATE):
        for layer in layers:
            yield WalkPhase(kind, layer=layer)
