"""Recomputes any updates of the history from a state before them, exactly."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import NoReturn

import numpy as np

from training.engine import Engine, Updates
from training.errors import DamagedHistory
from training.network import Array, Network
from training.run import Run
from training.update import Segment, State, UpdateKind


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Updates of one kind and one run, with their parameters, as arrays.

    Their numbers are `first_update` and each `stride` further; consecutive ones where it is 1.
    `costs` (count), empty where no run made the updates; `parameters` (count, parameters) after
    each update, or (count, 0) where only the costs were asked for; `gradients` in the same form,
    None where there are none. `run` is None where no run made them, else the run as it was when it
    was read: use it for what never changes, such as its settings. `run_offset` is how many updates
    it had made before the first of these. `last_state` is the whole state after the last of them,
    with what its optimizer remembers; None where that was not recomputed.
    """

    kind: UpdateKind
    first_update: int
    run: Run | None
    run_offset: int
    costs: Array
    parameters: Array
    last_state: State | None = None
    stride: int = 1
    gradients: Array | None = None

    @property
    def count(self) -> int:
        """How many updates these are."""
        return len(self.parameters)

    @property
    def last_update(self) -> int:
        """The number of the last update."""
        return self.first_update + (self.count - 1) * self.stride

    @property
    def numbers(self) -> range:
        """The numbers of the updates."""
        return range(self.first_update, self.last_update + 1, self.stride)

    def part(self, first: int, last: int) -> "Snapshots":
        """Return those of consecutive updates from `first` to `last`, which are among them."""
        return self.rows(slice(first - self.first_update, last - self.first_update + 1))

    def every(self, stride: int) -> "Snapshots":
        """Return those of consecutive updates whose numbers are divisible by `stride`."""
        return self.rows(slice(-self.first_update % stride, None, stride))

    def rows(self, chosen: slice) -> "Snapshots":
        """Return some of these updates as views; `chosen` has a start that is not negative."""
        start, step = chosen.start * self.stride, (chosen.step or 1) * self.stride
        part = replace(
            self,
            first_update=self.first_update + start,
            run_offset=self.run_offset + start,
            costs=self.costs[chosen],
            parameters=self.parameters[chosen],
            last_state=None,
            stride=step,
            gradients=None if self.gradients is None else self.gradients[chosen],
        )
        return replace(part, last_state=self.last_state) if self._ends_with(part) else part

    def _ends_with(self, part: "Snapshots") -> bool:
        return self.last_state is not None and part.last_update == self.last_update

    def is_followed_by(self, later: "Snapshots") -> bool:
        """Return whether `later` are the next updates of the same run."""
        return (
            self.run is not None
            and later.run is not None
            and self.run.number == later.run.number
            and self.last_update + 1 == later.first_update
        )

    def joined(self, later: "Snapshots") -> "Snapshots":
        """Return these updates and those that follow them as one."""
        return replace(
            self,
            costs=np.concatenate([self.costs, later.costs]),
            parameters=np.concatenate([self.parameters, later.parameters]),
            last_state=later.last_state,
        )


@dataclass(frozen=True, slots=True)
class Sources:
    """Where a replay finds what training needed.

    `run` gives a run by its number, `engine` the engine for it, `stored` the latest
    keyframe's state at or before an update; that of INITIAL, EDIT and RESET has one of its own.
    """

    network: Network
    run: Callable[[int], Run]
    engine: Callable[[Run], Engine]
    stored: Callable[[int], State]


def replay(
    sources: Sources,
    base: State | None,
    segments: Iterable[Segment],
    first: int,
    last: int,
) -> Iterator[Snapshots]:
    """Recompute the updates `first` to `last` and yield them segment by segment.

    `base` is a state at an update before `first`, None when `first` is 0; `segments` are those from
    the one with the update after `base` to the one with `last`, in order.

    Raises DamagedHistory when an update is missing, or when a cost is not, bit for bit, the one
    that was stored.
    """
    state = base
    upcoming = 0 if base is None else base.update + 1
    for segment in segments:
        if not segment.first_update <= upcoming <= segment.last_update:
            _damaged(sources, upcoming, "is missing from the history")
        until = min(segment.last_update, last)
        if segment.kind is not UpdateKind.GRADIENT:
            state = _stored(sources, upcoming)
            if upcoming >= first:
                parameters = state.parameters.reshape(1, -1)
                yield Snapshots(segment.kind, upcoming, None, 0, np.empty(0), parameters, state)
        else:
            assert state is not None  # update 0 is never a gradient update
            if state.update < first - 1:
                state = _advance(sources, segment, state, min(until, first - 1), record=False).state
            if state.update < until:
                begin = state.update + 1
                updates = _advance(sources, segment, state, until, record=True)
                state = updates.state
                yield Snapshots(
                    segment.kind,
                    begin,
                    sources.run(segment.run),
                    segment.run_offset + begin - segment.first_update,
                    updates.costs,
                    updates.recorded,
                    state,
                )
        upcoming = until + 1
        if upcoming > last:
            return
    _damaged(sources, upcoming, "is missing from the history")


def _stored(sources: Sources, update: int) -> State:
    """Return the state of an update that no batch made: its keyframe is all that there is of it."""
    state = sources.stored(update)
    if state.update != update:
        _damaged(sources, update, "has lost its keyframe")
    return state


def _advance(
    sources: Sources, segment: Segment, state: State, until: int, *, record: bool
) -> Updates:
    """Make a segment's updates after `state` up to `until`; hold their costs to the stored ones."""
    start, stop = (
        state.update + 1 - segment.first_update,
        until + 1 - segment.first_update,
    )
    engine = sources.engine(sources.run(segment.run))
    updates = engine.advance(state, segment.run_offset + start, stop - start, record=record)
    if updates.costs.tobytes() != segment.costs[start:stop].tobytes():
        _damaged(sources, state.update + 1, f"to {until} do not replay to their stored costs")
    return updates


def _damaged(sources: Sources, update: int, what: str) -> NoReturn:
    raise DamagedHistory(
        f"update {update} of network {sources.network.id} {what}",
        network=sources.network.id,
        update=update,
    )
