"""Executes a run: turns its next batches into additions to the history, segment by segment."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from math import isnan

from training.engine import Outcome, Updates
from training.lockstep import Lane, Member, advance, lane_of
from training.network import Network
from training.numerics import kernels
from training.numerics.helpers import NO_HELPERS
from training.ports import Clock
from training.run import EndReason, Failure, Run, RunState
from training.run_changes import addition_of_run, change_state
from training.run_examples import RunExamples
from training.snapshots import Snapshots
from training.team_choice import HelperPool, NoHelperPool, TeamChoice
from training.update import (
    Addition,
    Head,
    Keyframe,
    Segment,
    State,
    UpdateKind,
)
from training.validated_engine import Stretch, ValidatedEngine

#: How long the training of one segment should take, in seconds: the delay of live watches and of a
#: pause, and the work that is lost in a crash.
SEGMENT_SECONDS = 0.010

#: The least that one takes while nobody watches: half as many transactions leave more of the
#: processors to other runs.
_UNWATCHED_SECONDS = 0.020

#: The size of the first segment of a trainer, in units of work (updates × batch × parameters): its
#: speed is not known yet. It takes from a fraction of a millisecond to a few milliseconds.
_FIRST_SEGMENT_WORK = 60_000

#: An upper bound of the time per unit of work in a long segment. A segment of one small update
#: takes longer, but not in a replay.
_SECONDS_PER_WORK = 1e-7

#: A segment may be at most this many times as long as the one before it: one wrong measurement,
#: such as a pause of the whole process, must not lead to a segment of minutes.
_MOST_GROWTH = 4

#: A keyframe is due after this many seconds of replay, and more in proportion to its size: small
#: networks are read quickly at any update, large ones do not fill the disk with keyframes.
_KEYFRAME_SECONDS = 0.005
_KEYFRAME_SECONDS_PER_BYTE = 4e-7


#: Is lent to a run that has no use for helpers: nobody has to be asked for none.
_NO_HELPERS = nullcontext(NO_HELPERS)


@dataclass(frozen=True, slots=True)
class Made:
    """The result of a trainer: an addition to the history, and on request the updates in it.

    `snapshots` is None if they were not requested, or if no update was made.
    """

    addition: Addition
    snapshots: Snapshots | None = None


class Trainer:
    """Makes the next updates of one run.

    `head`, `run` and `state` are those after the latest addition. Each addition is based on the
    head after the one before it, so several can wait for their transaction while the next one is
    computed. `best` is the state of the best update so far if the run returns to it at its end; it
    must be set for a run that has one. `segment_seconds` is how long the next segment should take.
    `pool` lends the threads that help with segments.
    """

    def __init__(
        self,
        network: Network,
        examples: RunExamples,
        head: Head,
        run: Run,
        state: State,
        clock: Clock,
    ) -> None:
        self.network = network
        self.head = head
        self.run = run
        self.state = state
        self.examples = examples
        self.best: State | None = None
        self.segment_seconds = SEGMENT_SECONDS
        self.pool: HelperPool = NoHelperPool()
        self._engine = ValidatedEngine(network, run, examples)
        self.clock = clock
        self._team = TeamChoice(can_be_shared=kernels.can_be_shared(run.settings.batch_size))
        self._work = run.settings.batch_size * network.parameter_count
        self._count = self._first_count
        self._seconds_per_update = 0.0

    @property
    def seconds_per_update(self) -> float:
        """How long an update of the last segment took, in seconds; 0 before the first one."""
        return self._seconds_per_update

    @property
    def next_count(self) -> int:
        """The maximum number of updates in the next segment."""
        return self._count

    def expect(self, seconds: float) -> None:
        """Have the first segment fit `segment_seconds` if an update takes so many; 0: unknown."""
        if seconds:
            self._count = max(self._count, int(self.segment_seconds / seconds))

    @property
    def _first_count(self) -> int:
        """The number of updates in the first segment, which most steps fit in."""
        return max(1, _FIRST_SEGMENT_WORK // self._work)

    def advance(self, *, record: bool = False) -> Made:
        """Make the next segment of the run: some milliseconds of training, at least one update.

        The run becomes SUCCEEDED with its last update, if its cost is low enough, or if its
        validations have not improved for too long, and first returns to its best state if the
        settings say so; PAUSED at the end of a step; FAILED if the next update would not be finite,
        or if a cost is not finite and the settings end the run there. With `record` the updates are
        returned too, with their parameters.
        """
        started = self.clock.now()
        if self.run.end_reason is not None:
            return self._restore(self.run.end_reason, record=record)
        return self._extend(self._next_updates(record=record), started, record=record)

    def add(self, updates: Updates, started: datetime, seconds: float) -> Made | None:
        """Make a segment of updates that were computed in lockstep with other runs.

        Returns None if there are none, and the run has not ended.
        """
        self._note_speed(seconds, updates.made)
        if not updates.made and updates.outcome is Outcome.MADE:
            return None
        return self._extend(Stretch(updates, self.run.validation, self.run.plateau), started)

    @cached_property
    def lane(self) -> Lane | None:
        """What the run needs to be trained in lockstep with others; None if it cannot be."""
        return lane_of(self.network, self.run, self.examples)

    @property
    def member(self) -> Member | None:
        """The run as it can be trained in lockstep now; None if it cannot be."""
        if self.lane is None or self.run.end_reason is not None:
            return None
        member = Member(self.lane, self.run, self.state)
        return member if member.most > 0 else None

    def _extend(self, stretch: Stretch, started: datetime, *, record: bool = False) -> Made:
        """Return the addition of some updates, and continue from there."""
        before, head, updates = self.run, self.head, stretch.updates
        now = self.clock.now()
        latest = head.latest_update + updates.made
        after = _after(before, stretch, latest, started, now)
        segment = _segment(head, before, stretch, now) if updates.made else None
        self.state = updates.state
        if before.settings.stop.restore_best:
            self.best = stretch.best or self.best
        keyframe = self._keyframe(latest, always=after.is_over)
        changes = _changes(before, after, started, head, latest)
        addition = addition_of_run(head, after, changes, segment=segment, keyframe=keyframe)
        self.head, self.run = addition.after, after
        return Made(addition, _snapshots(segment, after, updates) if record and segment else None)

    def _restore(self, reason: EndReason, *, record: bool) -> Made:
        """End the run, which has all of its updates, with the state of its best one."""
        assert self.best is not None  # else the run would have ended with its last update
        before, head, now = self.run, self.head, self.clock.now()
        latest = head.latest_update + 1
        self.state = replace(self.best, update=latest)
        after = before.trained(RunState.SUCCEEDED, now, end_reason=reason, latest_update=latest)
        segment = Segment(
            head.network_uid, UpdateKind.RESTORE, latest, 1, now, before.number, before.updates_done
        )
        keyframe = Keyframe(head.network_uid, self.state)
        addition = addition_of_run(
            head, after, [(after, latest)], segment=segment, keyframe=keyframe
        )
        self.head, self.run = addition.after, after
        if not record:
            return Made(addition)
        parameters = self.state.parameters.reshape(1, -1)
        restored = Snapshots(
            segment.kind, latest, after, segment.run_offset, segment.costs, parameters, self.state
        )
        return Made(addition, restored)

    def step(self, run: Run) -> None:
        """Continue the paused run up to its new `stop_at`, as a new trainer would."""
        self.run = run
        self._count = self._first_count

    def halt(self, state: RunState) -> Addition:
        """Return the addition that stops the run here, PAUSED or CANCELLED.

        The trainer does not change: it is not used after this addition.
        """
        keyframe = self._keyframe(self.head.latest_update, always=True)
        return change_state(self.head, self.run, state, self.clock.now(), keyframe=keyframe)

    def _next_updates(self, *, record: bool) -> Stretch:
        """Make the updates of the next segment."""
        run = self.run
        most = self._team.most
        with self.pool.lend(most) if most else _NO_HELPERS as helpers:
            started = self.clock.monotonic()
            stretch = self._engine.advance(
                run,
                self.state,
                min(self._count if record else self._unwatched, run.target - run.updates_done),
                record=record,
                helpers=helpers,
            )
            seconds, made = self.clock.monotonic() - started, stretch.updates.made
        self._note_speed(seconds, made)
        if made and seconds > 0.0:
            self._team.note(helpers.threads, self._seconds_per_update)
        return stretch

    @property
    def _unwatched(self) -> int:
        """The maximum number of updates in the next segment if nobody watches."""
        if not self._seconds_per_update:
            return self._count
        fitting = int(_UNWATCHED_SECONDS / self._seconds_per_update)
        return max(self._count, min(fitting, self._count * _MOST_GROWTH))

    def _note_speed(self, seconds: float, made: int) -> None:
        """Choose the size of the next segment from the time that the last updates took."""
        if made and seconds > 0.0:
            self._seconds_per_update = seconds / made
            fitting = int(self.segment_seconds / self._seconds_per_update)
            self._count = max(1, min(fitting, self._count * _MOST_GROWTH))

    def _keyframe(self, latest: int, *, always: bool) -> Keyframe | None:
        """Return a keyframe of the current state if one is due and there is none yet."""
        replayed = latest - self.head.keyframe
        spacing = _KEYFRAME_SECONDS + _KEYFRAME_SECONDS_PER_BYTE * self.state.nbytes
        # A replay has one thread.
        taken = self._team.seconds_alone or self._seconds_per_update
        seconds = min(taken, self._work * _SECONDS_PER_WORK)
        due = always or replayed * seconds >= spacing
        return Keyframe(self.head.network_uid, self.state) if due and replayed else None


def advance_together(trainers: Sequence[Trainer]) -> list[Made | None]:
    """Make the next segments of runs that can be trained in lockstep, with lanes of one kind.

    Returns None for a run without an update, because another one ended before the next one.
    """
    clock = trainers[0].clock
    now, started = clock.now(), clock.monotonic()
    members = [trainer.member for trainer in trainers]
    able = [member for member in members if member is not None]
    count = min(max(trainer.next_count for trainer in trainers), *(each.most for each in able))
    updates = advance(able, count)
    seconds = clock.monotonic() - started
    return [
        trainer.add(each, now, seconds) for trainer, each in zip(trainers, updates, strict=True)
    ]


def _segment(head: Head, run: Run, stretch: Stretch, now: datetime) -> Segment:
    """Return the segment of the updates of a run after a head."""
    return Segment(
        network_uid=head.network_uid,
        kind=UpdateKind.GRADIENT,
        first_update=head.latest_update + 1,
        count=stretch.updates.made,
        commit_time=now,
        run=run.number,
        run_offset=run.updates_done,
        costs=stretch.updates.costs,
        validations=stretch.validations,
    )


def _snapshots(segment: Segment, run: Run, updates: Updates) -> Snapshots:
    return Snapshots(
        segment.kind,
        segment.first_update,
        run,
        segment.run_offset,
        updates.costs,
        updates.recorded,
        updates.state,
        validations=segment.validations,
    )


def _after(before: Run, stretch: Stretch, latest: int, started: datetime, now: datetime) -> Run:
    """Return the run after these updates; the number of the last one is `latest`."""
    updates = stretch.updates
    updates_done = before.updates_done + updates.made
    state, failure, reason = _end(before, stretch, updates_done, latest)
    if not updates.made:
        return before.trained(state, now, failure, end_reason=reason)
    return before.trained(
        state,
        now,
        failure,
        latest_update=latest,
        updates_done=updates_done,
        latest_cost=float(updates.costs[-1]),
        epoch_cost=updates.epoch_cost,
        non_finite_cost=_non_finite_cost(before, updates),
        start_time=before.start_time or started,
        validation=stretch.progress,
        plateau=stretch.plateau,
        end_reason=reason,
    )


def _end(
    run: Run, stretch: Stretch, updates_done: int, latest: int
) -> tuple[RunState, Failure | None, EndReason | None]:
    """Return the state of a run after these updates, why it failed, if it did, and why it ends.

    A run that has all of its updates is still RUNNING if its best state has to be restored.
    """
    outcome, is_limited = stretch.updates.outcome, run.batches.is_limited
    if outcome is Outcome.DIVERGED:
        return RunState.FAILED, _divergence(latest + 1), EndReason.DIVERGED
    if outcome is Outcome.NON_FINITE_COST:
        cost = stretch.updates.costs[-1]
        return RunState.FAILED, _non_finite(latest, cost), EndReason.NON_FINITE_COST
    if outcome is Outcome.COST_REACHED:
        reason = EndReason.COST_REACHED
    elif updates_done == run.total_updates:
        reason = EndReason.MAX_UPDATES if is_limited else EndReason.ALL_EPOCHS
    elif stretch.is_out_of_patience:
        reason = EndReason.PATIENCE
    else:
        state = RunState.PAUSED if updates_done == run.stop_at else RunState.RUNNING
        return state, None, None
    best = stretch.progress.best
    is_best = best is None or best.update == latest or not run.settings.stop.restore_best
    return RunState.SUCCEEDED if is_best else RunState.RUNNING, None, reason


def _non_finite_cost(run: Run, updates: Updates) -> int | None:
    """Return the run's first update whose cost is not finite, these updates included."""
    if run.non_finite_cost is not None or updates.non_finite_cost is None:
        return run.non_finite_cost
    return run.latest_update + 1 + updates.non_finite_cost


def _non_finite(update: int, cost: float) -> Failure:
    word = "NaN" if isnan(cost) else "infinite"
    message = f"the cost of update {update} is {word}: try a smaller learning rate"
    return Failure("NON_FINITE_COST", message, update + 1)


def _divergence(update: int) -> Failure:
    message = f"update {update} would make a parameter infinite or NaN: try a smaller learning rate"
    return Failure("DIVERGED", message, update)


def _changes(
    before: Run, after: Run, started: datetime, head: Head, latest: int
) -> list[tuple[Run, int]]:
    """Return the change of the run's state in a segment, if any, with its update.

    A run that starts and stops within one segment has no RUNNING event, and one that was PAUSED
    before and is again has no event.
    """
    if after.state is before.state:
        return []
    if after.state is RunState.RUNNING:
        return [(before.become(RunState.RUNNING, started), head.latest_update)]
    return [(after, latest)]
