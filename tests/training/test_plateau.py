"""When the schedule PLATEAU reduces the learning rate, and what the rates are then."""

import json
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import tries
from worlds import World, make_world, plateaus, worlds

from training.engine import Engine
from training.held_out import HeldOut
from training.learning_rates import learning_rates
from training.numerics.schedules import ScheduleKind
from training.plateau import MOST_REDUCTIONS, NO_PLATEAU, Plateau
from training.run import Run
from training.schedule import LearningRateSchedule, ScheduleUnit
from training.update import State
from training.validation import Validation, ValidationUnit

RECORDED = json.loads(
    (Path(__file__).parents[1] / "data" / "pytorch" / "schedules" / "rates.json").read_text()
)
PLATEAU = LearningRateSchedule(
    ScheduleKind.PLATEAU, ScheduleUnit.UPDATE, factor=0.5, patience=2, min_delta=0.1
)


def after(costs: list[float], schedule: LearningRateSchedule = PLATEAU) -> Plateau:
    """Return the plateau after validations with these costs, one after each update."""
    plateau = NO_PLATEAU
    for done, cost in enumerate(costs, start=1):
        plateau = plateau.then(schedule, cost, done, done, 1)
    return plateau


@pytest.mark.parametrize(
    ("costs", "reductions"),
    [
        ([5.0, 4.0, 3.0, 2.0], ()),
        ([5.0, 5.0, 5.0], (3,)),
        ([5.0, 5.0, 5.0, 5.0, 5.0, 5.0], (3, 5)),
        ([5.0, 4.95, 4.91, 4.8], (3,)),  # 4.8 improves on 5, so patience starts again
        ([5.0, 4.95, 4.8, 4.79], ()),
        ([nan, nan, nan], (2,)),
        ([inf, inf, 1.0, nan, nan], (2, 5)),
        ([-inf, 0.0, 0.0], ()),
    ],
)
def test_the_rate_is_reduced_when_patience_is_over(
    costs: list[float], reductions: tuple[int, ...]
) -> None:
    assert after(costs).reductions == reductions


def test_a_run_has_a_limited_number_of_reductions() -> None:
    reductions = after([1.0] * 500).reductions
    assert len(reductions) == MOST_REDUCTIONS
    assert reductions == tuple(range(3, 3 + 2 * MOST_REDUCTIONS, 2))


def test_patience_counts_the_units_of_the_schedule() -> None:
    # 7 examples are an epoch, and each validation is after half of one, or a little more.
    by_epoch = replace(PLATEAU, unit=ScheduleUnit.EPOCH, patience=1)
    plateau = NO_PLATEAU
    for done, examples in enumerate([4, 8, 11, 15, 18], start=1):
        plateau = plateau.then(by_epoch, 1.0, done, examples, 7)
    assert plateau.reductions == (3, 5)


def test_reductions_are_those_of_pytorch() -> None:
    (row,) = [row for row in RECORDED["schedules"] if row["kind"] == "plateau"]
    numbers = row["numbers"]
    rate = numbers.pop("learning_rate")
    schedule = LearningRateSchedule(ScheduleKind.PLATEAU, ScheduleUnit.UPDATE, **numbers)
    world = make_world(learning_rate=rate, epochs=200)
    run = world.open(settings=replace(world.settings, schedule=schedule)).run
    assert run is not None
    plateau = after(row["costs"], schedule)
    assert len(plateau.reductions) > 3
    rates = learning_rates(replace(run, plateau=plateau), 0, len(row["costs"]))
    np.testing.assert_allclose(rates, row["learning_rates"], rtol=1e-12)


@given(
    st.lists(st.integers(0, 40), max_size=5, unique=True).map(sorted),
    st.integers(0, 4),
    st.floats(0.1, 0.9),
    st.floats(0.0, 0.2),
)
def test_each_update_has_the_rate_of_the_reductions_before_it(
    reductions: list[int], warmup: int, factor: float, minimum: float
) -> None:
    schedule = replace(PLATEAU, warmup=warmup, factor=factor, minimum=minimum)
    world = make_world()
    run = world.open(settings=replace(world.settings, schedule=schedule, epochs=90)).run
    assert run is not None
    before = learning_rates(run, 0, 50).tolist()
    rates = learning_rates(replace(run, plateau=Plateau(tuple(reductions))), 0, 50)
    for index, rate in enumerate(rates.tolist()):
        count = sum(reduction <= index for reduction in reductions)
        expected = before[index] * np.prod([factor] * count)
        expected = max(expected, minimum) if count else expected
        assert rate == pytest.approx(expected, rel=1e-14)


@st.composite
def plateau_worlds(draw: st.DrawFn) -> World:
    """Worlds with a run that holds out examples and often reduces its learning rate."""
    world = draw(worlds().filter(lambda world: len(world.examples.inputs) > 1))
    validation = Validation(
        share=draw(st.sampled_from([0.2, 0.5])),
        every=draw(st.integers(1, 3)),
        unit=draw(st.sampled_from(ValidationUnit)),
    )
    left = len(world.examples.inputs) - validation.held_out(len(world.examples.inputs))
    world.settings = replace(
        world.settings,
        schedule=draw(plateaus),
        validation=validation,
        batch_size=min(world.settings.batch_size, left),
    )
    return world


def plainly_reduced(world: World, run: Run) -> tuple[int, ...]:
    """Return the reductions of a run, made update by update."""
    examples, state, plateau = world.examples_of(run), State(0, world.parameters), NO_PLATEAU
    assert examples.validation is not None
    assert run.validation_points is not None
    held_out, schedule = HeldOut(world.network, examples.validation), run.settings.schedule
    points = {*run.validation_points.between(1, run.total_updates)}
    for done in range(1, run.updates_done + 1):
        engine = Engine(world.network, replace(run, plateau=plateau), examples.training)
        state = engine.advance(state, done - 1, 1).state
        if done in points:
            cost = held_out.evaluate(state.parameters).cost
            time, unit = done, 1
            if schedule.unit is ScheduleUnit.EPOCH:
                time, unit = run.batches.position(done), run.batches.epoch_examples
            plateau = plateau.then(schedule, cost, done, time, unit)
    return plateau.reductions


@given(plateau_worlds(), st.sampled_from([1e-6, 0.003, 0.02]), st.data())
@settings(max_examples=tries(20))
def test_segments_of_a_run_that_reduces_its_rate_do_not_change_the_bits(
    world: World, tick: float, data: st.DataObject
) -> None:
    trainer = world.trainer(world.open(), tick)
    segments = [world.initial_segment]
    while trainer.run.is_active:
        addition = trainer.advance().addition
        segments += [addition.segment] if addition.segment else []
        if data.draw(st.booleans()):  # as after a restart
            assert addition.run is not None
            trainer = world.trainer(replace(addition, run=trainer.run), tick, trainer.state)
    run = trainer.run
    assert run.plateau.reductions == plainly_reduced(world, run)
    whole = world.engine(run).advance(State(0, world.parameters), 0, run.updates_done, record=True)
    assert whole.state.parameters.tobytes() == trainer.state.parameters.tobytes()
    found = world.replay([run], None, segments, 0, run.updates_done)
    replayed = np.vstack([part.parameters for part in found])
    assert replayed[1:].tobytes() == whole.recorded.tobytes()
    rates = np.concatenate([part.learning_rates for part in found])
    assert rates.tobytes() == learning_rates(run, 0, run.updates_done).tobytes()
