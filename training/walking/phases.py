"""The phases of an update, in the order in which the loops execute them."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from training.network import Array


class PhaseKind(StrEnum):
    """The kind of a phase of an update."""

    ZERO = "zero"
    FORWARD = "forward"
    DROP_ACTIVATIONS = "drop-activations"
    COST = "cost"
    WEIGH_COST = "weigh-cost"
    DELTAS = "deltas"
    WEIGH_DELTAS = "weigh-deltas"
    DROP_DELTAS = "drop-deltas"
    ADD = "add"
    DIVIDE = "divide"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class WalkPhase:
    """Consecutive steps that belong together: `step_count` steps from `first_step` on.

    `position` is the position of the example in the batch, `layer` counts from 1; None if the phase
    is for the whole batch, or for all layers. `gradient_sum` (parameters) is G after a phase that
    adds to it. A phase that was not executed has no steps and no sum.
    """

    kind: PhaseKind
    position: int | None = None
    layer: int | None = None
    first_step: int = 0
    step_count: int = 0
    gradient_sum: Array | None = None


def phases_of(
    layer_count: int, example_count: int, *, dropout: bool = False, weights: bool = False
) -> Iterator[WalkPhase]:
    """Yield the phases of an update, without steps; `layer_count` does not count the inputs.

    `weights` are those of examples.
    """
    layers = range(1, layer_count + 1)
    yield WalkPhase(PhaseKind.ZERO)
    for position in range(example_count):
        yield from _forward(position, layer_count, dropout=dropout)
        yield WalkPhase(PhaseKind.COST, position)
        if weights:
            yield WalkPhase(PhaseKind.WEIGH_COST, position)
        yield from _backward(position, layer_count, dropout=dropout, weights=weights)
    for kind in (PhaseKind.DIVIDE, PhaseKind.UPDATE):
        for layer in layers:
            yield WalkPhase(kind, layer=layer)


def _forward(position: int, layer_count: int, *, dropout: bool) -> Iterator[WalkPhase]:
    for layer in range(1, layer_count + 1):
        yield WalkPhase(PhaseKind.FORWARD, position, layer)
        if dropout and layer < layer_count:
            yield WalkPhase(PhaseKind.DROP_ACTIVATIONS, position, layer)


def _backward(
    position: int, layer_count: int, *, dropout: bool, weights: bool
) -> Iterator[WalkPhase]:
    for layer in range(layer_count, 0, -1):
        yield WalkPhase(PhaseKind.DELTAS, position, layer)
        if weights and layer == layer_count:
            yield WalkPhase(PhaseKind.WEIGH_DELTAS, position, layer)
        if dropout and layer < layer_count:
            yield WalkPhase(PhaseKind.DROP_DELTAS, position, layer)
        yield WalkPhase(PhaseKind.ADD, position, layer)
