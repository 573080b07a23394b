"""The checker of calls sees every fault that is planted, and none where there is none."""

import struct
from collections.abc import Callable
from dataclasses import replace

import pytest
from call_checker import (
    Call,
    Certainty,
    FaultKind,
    Fork,
    ForkCall,
    Kind,
    faults,
    fork_faults,
    life_faults,
)
from watch_checker import Shown, Truth, Turn

ONCE, NEVER, AT_MOST_ONCE = Certainty.ONCE, Certainty.NEVER, Certainty.AT_MOST_ONCE


def value(number: float) -> bytes:
    return struct.pack("=d", number)


def update(number: int, kind: str, run: int = 0, first: float = 0.0) -> Shown:
    return Shown(number, kind, run, b"c%d" % number, value(first) + b"p%d" % number)


def a_step(*updates: Shown, done: int) -> Call:
    """Return a step that all these updates come of, after which run 1 has made so many."""
    count = len(updates)
    return Call(
        Kind.STEP, ONCE, most=count, run=1, state="PAUSED", updates_done=done, updates=updates
    )


class Story:
    """A history, and the calls that led to it: a change of either plants a fault."""

    def __init__(self) -> None:
        updates = [
            update(0, "INITIAL"),
            update(1, "GRADIENT", 1),  # a step that opens a run
            update(2, "GRADIENT", 1),
            update(3, "EDIT", first=7.0),
            update(4, "GRADIENT", 1),  # a step of two
            update(5, "GRADIENT", 1),
            update(6, "GRADIENT", 1),  # it is resumed
            update(7, "GRADIENT", 1),
            update(8, "GRADIENT", 2),  # a training
        ]
        turns = [
            Turn(1, 0, 1, "PENDING", 0),
            Turn(2, 2, 1, "PAUSED", 2),
            Turn(3, 5, 1, "RUNNING", 4),
            Turn(4, 7, 1, "CANCELLED", 6),
            Turn(5, 7, 2, "PENDING", 0),
            Turn(6, 7, 2, "RUNNING", 0),
            Turn(7, 8, 2, "SUCCEEDED", 1),
        ]
        self.updates = {each.number: each for each in updates}
        self.turns = {each.number: each for each in turns}
        self.calls = {
            "open": replace(a_step(updates[1], updates[2], done=2), opens=True),
            "edit": Call(Kind.EDIT, ONCE, value(7.0), most=1, updates=(updates[3],)),
            "step": a_step(updates[4], updates[5], done=4),
            "resume": Call(Kind.RESUME, ONCE, run=1, state="RUNNING", updates_done=4),
            "cancel": Call(Kind.CANCEL, ONCE, run=1, state="CANCELLED", updates_done=6),
            "train": Call(Kind.TRAIN, ONCE, opens=True, run=2, state="PENDING"),
        }

    def found(self) -> set[FaultKind]:
        truth = Truth(self.updates, self.turns)
        return {fault.kind for fault in faults(truth, list(self.calls.values()))}

    def change(self, name: str, **what: object) -> None:
        self.calls[name] = replace(self.calls[name], **what)  # type: ignore[arg-type]

    def insert(self, number: int, kind: str, run: int = 0, first: float = 0.0) -> None:
        """Put another update before that of a number, as if it had been there from the start."""

        def shifted(each: Shown) -> Shown:
            return each._replace(number=each.number + (each.number >= number))

        new = update(number, kind, run, first)
        shifts = [new, *map(shifted, self.updates.values())]
        self.updates = {each.number: each for each in shifts}
        for at, turn in self.turns.items():
            self.turns[at] = turn._replace(place=turn.place + (turn.place >= number))
        for name, call in self.calls.items():
            self.change(name, updates=tuple(map(shifted, call.updates)))


def test_a_history_that_is_what_was_answered_has_no_fault() -> None:
    assert not Story().found()


def test_what_is_not_certain_may_be_there_or_not() -> None:
    story = Story()
    for name, call in list(story.calls.items()):
        if call.kind is not Kind.CANCEL:
            story.change(name, certainty=AT_MOST_ONCE)
    story.calls["other edit"] = Call(Kind.EDIT, AT_MOST_ONCE, value(8.0))
    story.calls["other step"] = Call(Kind.STEP, AT_MOST_ONCE, opens=True)
    story.calls["refused"] = Call(Kind.EDIT, NEVER, value(9.0))
    assert not story.found()


def test_what_happens_hardly_ever_does_not_happen_twice() -> None:
    story = Story()
    for name in ("train", "other"):
        story.calls[name] = Call(Kind.TRAIN, Certainty.HARDLY, opens=True)
    assert not story.found()
    story.turns[8] = Turn(8, 8, 3, "PENDING", 0)
    assert story.found() == {FaultKind.UNASKED}


def lose_update(story: Story) -> None:
    del story.updates[8]


def lose_update_within(story: Story) -> None:
    del story.updates[4]


def lose_run_event(story: Story) -> None:
    del story.turns[2]


def edit_twice(story: Story) -> None:
    story.updates[9] = update(9, "EDIT", first=7.0)


def lose_edit(story: Story) -> None:
    story.calls["other"] = Call(Kind.EDIT, ONCE, value(8.0))


def edit_though_refused(story: Story) -> None:
    story.change("edit", certainty=NEVER)


def edit_by_nobody(story: Story) -> None:
    story.updates[9] = update(9, "EDIT", first=8.0)


def edit_in_a_running_run(story: Story) -> None:
    story.insert(7, "EDIT", first=8.0)
    story.calls["other"] = Call(Kind.EDIT, ONCE, value(8.0))


def overlap_steps(story: Story) -> None:
    story.change("step", updates=(story.updates[2],))


def answer_two_steps_alike(story: Story) -> None:
    story.calls["other"] = story.calls["step"]


def step_too_far(story: Story) -> None:
    story.change("step", most=1)


def step_by_nobody(story: Story) -> None:
    story.insert(4, "GRADIENT", 1)


def step_twice(story: Story) -> None:
    for _ in range(2):
        story.insert(4, "GRADIENT", 1)


def go_on_where_nobody_resumed(story: Story) -> None:
    story.change("resume", updates_done=5)


def train_what_nobody_opened(story: Story) -> None:
    del story.calls["train"]


def change_bits(story: Story) -> None:
    story.updates[5] = story.updates[5]._replace(parameters=b"other bits")


def change_cost(story: Story) -> None:
    story.updates[5] = story.updates[5]._replace(cost=b"other bits")


def open_run_twice(story: Story) -> None:
    story.turns[8] = Turn(8, 8, 3, "PENDING", 0)


def answer_two_trainings_alike(story: Story) -> None:
    story.calls["other"] = story.calls["train"]


def lose_run(story: Story) -> None:
    story.change("train", run=3)


def run_beside_another(story: Story) -> None:
    story.turns[4] = story.turns[4]._replace(state="PAUSED")


def revive_run(story: Story) -> None:
    story.turns[8] = Turn(8, 8, 1, "RUNNING", 6)


def train_after_the_end(story: Story) -> None:
    story.updates[9] = update(9, "GRADIENT", 2)


def miscount_updates(story: Story) -> None:
    story.turns[4] = story.turns[4]._replace(updates_done=5)


def stop_elsewhere(story: Story) -> None:
    story.change("cancel", updates_done=5)


def pass_run_over(story: Story) -> None:
    for at in (5, 6, 7):
        story.turns[at] = story.turns[at]._replace(run=3)


def delete_in_vain(story: Story) -> None:
    story.calls["delete"] = Call(Kind.DELETE, ONCE)


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (lose_update, FaultKind.MISCOUNTED),
        (lose_update_within, FaultKind.GAP),
        (lose_update_within, FaultKind.LOST),
        (lose_run_event, FaultKind.GAP),
        (edit_twice, FaultKind.TWICE),
        (lose_edit, FaultKind.LOST),
        (edit_though_refused, FaultKind.REFUSED),
        (edit_by_nobody, FaultKind.UNASKED),
        (edit_in_a_running_run, FaultKind.OUT_OF_PLACE),
        (overlap_steps, FaultKind.TWICE),
        (answer_two_steps_alike, FaultKind.TWICE),
        (step_too_far, FaultKind.UNASKED),
        (step_by_nobody, FaultKind.UNASKED),
        (step_twice, FaultKind.UNASKED),
        (go_on_where_nobody_resumed, FaultKind.UNASKED),
        (train_what_nobody_opened, FaultKind.UNASKED),
        (change_bits, FaultKind.OTHER_BYTES),
        (change_cost, FaultKind.OTHER_BYTES),
        (open_run_twice, FaultKind.UNASKED),
        (answer_two_trainings_alike, FaultKind.TWICE),
        (lose_run, FaultKind.LOST),
        (run_beside_another, FaultKind.TWO_RUNS),
        (revive_run, FaultKind.ILLEGAL),
        (train_after_the_end, FaultKind.OUT_OF_PLACE),
        (miscount_updates, FaultKind.MISCOUNTED),
        (stop_elsewhere, FaultKind.LOST),
        (pass_run_over, FaultKind.GAP),
        (delete_in_vain, FaultKind.LOST),
    ],
    ids=lambda it: it.__name__ if callable(it) else it.name,
)
def test_every_planted_fault_is_found(plant: Callable[[Story], None], kind: FaultKind) -> None:
    story = Story()
    plant(story)
    assert kind in story.found()


CREATED, DELETED = Call(Kind.CREATE, ONCE), Call(Kind.DELETE, ONCE)


@pytest.mark.parametrize(
    ("calls", "lives", "kinds"),
    [
        ([CREATED], True, set()),
        ([CREATED, DELETED], False, set()),
        ([CREATED, DELETED, CREATED], True, set()),
        ([CREATED, replace(DELETED, certainty=AT_MOST_ONCE)], True, set()),
        ([CREATED, replace(DELETED, certainty=AT_MOST_ONCE)], False, set()),
        ([replace(CREATED, certainty=AT_MOST_ONCE)], True, set()),
        ([CREATED, CREATED], True, {FaultKind.LOST}),
        ([CREATED], False, {FaultKind.LOST}),
        ([CREATED, DELETED], True, {FaultKind.UNASKED}),
        ([replace(CREATED, certainty=NEVER)], True, {FaultKind.UNASKED}),
    ],
)
def test_networks_are_there_as_often_as_they_were_created_and_not_deleted(
    calls: list[Call], lives: bool, kinds: set[FaultKind]
) -> None:
    assert {fault.kind for fault in life_faults(calls, lives=lives)} == kinds


ASKED = ForkCall("a", ONCE, "fork")
FORK = Fork("a", "fork", "source", 3, value(7.0) + b"p3")


@pytest.mark.parametrize(
    ("calls", "forks", "kinds"),
    [
        ([ASKED], [FORK], set()),
        ([replace(ASKED, certainty=AT_MOST_ONCE, uid="")], [], set()),
        ([replace(ASKED, certainty=AT_MOST_ONCE, uid="")], [FORK], set()),
        ([ASKED], [replace(FORK, source_uid="gone", parameters=b"")], set()),
        ([ASKED], [], {FaultKind.LOST}),
        ([ASKED], [FORK, replace(FORK, uid="twin")], {FaultKind.TWICE, FaultKind.OTHER_BYTES}),
        ([replace(ASKED, certainty=NEVER, uid="")], [FORK], {FaultKind.REFUSED}),
        ([], [FORK], {FaultKind.UNASKED}),
        ([ASKED], [replace(FORK, source_update=2)], {FaultKind.OTHER_BYTES}),
    ],
)
def test_forks_are_there_once_and_begin_as_their_source_was(
    calls: list[ForkCall], forks: list[Fork], kinds: set[FaultKind]
) -> None:
    story = Story()
    found = fork_faults(calls, forks, {"source": Truth(story.updates, story.turns)})
    assert {fault.kind for fault in found} == kinds
