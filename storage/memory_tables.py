"""The data of the store in memory. Nothing is changed after it is committed."""

from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from training.access import Token
from training.audit import AuditEntry
from training.network import Array, Network
from training.ports import Answer
from training.run import Run, RunState
from training.training_set import Examples, TrainingSet
from training.update import Head, Keyframe, RunEvent, Segment, State


@dataclass(frozen=True, slots=True)
class Ownership:
    """The last claim of a run; its worker may not live any more, "" if it has given up the run."""

    worker: str
    claim_time: datetime


@dataclass(slots=True)
class History:
    """A network and its history. Not changed after it is committed."""

    network: Network
    head: Head
    segments: list[Segment]
    keyframes: list[Keyframe]
    runs: dict[int, Run] = field(default_factory=dict)
    wanted: dict[int, RunState] = field(default_factory=dict)
    events: list[RunEvent] = field(default_factory=list)
    ownerships: dict[int, Ownership] = field(default_factory=dict)

    def copy(self) -> "History":
        """Return a copy that can be changed."""
        return History(
            self.network,
            self.head,
            self.segments.copy(),
            self.keyframes.copy(),
            self.runs.copy(),
            self.wanted.copy(),
            self.events.copy(),
            self.ownerships.copy(),
        )


@dataclass(slots=True)
class StoredSet:
    """A training set and its examples. Not changed after it is committed."""

    training_set: TrainingSet
    examples: Examples
    deleted: bool = False


@dataclass(slots=True)
class Tables:
    """All data, by uid, by request id and by name. Not changed after it is committed."""

    histories: dict[str, History] = field(default_factory=dict)
    sets: dict[str, StoredSet] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    audit_entries: dict[int, AuditEntry] = field(default_factory=dict)
    leases: dict[str, datetime] = field(default_factory=dict)

    def copy(self) -> "Tables":
        """Return a copy that can be changed."""
        return Tables(
            self.histories.copy(),
            self.sets.copy(),
            self.answers.copy(),
            self.tokens.copy(),
            self.audit_entries.copy(),
            self.leases.copy(),
        )


def first_update(segment: Segment) -> int:
    """Return the number of the first update of a segment, as a search key."""
    return segment.first_update


def kept_array(numbers: Array) -> Array:
    """Return a read-only copy of an array."""
    copy = np.array(numbers, dtype=np.float64)
    copy.flags.writeable = False
    return copy


def kept_network(network: Network) -> Network:
    """Return a copy of a network that is not changed."""
    return replace(network, labels=dict(network.labels))


def kept_segment(segment: Segment) -> Segment:
    """Return a copy of a segment with read-only arrays."""
    validations = segment.validations.copy()
    for numbers in (validations.updates, validations.costs, validations.accuracies):
        numbers.flags.writeable = False
    return replace(segment, costs=kept_array(segment.costs), validations=validations)


def kept_keyframe(keyframe: Keyframe) -> Keyframe:
    """Return a copy of a keyframe with read-only arrays."""
    state, remembered = keyframe.state, keyframe.state.optimizer_state
    if remembered is not None:
        remembered = replace(remembered, values=kept_array(remembered.values))
    return Keyframe(
        keyframe.network_uid, State(state.update, kept_array(state.parameters), remembered)
    )
