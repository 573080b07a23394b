"""The rules for schedules, and the learning rates of the updates of a run."""

from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from refusing import refused
from worlds import World, make_world, schedules

from training.learning_rates import learning_rate, learning_rates
from training.numerics.schedules import ScheduleKind
from training.run import Run
from training.schedule import LearningRateSchedule, ScheduleUnit, check_schedule


def run_with(schedule: LearningRateSchedule, world: World | None = None, **changes: object) -> Run:
    world = world or make_world()
    settings = replace(world.settings, schedule=schedule, **changes)  # type: ignore[arg-type]
    run = world.open(settings=settings).run
    assert run is not None
    return run


@pytest.mark.parametrize(
    ("schedule", "bad"),
    [
        (LearningRateSchedule(period=3), ["period"]),
        (LearningRateSchedule(factor=0.5), ["factor"]),
        (LearningRateSchedule(minimum=0.1), ["minimum"]),
        (LearningRateSchedule(rates=(0.1,)), ["rates"]),
        (LearningRateSchedule(warmup=-1), ["warmup"]),
        (LearningRateSchedule(warmup=2**53), ["warmup"]),
        (LearningRateSchedule(ScheduleKind.STEP), ["period"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=-1), ["period"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=2**53), ["period"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=1, factor=-0.1), ["factor"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=1, factor=nan), ["factor"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=1, factor=inf), ["factor"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=1, minimum=0.6), ["minimum"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=1, minimum=-0.1), ["minimum"]),
        (LearningRateSchedule(ScheduleKind.STEP, period=1, minimum=nan), ["minimum"]),
        (LearningRateSchedule(ScheduleKind.EXPONENTIAL), ["factor"]),
        (LearningRateSchedule(ScheduleKind.EXPONENTIAL, factor=0.9, period=2), ["period"]),
        (LearningRateSchedule(ScheduleKind.COSINE, factor=0.9), ["factor"]),
        (LearningRateSchedule(ScheduleKind.INVERSE_TIME), ["factor"]),
        (LearningRateSchedule(ScheduleKind.LIST), ["rates"]),
        (LearningRateSchedule(ScheduleKind.LIST, rates=(0.1, 0.0, -1.0)), ["rates[1]"]),
        (LearningRateSchedule(ScheduleKind.LIST, rates=(inf,)), ["rates[0]"]),
        (LearningRateSchedule(ScheduleKind.LIST, rates=(0.1,) * 1001), ["rates"]),
        (
            LearningRateSchedule(ScheduleKind.COSINE, period=-1, minimum=2.0, warmup=-1),
            ["period", "minimum", "warmup"],
        ),
    ],
)
def test_every_bad_setting_of_a_schedule_is_named(
    schedule: LearningRateSchedule, bad: list[str]
) -> None:
    found = refused(lambda violations: check_schedule(violations, "schedule", schedule, 0.5))
    assert list(found) == [f"schedule.{field}" for field in bad]


@given(schedules)
def test_schedules_with_what_applies_to_them_are_sound(schedule: LearningRateSchedule) -> None:
    assert refused(lambda violations: check_schedule(violations, "schedule", schedule, 0.5)) == {}


def test_a_run_has_its_schedule_completed_with_defaults() -> None:
    by_epoch = LearningRateSchedule(ScheduleKind.COSINE, warmup=1)
    by_update = LearningRateSchedule(ScheduleKind.COSINE, ScheduleUnit.UPDATE)
    step = LearningRateSchedule(ScheduleKind.STEP, period=2)
    # 4 examples, 4 epochs and batches of 3 are 6 updates.
    assert run_with(by_epoch).settings.schedule == replace(by_epoch, period=3)
    assert run_with(by_update).settings.schedule == replace(by_update, period=6)
    assert run_with(step).settings.schedule == replace(step, factor=0.1)
    long = run_with(replace(by_update, warmup=99)).settings.schedule
    assert long.period == 1


def test_the_time_is_counted_in_epochs_or_in_updates() -> None:
    # The first examples of the six updates are in the epochs 1, 1, 2, 3, 4, 4.
    by_epoch = LearningRateSchedule(ScheduleKind.EXPONENTIAL, factor=0.5)
    rates = learning_rates(run_with(by_epoch), 0, 6).tolist()
    assert rates == [0.5, 0.5, 0.25, 0.125, 0.0625, 0.0625]
    by_update = replace(by_epoch, unit=ScheduleUnit.UPDATE)
    assert learning_rates(run_with(by_update), 0, 6).tolist() == [0.5 / 2**t for t in range(6)]


@given(schedules, st.integers(0, 30), st.integers(0, 12), st.integers(1, 5))
def test_any_part_of_a_run_has_the_rates_of_the_whole(
    schedule: LearningRateSchedule, first: int, count: int, stride: int
) -> None:
    run = run_with(schedule, epochs=80)
    whole = learning_rates(run, 0, 100)
    part = whole[first::stride][:count]
    assert learning_rates(run, first, count, stride).tobytes() == part.tobytes()
    assert learning_rate(run, first).hex() == float(whole[first]).hex()
