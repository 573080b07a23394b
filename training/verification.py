"""Comparison of a history with its replay: every cost and every keyframe, bit for bit.

The replay never restarts at a keyframe: each one is compared with the result of all updates before
it.
"""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from training.engine import Updates
from training.network import Array, Network, initial_parameters
from training.numerics.initializers import InitializerKind
from training.optimizer import OptimizerState
from training.update import Segment, State, UpdateKind
from training.validation import ValidationResult


class DifferenceKind(StrEnum):
    """How a history differs from its replay."""

    COST = "COST"
    """The stored cost of an update differs from the recomputed one."""
    VALIDATION = "VALIDATION"
    """The stored results of a validation differ from the recomputed ones."""
    KEYFRAME = "KEYFRAME"
    """A stored state differs from the result of the updates before it."""
    DAMAGED = "DAMAGED"
    """Stored data is corrupt."""
    MISSING = "MISSING"
    """Something is missing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first difference between a history and its replay.

    It is within the updates `first_update` to `last_update`. `stored` and `recomputed` are the two
    numbers, if there are two; `parameter` is the index of the parameter in the flat vector, if the
    difference is in one.
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
    """The progress of a verification: all updates up to `verified_update` are verified.

    `earliest_update` is the earliest kept update, `latest_update` the last one to verify,
    `keyframes` the number of compared keyframes.
    """

    earliest_update: int
    verified_update: int
    latest_update: int
    keyframes: int


def initial_difference(network: Network, state: State) -> Difference | None:
    """Compare update 0 with the initializer; None if they are equal, or if it draws nothing."""
    if network.forked_from or network.initializer.kind is InitializerKind.EXPLICIT:
        return None
    return state_difference(State(0, initial_parameters(network), state.optimizer_state), state)


def cost_difference(segment: Segment, first: int, made: Updates) -> Difference | None:
    """Compare the costs of a segment, from update `first` on, with the recomputed ones."""
    start = first - segment.first_update
    stored = segment.costs[start : start + made.made]
    place = _first_difference(stored, made.costs)
    if place is None:
        return None
    update, was, now = first + place, float(stored[place]), float(made.costs[place])
    message = f"the stored cost of update {update} is {was!r}, the recomputed cost is {now!r}"
    return Difference(DifferenceKind.COST, update, update, message, was, now)


def validation_difference(
    segment: Segment, update: int, made: ValidationResult | None
) -> Difference | None:
    """Compare the stored results of the validation after an update with the recomputed ones.

    None stands for no validation.
    """
    stored = segment.validations.after(update)
    if stored is None or made is None:
        if stored is made:
            return None
        what = "is missing" if stored is None else "should not exist"
        message = f"the validation after update {update} {what}"
        return Difference(DifferenceKind.VALIDATION, update, update, message)
    for name, was, now in (
        ("cost", stored.cost, made.cost),
        ("accuracy", stored.accuracy, made.accuracy),
    ):
        if was is None or now is None:
            if was is not now:
                message = f"the stored accuracy after update {update} is {was}, recomputed {now}"
                return Difference(DifferenceKind.VALIDATION, update, update, message)
        elif _first_difference(np.array([was]), np.array([now])) is not None:
            message = (
                f"the stored {name} of the validation after update {update} is {was!r}, the"
                f" recomputed {name} is {now!r}"
            )
            return Difference(DifferenceKind.VALIDATION, update, update, message, was, now)
    return None


def missing_difference(first: int, last: int) -> Difference:
    """Return a difference for missing updates, or missing data that they need."""
    what = f"update {first} is" if first == last else f"updates {first} to {last} are"
    message = f"{what} missing, but the history has later ones"
    return Difference(DifferenceKind.MISSING, first, last, message)


def state_difference(recomputed: State, stored: State) -> Difference | None:
    """Compare a keyframe with the recomputed state."""
    update = stored.update
    place = _first_difference(stored.parameters, recomputed.parameters)
    if place is None:
        return _memory_difference(update, recomputed.optimizer_state, stored.optimizer_state)
    if len(stored.parameters) != len(recomputed.parameters):
        message = f"the keyframe of update {update} has a different number of parameters"
        return Difference(DifferenceKind.KEYFRAME, update, update, message)
    was, now = float(stored.parameters[place]), float(recomputed.parameters[place])
    message = (
        f"in the keyframe of update {update}, parameter {place} is {was!r}, the recomputed value is"
        f" {now!r}"
    )
    return Difference(DifferenceKind.KEYFRAME, update, update, message, was, now, place)


def changed_difference(
    kind: UpdateKind, before: State, after: State, best: State | None = None
) -> Difference | None:
    """Compare the state after an update other than GRADIENT with what is known of it.

    After an EDIT or RESET, this is the optimizer state; after a RESTORE, the whole state of the
    best update of the run, if it is known.
    """
    if kind is UpdateKind.RESTORE:
        return None if best is None else state_difference(replace(best, update=after.update), after)
    expected = before.optimizer_state if kind is UpdateKind.EDIT else None
    return _memory_difference(after.update, expected, after.optimizer_state)


def _memory_difference(
    update: int, recomputed: OptimizerState | None, stored: OptimizerState | None
) -> Difference | None:
    """Compare optimizer states."""
    message = f"the keyframe of update {update} has a different optimizer state"
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
    message += f": {was!r}, recomputed {now!r}"
    return Difference(DifferenceKind.KEYFRAME, update, update, message, was, now)


def _first_difference(stored: Array, recomputed: Array) -> int | None:
    """Return the first index at which two vectors differ in a bit; the shorter length if none."""
    both = min(len(stored), len(recomputed))
    differs = np.flatnonzero(
        np.ascontiguousarray(stored[:both]).view(np.uint64)
        != np.ascontiguousarray(recomputed[:both]).view(np.uint64)
    )
    if differs.size:
        return int(differs[0])
    return None if len(stored) == len(recomputed) else both
