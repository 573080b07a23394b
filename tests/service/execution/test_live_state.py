"""The state machine of a run in an executor: every path through it keeps the promises."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import product

import pytest
from hypothesis import settings as examples
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from promises import rounds
from worlds import make_world

from service.execution.live_run import MOST_PENDING, LiveRun, Need
from service.execution.live_state import (
    QUEUED_STATES,
    WORKING_STATES,
    ImpossibleEvent,
    LiveEvent,
    LiveState,
    next_state,
)
from training.run import RunState

#: Whichever run it is of: here nothing is trained.
WORLD = make_world()
TRAINER = WORLD.trainer(WORLD.open())

ENDS_OF_SLICES = {
    LiveEvent.READY,
    LiveEvent.FULL,
    LiveEvent.UNDRAINED,
    LiveEvent.UNWRITABLE,
    LiveEvent.STOPPED,
}
ENDS_OF_COMMITS = {LiveEvent.COMMIT_ENDED, LiveEvent.LAST_COMMIT_ENDED}


def is_possible(state: LiveState, event: LiveEvent) -> bool:
    """Return whether something can happen, for reasons that the table does not know."""
    if state is LiveState.FORGOTTEN:
        return False  # there is nothing left that it could happen to
    if event in ENDS_OF_SLICES:
        return state in WORKING_STATES
    if event in ENDS_OF_COMMITS:
        return state is not LiveState.SUSPENDED  # all of its commits have ended
    return {
        LiveEvent.OUTDATED: True,
        LiveEvent.SLICE_BEGUN: state in QUEUED_STATES,
        LiveEvent.RELOADED: state is LiveState.OUTDATED_WORKING,
        LiveEvent.RETRY_DUE: state is LiveState.SUSPENDED,
    }[event]


@pytest.mark.parametrize(("state", "event"), [*product(LiveState, LiveEvent)])
def test_every_event_leads_to_a_state_or_is_impossible(state: LiveState, event: LiveEvent) -> None:
    if is_possible(state, event):
        assert next_state(state, event) in LiveState
    else:
        with pytest.raises(ImpossibleEvent):
            next_state(state, event)


@dataclass
class Commit:
    """Something that a run has queued to be written: `stops` it, or is one of its segments."""

    stops: bool
    is_refused: bool = False  # as one before it was, for which it was made


class AnyLife(RuleBasedStateMachine):
    """A run, its store, its clients and its threads; each does at any time what it can do."""

    def __init__(self) -> None:
        super().__init__()
        # What the store says.
        self.is_active = True
        self.is_wanted = False  # to stop
        self.commits: deque[Commit] = deque()
        # What the executor has.
        self.live = LiveRun("uid", 1)
        self.queued = 1
        self.timers = 0
        self.thread: Need | str = ""  # "", "begun", "reading", "training", or what it ends with
        self.has_stopped = False  # as far as it knows
        self.owed = 0  # starts that are on their way
        self.error: BaseException | None = None

    def happen(self, change: Callable[[], object]) -> None:
        """Do as the executor does: carry out what the new state asks for."""
        before = self.live.state
        change()
        if self.live.state in QUEUED_STATES and before not in QUEUED_STATES:
            self.queued += 1
        elif self.live.state is LiveState.SUSPENDED is not before:
            self.timers += 1

    # What clients do.

    @precondition(lambda self: self.is_active)
    @rule()
    def a_client_wants_it_to_stop(self) -> None:
        self.is_wanted = True

    @precondition(lambda self: not self.is_active)
    @rule(at_once=st.booleans())
    def a_client_resumes_it(self, *, at_once: bool) -> None:
        self.is_active, self.is_wanted = True, False
        for commit in self.commits:
            commit.is_refused = True
        self.owed += 1
        if at_once:
            self.it_is_started()

    @precondition(lambda self: self.owed)
    @rule()
    def it_is_started(self) -> None:
        self.owed -= 1
        if self.live.state is LiveState.FORGOTTEN:
            self.live, self.queued, self.error = LiveRun("uid", 1), 1, None
        else:
            self.happen(self.live.outdate)

    @rule()
    def it_is_started_although_it_has_not_stopped(self) -> None:
        self.owed += 1

    # What the store does.

    @precondition(lambda self: self.commits)
    @rule(fails=st.booleans(), happens=st.booleans())
    def a_commit_ends(self, *, fails: bool, happens: bool) -> None:
        commit = self.commits.popleft()
        if not commit.is_refused and (happens or not fails) and commit.stops:
            self.is_active = self.is_wanted = False
        if fails or commit.is_refused:
            for later in self.commits:
                later.is_refused = True
            error = RuntimeError()
            self.error = self.error or error
            self.happen(partial(self.live.outdate, error))
        else:
            self.live.wanted = RunState.PAUSED if self.is_wanted else None
        self.happen(self.live.end_commit)

    def commit(self, *, stops: bool) -> None:
        self.live.pending += 1
        self.commits.append(Commit(stops))

    # What threads do.

    @precondition(lambda self: self.queued or self.thread)
    @rule(writable=st.booleans(), hopeless=st.booleans(), is_last=st.booleans())
    def a_thread_goes_on(self, *, writable: bool, hopeless: bool, is_last: bool) -> None:
        match self.thread:
            case "":
                self.take_a_time_slice()
            case "begun":
                self.look_at_what_is_in_memory(writable=writable, hopeless=hopeless)
            case "reading":
                self.read_the_run()
            case "training":
                self.train(is_last=is_last)
            case Need() as need:
                self.thread = ""
                self.happen(partial(self.live.end_slice, need))

    def take_a_time_slice(self) -> None:
        assert not self.thread
        self.queued -= 1
        self.thread = "begun"
        self.happen(partial(self.live.happen, LiveEvent.SLICE_BEGUN))

    def look_at_what_is_in_memory(self, *, writable: bool, hopeless: bool) -> None:
        self.thread = "training" if self.live.trainer else "reading"
        if self.live.state is not LiveState.OUTDATED_WORKING:
            return
        if self.live.pending:
            self.thread = Need.ALL_COMMITTED
            return
        error, self.error = self.error, None
        assert self.live.reload() is error
        self.thread = "reading"
        if error is not None and not writable:
            self.thread = Need.TIME
        elif error is not None and hopeless:
            self.stop()

    def read_the_run(self) -> None:
        self.has_stopped = not self.is_active
        if not self.has_stopped:
            self.live.trainer = TRAINER
            self.live.wanted = RunState.PAUSED if self.is_wanted else None
        self.thread = "training"

    def train(self, *, is_last: bool) -> None:
        self.thread = Need.CAPACITY
        if self.has_stopped:
            self.thread = Need.NOTHING
        elif self.live.wanted is None:
            if self.live.pending < MOST_PENDING:
                self.has_stopped = is_last
                self.commit(stops=is_last)
        elif self.live.pending:
            self.thread = Need.ALL_COMMITTED
        else:
            self.stop()

    @precondition(lambda self: self.thread in {"begun", "reading", "training"})
    @rule()
    def it_meets_an_error(self) -> None:
        error = RuntimeError()
        self.error = self.error or error
        self.happen(partial(self.live.outdate, error))
        self.thread = Need.ALL_COMMITTED

    def stop(self) -> None:
        self.happen(self.live.outdate)
        self.commit(stops=True)
        self.thread = Need.ALL_COMMITTED

    @precondition(lambda self: self.timers)
    @rule()
    def a_timer_ends(self) -> None:
        self.timers -= 1
        self.happen(partial(self.live.happen, LiveEvent.RETRY_DUE))

    def teardown(self) -> None:
        """Let everything go well from now on: a run that is wanted to stop stops."""
        self.is_wanted = self.is_active
        while self.owed:
            self.it_is_started()
        for _ in range(100):
            if self.commits:
                self.a_commit_ends(fails=False, happens=True)
            elif self.queued or self.thread:
                self.a_thread_goes_on(writable=True, hopeless=False, is_last=False)
            elif self.timers:
                self.a_timer_ends()
        assert self.live.state is LiveState.FORGOTTEN
        assert not self.is_active

    # What must hold.

    @invariant()
    def one_thread_at_a_time_works_on_it(self) -> None:
        assert self.queued + bool(self.thread) <= 1
        assert bool(self.thread) == (self.live.state in WORKING_STATES)

    @invariant()
    def something_will_happen_to_it(self) -> None:
        is_live = self.live.state is not LiveState.FORGOTTEN
        assert bool(self.queued or self.thread or self.commits or self.timers) == is_live
        if self.live.state in {LiveState.WAITING, LiveState.DRAINING, LiveState.OUTDATED_DRAINING}:
            assert self.commits

    @invariant()
    def commits_are_counted_and_bounded(self) -> None:
        assert self.live.pending == len(self.commits) <= MOST_PENDING

    @invariant()
    def no_error_is_lost(self) -> None:
        assert self.live.error is self.error
        if self.error:
            assert "outdated" in self.live.state

    @invariant()
    def it_is_forgotten_only_when_it_has_durably_stopped(self) -> None:
        if self.live.state is LiveState.FORGOTTEN:
            assert not self.commits
            assert not self.is_active or self.owed


def test_any_sequence_of_events_keeps_the_promises_of_an_executor() -> None:
    run_state_machine_as_test(
        AnyLife,
        settings=examples(max_examples=rounds(100, 5_000), stateful_step_count=60, deadline=None),
    )
