"""Exact recomputation of updates in the history from a state before them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from training.cancellation import cancellable
from training.engine import Engine, Updates
from training.errors import DamagedHistory
from training.network import Network
from training.run import Run
from training.snapshots import Snapshots
from training.update import Segment, State, UpdateKind


@dataclass(frozen=True, slots=True)
class ReplayContext:
    """What a replay needs from the history.

    `run` returns a run by its number, `engine` the engine for it, `stored` the state of the latest
    keyframe at or before an update; updates other than GRADIENT have a keyframe each.
    """

    network: Network
    run: Callable[[int], Run]
    engine: Callable[[Run], Engine]
    stored: Callable[[int], State]


def replay(
    context: ReplayContext,
    base: State | None,
    segments: Iterable[Segment],
    first: int,
    last: int,
) -> Iterator[Snapshots]:
    """Recompute the updates `first` to `last` and yield them segment by segment.

    `base` is the state at an update before `first`, None if `first` is 0; `segments` are those from
    the one with the update after `base` to the one with `last`, in order.

    Raises DamagedHistory if an update is missing, or if a cost is not the stored one, bit for bit.
    """
    state = base
    upcoming = 0 if base is None else base.update + 1
    for segment in cancellable(segments):
        if not segment.first_update <= upcoming <= segment.last_update:
            _damaged(context, upcoming, "is missing in the history")
        until = min(segment.last_update, last)
        if segment.kind is not UpdateKind.GRADIENT:
            state = _stored(context, upcoming)
            if upcoming >= first:
                parameters = state.parameters.reshape(1, -1)
                run = context.run(segment.run) if segment.run else None
                offset, costs = segment.run_offset, segment.costs
                yield Snapshots(segment.kind, upcoming, run, offset, costs, parameters, state)
        else:
            assert state is not None  # update 0 is never a gradient update
            if state.update < first - 1:
                state = _advance(context, segment, state, min(until, first - 1), record=False).state
            if state.update < until:
                begin = state.update + 1
                updates = _advance(context, segment, state, until, record=True)
                state = updates.state
                yield Snapshots(
                    segment.kind,
                    begin,
                    context.run(segment.run),
                    segment.run_offset + begin - segment.first_update,
                    updates.costs,
                    updates.recorded,
                    state,
                    validations=segment.validations.within(range(begin, until + 1)),
                )
        upcoming = until + 1
        if upcoming > last:
            return
    _damaged(context, upcoming, "is missing in the history")


def _stored(context: ReplayContext, update: int) -> State:
    """Return the state of an update other than GRADIENT, which is stored in its keyframe only."""
    state = context.stored(update)
    if state.update != update:
        _damaged(context, update, "has no keyframe")
    return state


def _advance(
    context: ReplayContext, segment: Segment, state: State, until: int, *, record: bool
) -> Updates:
    """Recompute the updates of a segment after `state` up to `until`, and compare their costs."""
    start, stop = (
        state.update + 1 - segment.first_update,
        until + 1 - segment.first_update,
    )
    engine = context.engine(context.run(segment.run))
    updates = engine.advance(state, segment.run_offset + start, stop - start, record=record)
    if updates.costs.tobytes() != segment.costs[start:stop].tobytes():
        _damaged(context, state.update + 1, f"to {until} do not replay to their stored costs")
    return updates


def _damaged(context: ReplayContext, update: int, what: str) -> NoReturn:
    raise DamagedHistory(
        f"update {update} of network {context.network.id} {what}",
        network=context.network.id,
        update=update,
    )
