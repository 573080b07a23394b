"""When a run asks for threads that help, and that they change nothing of its history."""

from dataclasses import fields, replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from promises import rounds
from teams import ChangingPool
from worlds import World, make_world

from training.numerics.helpers import NO_HELPERS
from training.settings import StopCondition
from training.team_choice import NoHelperPool, TeamChoice
from training.trainer import Trainer
from training.update import Addition, State
from training.validation import Validation, Validations


def _after(*segments: tuple[int, float], can_be_shared: bool = True) -> TeamChoice:
    """Return the choice after segments with so many helpers, and so many seconds per update."""
    choice = TeamChoice(can_be_shared=can_be_shared)
    choice.note(0, 1.0)  # the first one is never typical
    for helpers, seconds in segments:
        choice.note(helpers, seconds)
    return choice


def test_one_thread_begins() -> None:
    assert TeamChoice(can_be_shared=True).most == 0
    assert _after().most == 0


def test_each_thread_has_fifty_microseconds_of_an_update_at_least() -> None:
    for micros, most in ((1, 0), (99, 0), (101, 1), (149, 1), (1_001, 19)):
        assert _after((0, micros * 1e-6)).most == most
    assert _after((0, 1e-3), can_be_shared=False).most == 0


def test_helpers_are_asked_for_as_long_as_they_save_a_tenth() -> None:
    alone = (0, 1.0)
    for seconds, is_worth in ((0.2, True), (0.89, True), (0.91, False), (5.0, False)):
        choice = _after(alone, (1, seconds))
        assert (choice.most > 0) == is_worth
        choice.note(int(is_worth), 1.0)  # from now on they save nothing
        assert choice.most == 0


def test_what_was_slower_is_measured_again_now_and_then() -> None:
    for together, slower in ((0.5, 0), (2.0, 1)):
        choice = _after((0, 1.0), (1, together))
        asked = []
        for _ in range(350):
            helpers = min(choice.most, 1)
            asked.append(helpers)
            choice.note(helpers, together if helpers else 1.0)
        assert asked.count(slower) == 3
        assert slower not in asked[:90]


def test_without_a_pool_nobody_helps() -> None:
    with NoHelperPool().lend(3) as helpers:
        assert helpers is NO_HELPERS


def _world(**settings: Any) -> World:
    rows = [[float(e % 7), float(e % 5)] for e in range(23)]
    targets = [[float(e % 2)] for e in range(23)]
    world = make_world((2, 17, 1), rows, targets, batch_size=6, epochs=8, shuffle_seed=3)
    world.settings = replace(world.settings, **settings)
    return world


def _carried_out(trainer: Trainer) -> list[Addition]:
    additions = []
    while trainer.run.is_active:
        additions.append(trainer.advance().addition)
    return additions


def _written(addition: Addition) -> tuple[Any, ...]:
    """Return what an addition says of updates and of the run."""
    segment, keyframe = addition.segment, addition.keyframe
    numbers = []
    if segment:
        validations = [getattr(segment.validations, each.name) for each in fields(Validations)]
        numbers += [segment.costs, *validations]
    if keyframe:
        numbers.append(keyframe.state.parameters)
    run = addition.run
    assert run is not None
    how_far = run.state, run.updates_done, run.epoch_cost, run.end_reason
    return *how_far, *(each.tobytes() for each in numbers)


@settings(max_examples=rounds(10, 1_000))
@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=5),
    st.builds(Validation, share=st.just(0.3), every=st.integers(1, 3)),
    st.builds(StopCondition, patience=st.sampled_from([0, 3]), restore_best=st.booleans()),
)
def test_a_run_is_the_same_with_helpers_that_come_and_go(
    counts: list[int], validation: Validation, stop: StopCondition
) -> None:
    world = _world(validation=validation, stop=stop)
    opening, pool = world.open(), ChangingPool(counts)
    helped = _carried_out(world.trainer(opening, 0.04, pool=pool))  # short segments
    alone = _carried_out(world.trainer(opening, 0.04))
    assert list(map(_written, helped)) == list(map(_written, alone))
    assert set(counts) >= set(pool.lent)


def test_a_run_with_helpers_replays_with_one_thread() -> None:
    world, pool = _world(epochs=300), ChangingPool([0, 1, 2, 1, 3])
    trainer = world.trainer(world.open(), 0.04, pool=pool)  # short segments
    segments = [each.segment for each in _carried_out(trainer) if each.segment]
    assert {0, 1, 2, 3} == set(pool.lent)
    start, last = State(0, world.parameters), trainer.run.updates_done
    *_, found = world.replay([trainer.run], start, segments, 1, last)
    assert found.last_state is not None
    assert found.last_state.parameters.tobytes() == trainer.state.parameters.tobytes()
