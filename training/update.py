"""The history of a network: updates, their segments, keyframes and the head."""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from math import isnan

import numpy as np

from training.changing import changed
from training.errors import StaleEtag
from training.network import Array, Network
from training.optimizer import OptimizerState
from training.run import Run
from training.tables.preparation import Preparation
from training.validation import NO_VALIDATIONS, Validations


class UpdateKind(StrEnum):
    """What changed the parameters."""

    INITIAL = "INITIAL"
    """Update 0: the initial parameters."""
    GRADIENT = "GRADIENT"
    """One batch of a run."""
    EDIT = "EDIT"
    """Some or all parameters were set; the optimizer state is kept."""
    RESET = "RESET"
    """All parameters were initialised again, and the optimizer state was reset."""
    RESTORE = "RESTORE"
    """A run ended with the parameters and the optimizer state of its best update."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything that later updates depend on: the flat parameters after update number `update`.

    `optimizer_state` is None if all of it is zero, or if the optimizer of the last update has no
    state. The arrays are never changed in place.
    """

    update: int
    parameters: Array  # (parameters)
    optimizer_state: OptimizerState | None = None

    @property
    def nbytes(self) -> int:
        """The size of its arrays in bytes."""
        remembered = self.optimizer_state.values.nbytes if self.optimizer_state else 0
        return self.parameters.nbytes + remembered


@dataclass(frozen=True, slots=True)
class SegmentOutline:
    """A segment without its costs.

    `min_cost` and `max_cost` are the smallest and the largest cost, and `min_update` and
    `max_update` the first updates that have them. NaN is ignored; all are None if every cost is
    NaN, or if there are no costs. A zero has no sign here.
    """

    network_uid: str
    kind: UpdateKind
    first_update: int
    count: int
    run: int
    run_offset: int
    min_cost: float | None
    min_update: int | None
    max_cost: float | None
    max_update: int | None

    @property
    def last_update(self) -> int:
        """The number of the segment's last update."""
        return self.first_update + self.count - 1


@dataclass(frozen=True, slots=True)
class Segment:
    """Consecutive updates of one kind and one run, committed in one transaction.

    `run` is 0 if no run made them, `costs` is empty for kinds other than GRADIENT. `run_offset` is
    the number of updates of the run before these: it determines the batch of each update.
    `validations` are those after some of these updates. Parameters are not part of a segment: they
    are recomputed from the keyframe before it.
    """

    network_uid: str
    kind: UpdateKind
    first_update: int
    count: int
    commit_time: datetime
    run: int = 0
    run_offset: int = 0
    costs: Array = field(default_factory=lambda: np.empty(0))  # (count)
    validations: Validations = NO_VALIDATIONS

    @property
    def last_update(self) -> int:
        """The number of the segment's last update."""
        return self.first_update + self.count - 1

    def part(self, first: int, last: int) -> "Segment":
        """Return the updates `first` to `last`, which must be in this segment and of a run."""
        start, stop = first - self.first_update, last - self.first_update + 1
        return replace(
            self,
            first_update=first,
            count=stop - start,
            run_offset=self.run_offset + start,
            costs=self.costs[start:stop],
            validations=self.validations.within(range(first, last + 1)),
        )

    def outline(self) -> SegmentOutline:
        """Return the segment without its costs."""
        min_cost, min_update = least = self._extreme(np.fmin)
        max_cost, max_update = least if self.count == 1 else self._extreme(np.fmax)
        return SegmentOutline(
            self.network_uid,
            self.kind,
            self.first_update,
            self.count,
            self.run,
            self.run_offset,
            min_cost,
            min_update,
            max_cost,
            max_update,
        )

    def _extreme(self, extreme: np.ufunc) -> tuple[float, int] | tuple[None, None]:
        if not self.costs.size:
            return None, None
        if len(self.costs) == 1:  # of a single step, which takes less time without NumPy
            cost, place = float(self.costs[0]), 0
        else:
            cost = float(extreme.reduce(self.costs))  # NaN only where there is nothing else
            place = int((self.costs == cost).argmax())
        return (None, None) if isnan(cost) else (cost + 0.0, self.first_update + place)


@dataclass(frozen=True, slots=True)
class Keyframe:
    """A complete stored state from which the updates after it are recomputed exactly."""

    network_uid: str
    state: State


@dataclass(frozen=True, slots=True)
class RunEvent:
    """A change of a run's state, immediately after update `update`.

    `number` counts from 1 for each network. `run` is the run immediately after the change.
    """

    number: int
    update: int
    run: Run


@dataclass(frozen=True)  # without slots, for `changed`
class Head:
    """The latest position in a network's history; every addition is conditional on it.

    `active_run` is the number of the run that is not over, 0 for none; `last_run` and `last_event`
    are the highest assigned numbers; `keyframe` is the update of the last keyframe. `token` is a
    new random number with every addition: two writers can reach the same numbers, but never the
    same head. A writer that missed an addition (an owner that was considered dead, or the rest of a
    chain after a refused addition) can therefore not write any more. Updates before
    `earliest_update` were deleted; it is 0 if all are kept.
    """

    network_uid: str
    latest_update: int = 0
    active_run: int = 0
    last_run: int = 0
    last_event: int = 0
    keyframe: int = 0
    token: int = 0
    earliest_update: int = 0

    def renewed(self) -> "Head":
        """Return the same head with a new token."""
        return changed(self, token=new_token())

    @property
    def etag(self) -> str:
        """A string that changes with every update, state change of a run, and compaction."""
        facts = f"{self.network_uid} {self.latest_update} {self.last_event}"
        if self.earliest_update:
            facts += f" {self.earliest_update}"
        return blake2b(facts.encode(), digest_size=9).hexdigest()

    def compacted(self, update: int) -> "Head":
        """Return the head with `update`, which must have a keyframe, as the earliest kept one."""
        return changed(self.renewed(), earliest_update=update, keyframe=max(self.keyframe, update))


@dataclass(frozen=True, slots=True)
class Addition:
    """What one transaction adds to the history of one network, conditional on its head.

    The run is stored as given; events and keyframes are added; `after` becomes the head. The store
    raises HeadMoved if the stored head is not `before`. `preparation` becomes that of the network,
    if the run that is opened has learned one.
    """

    before: Head
    after: Head
    segment: Segment | None = None
    keyframe: Keyframe | None = None
    run: Run | None = None
    events: tuple[RunEvent, ...] = ()
    preparation: Preparation | None = None

    def prepared(self, network: Network) -> Network:
        """Return the network with the preparation that was learned, if any."""
        return replace(network, preparation=self.preparation) if self.preparation else network

    def then(self, later: "Addition") -> "Addition":
        """Return both additions as one; `later` must be based on the head after this one."""
        return replace(
            later,
            before=self.before,
            events=self.events + later.events,
            preparation=self.preparation,
        )


def new_token() -> int:
    """Return the token of a new head."""
    return secrets.randbits(63)


def change(head: Head, kind: UpdateKind, state: State, now: datetime) -> Addition:
    """Return the addition of an EDIT or RESET update with its keyframe.

    `state` is the state after it; its number follows the latest one of the head.
    """
    segment = Segment(head.network_uid, kind, state.update, 1, now)
    after = changed(head.renewed(), latest_update=state.update, keyframe=state.update)
    return Addition(head, after, segment, Keyframe(head.network_uid, state))


def check_etag(head: Head, etag: str, network_id: str) -> None:
    """Raise StaleEtag if an etag is given and the network has changed since."""
    if etag and etag != head.etag:
        raise StaleEtag(
            f"network {network_id} has changed since this etag was issued: read it again and retry",
            network=network_id,
            etag=head.etag,
        )
