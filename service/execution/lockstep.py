"""The runs that share a time slice: a kernel computes the updates of all of them at once."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from service.execution.live_run import LiveRun
from service.execution.live_state import LiveEvent, LiveState
from service.execution.speeds import Speeds
from service.execution.turns import Turns
from service.reading.update_pages import UpdatePages
from training.numerics.lockstep.vectors import LANES
from training.trainer import Made, advance_together

#: Fewer runs than these take as long one after the other.
_LEAST: Final = 4

#: A time slice of several runs takes as long as so many of one, unless other clients wait for it:
#: each run has to write as much more at a time, and so as much less often. Twice as many would save
#: a tenth of the time, and delay pauses by as much again.
_SLICES: Final = 8


class Lockstep:
    """Finds runs that can be trained in lockstep, and trains them.

    `join` and `waits` need the lock of the executor.
    """

    def __init__(self, turns: Turns[LiveRun], pages: UpdatePages) -> None:
        self._turns = turns
        self._pages = pages
        self._speeds = Speeds()

    def join(self, live: LiveRun) -> list[LiveRun]:
        """Begin the time slices of runs that wait, and can be trained in lockstep with this one."""
        if not self._can_join(live):
            return []
        others = self._turns.take_all(partial(self._fits, live), _LEAST - 1, LANES - 1)
        for other in others:
            other.happen(LiveEvent.SLICE_BEGUN)
        return others

    def waits(self, live: LiveRun) -> bool:
        """Return whether a run that was just read should wait for another turn.

        Others that may be like it are read before it is trained: a run that is alone in its first
        time slice is often over after it. It waits at most once, whatever comes.
        """
        if not self._can_join(live) or not self._turns.count_fitting(_is_unread, 1):
            return False
        return self._turns.count_fitting(partial(self._fits, live), LANES - 1) < LANES - 1

    def advance(self, group: Sequence[LiveRun]) -> list[Made | None]:
        """Make the next segment of each run of a group; see `advance_together`."""
        trainers = [live.trainer for live in group if live.trainer is not None]
        first = trainers[0]
        slices = 1 if self._turns.are_others(group[0].client) else _SLICES
        seconds = first.segment_seconds
        for trainer in trainers:
            trainer.segment_seconds = slices * seconds
        first.expect(self._speeds.of(first.network, first.run))
        made = advance_together(trainers)
        self._speeds.note(first.network, first.run, first.seconds_per_update)
        for trainer in trainers:
            trainer.segment_seconds = seconds
        return made

    def _fits(self, live: LiveRun, other: LiveRun) -> bool:
        """Return whether a run that waits can be trained in lockstep with this one."""
        return (
            other.kind == live.kind
            and other.state is LiveState.QUEUED
            and other.wanted is None
            and self._can_join(other)
        )

    def _can_join(self, live: LiveRun) -> bool:
        """Return whether a run can be trained in lockstep, and nobody reads what it makes."""
        trainer = live.trainer
        if trainer is None or live.kind is None or trainer.member is None:
            return False
        return not self._pages.are_wanted(trainer.network, trainer.next_count)


def _is_unread(live: LiveRun) -> bool:
    return live.trainer is None
