"""Whether a history is what training it again gives: every cost, every keyframe, bit for bit.

The replay never begins anew at a keyframe: each one is compared with what all updates before it
lead to.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from training.engine import Updates
from training.network import Array, Network, initial_parameters
from training.numerics.initializers import InitializerKind
from training.optimizer import OptimizerState
from training.update import Segment, State, UpdateKind


class DifferenceKind(StrEnum):
    """How a history is not what it should be."""

    COST = "COST"
    """An update has another cost than it has when it is made again."""
    KEYFRAME = "KEYFRAME"
    """A stored state is another than the updates before it lead to."""
    DAMAGED = "DAMAGED"
    """What is stored does not read back as it was written."""
    MISSING = "MISSING"
    """Something is not there that must be."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first place in a history that is not as it should be.

    It is within the updates `first_update` to `last_update`. `stored` and `recomputed` are the two
    numbers, where there are two; `parameter` is the place of the parameter in the flat vector,
    where the difference is in one.
    """

    kind: DifferenceKind
    first_update: int
    last_update: int
    message: str
    stored: float | None = None
    recomputed: float | None = None
    parameter: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a verification has come: all updates up to `verified_update` are as they should be.

    `earliest_update` is the one that the history begins with now, `latest_update` the one up to
    which it is verified, `keyframes` how many were compared.
    """

    earliest_update: int
    verified_update: int
    latest_update: int
    keyframes: int


def initial_difference(network: Network, state: State) -> Difference | None:
    """Compare update 0 with what the network's recipe gives; None also where it has none."""
    if network.forked_from or network.initializer.kind is InitializerKind.EXPLICIT:
        return None
    return state_difference(State(0, initial_parameters(network), state.optimizer_state), state)


def cost_difference(segment: Segment, first: int, made: Updates) -> Difference | None:
    """Compare the costs of a segment's updates from number `first` on with those made again."""
    start = first - segment.first_update
    stored = segment.costs[start : start + made.made]
    place = _first_difference(stored, made.costs)
    if place is None:
        return None
    update, was, now = first + place, float(stored[place]), float(made.costs[place])
    message = f"update {update} is stored with the cost {was!r}, and has {now!r} when made again"
    return Difference(DifferenceKind.COST, update, update, message, was, now)


def missing_difference(first: int, last: int) -> Difference:
    """Return that updates, or what they need, are not there."""
    what = f"update {first} is" if first == last else f"the updates {first} to {last} are"
    message = f"{what} not there, though the history goes on to later ones"
    return Difference(DifferenceKind.MISSING, first, last, message)


def state_difference(recomputed: State, stored: State) -> Difference | None:
    """Compare a keyframe with the state that its updates lead to."""
    update = stored.update
    place = _first_difference(stored.parameters, recomputed.parameters)
    if place is None:
        return _memory_difference(update, recomputed.optimizer_state, stored.optimizer_state)
    if len(stored.parameters) != len(recomputed.parameters):
        message = f"the keyframe of update {update} has another number of parameters"
        return Difference(DifferenceKind.KEYFRAME, update, update, message)
    was, now = float(stored.parameters[place]), float(recomputed.parameters[place])
    message = (
        f"the keyframe of update {update} has {was!r} where its updates lead to {now!r},"
        f" in parameter {place}"
    )
    return Difference(DifferenceKind.KEYFRAME, update, update, message, was, now, place)


def changed_difference(kind: UpdateKind, before: State, after: State) -> Difference | None:
    """Compare what an EDIT or RESET left of the optimizer's memory with what it had to leave."""
    expected = before.optimizer_state if kind is UpdateKind.EDIT else None
    return _memory_difference(after.update, expected, after.optimizer_state)


def _memory_difference(
    update: int, recomputed: OptimizerState | None, stored: OptimizerState | None
) -> Difference | None:
    """Compare what optimizers remember."""
    message = f"the keyframe of update {update} has another memory of the optimizer"
    if (recomputed is None) != (stored is None):
        return Difference(DifferenceKind.KEYFRAME, update, update, message)
    if recomputed is None or stored is None:
        return None
    place = _first_difference(stored.values, recomputed.values)
    if recomputed.optimizer != stored.optimizer or (
        place is not None and len(stored.values) != len(recomputed.values)
    ):
        return Difference(DifferenceKind.KEYFRAME, update, update, message)
    if place is None:
        return None
    was, now = float(stored.values[place]), float(recomputed.values[place])
    message += f": {was!r} where its updates lead to {now!r}"
    return Difference(DifferenceKind.KEYFRAME, update, update, message, was, now)


def _first_difference(stored: Array, recomputed: Array) -> int | None:
    """Return where two vectors first differ in a bit; of different lengths, the shorter's end."""
    both = min(len(stored), len(recomputed))
    differs = np.flatnonzero(
        np.ascontiguousarray(stored[:both]).view(np.uint64)
        != np.ascontiguousarray(recomputed[:both]).view(np.uint64)
    )
    if differs.size:
        return int(differs[0])
    return None if len(stored) == len(recomputed) else both
