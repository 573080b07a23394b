"""A run carried out in segments, and its replay."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import World, make_world, worlds

from training.engine import Engine
from training.errors import DamagedHistory
from training.run import RunState
from training.trainer import Trainer
from training.update import Addition, Segment, State


def carry_out(trainer: Trainer) -> list[Addition]:
    additions = []
    while trainer.run.is_active:
        additions.append(trainer.advance())
    return additions


def segments_of(world: World, additions: list[Addition]) -> list[Segment]:
    return [
        world.initial_segment,
        *(addition.segment for addition in additions if addition.segment),
    ]


@given(worlds(), st.sampled_from([1e-6, 0.001, 0.003, 0.02]))
def test_segments_make_one_history_without_a_gap(world: World, tick: float) -> None:
    opening = world.open()
    trainer = world.trainer(opening, tick)
    additions = carry_out(trainer)
    assert trainer.run.state is RunState.SUCCEEDED
    for earlier, later in pairwise([opening, *additions]):
        assert later.before == earlier.after
    segments = segments_of(world, additions)
    for before, after in pairwise(segments):
        assert after.first_update == before.last_update + 1
    assert segments[-1].last_update == trainer.run.total_updates == trainer.head.latest_update
    assert trainer.head.active_run == 0


@given(worlds(), st.sampled_from([1e-6, 0.003, 0.02]))
def test_segments_do_not_change_the_bits(world: World, tick: float) -> None:
    trainer = world.trainer(world.open(), tick)
    carry_out(trainer)
    plain = world.parameters.copy()
    Engine(world.network, trainer.run, world.examples).advance(plain, 0, trainer.run.total_updates)
    assert plain.tobytes() == trainer.state.parameters.tobytes()


@given(worlds(), st.data())
def test_any_range_replays_to_the_bits_of_one_uninterrupted_loop(
    world: World, data: st.DataObject
) -> None:
    additions = carry_out(trainer := world.trainer(world.open()))
    run = trainer.run
    loop = Engine(world.network, run, world.examples).advance(
        world.parameters.copy(), 0, run.total_updates, record=True
    )
    states = np.vstack([world.parameters, loop.recorded])
    first = data.draw(st.integers(0, run.total_updates))
    last = data.draw(st.integers(first, run.total_updates))
    base = data.draw(st.integers(0, first - 1)) if first else None
    segments = [
        segment
        for segment in segments_of(world, additions)
        if base is None or segment.last_update > base
    ]
    start = None if base is None else State(base, states[base])
    found = world.replay(run, start, segments, first, last)
    assert found[0].first_update == first
    assert found[-1].last_update == last
    replayed = np.vstack([part.parameters for part in found])
    assert replayed.tobytes() == states[first : last + 1].tobytes()


def test_a_changed_cost_or_a_missing_segment_is_found() -> None:
    world = make_world(epochs=300)
    trainer = world.trainer(world.open(), tick=1e-6)
    segments = segments_of(world, carry_out(trainer))
    costs = segments[-1].costs.copy()
    costs[-1] = np.nextafter(costs[-1], 1.0)
    changed = [*segments[:-1], replace(segments[-1], costs=costs)]
    with pytest.raises(DamagedHistory):
        world.replay(trainer.run, None, changed, 0, trainer.head.latest_update)
    with pytest.raises(DamagedHistory):
        world.replay(trainer.run, None, segments[:1], 0, trainer.head.latest_update)


def test_events_tell_of_every_durable_change_of_state() -> None:
    world = make_world(batch_size=4, epochs=40_000)
    opening = world.open()
    trainer = world.trainer(opening)
    events = [*opening.events]
    for addition in carry_out(trainer):
        events += addition.events
    assert [(event.number, event.run.state) for event in events] == [
        (1, RunState.PENDING),
        (2, RunState.RUNNING),
        (3, RunState.SUCCEEDED),
    ]
    assert [event.update for event in events] == [0, 0, 40_000]


def test_a_step_ends_paused_where_it_was_to_stop() -> None:
    world = make_world(batch_size=4, epochs=100)
    opening = world.open()
    assert opening.run is not None
    stepping = replace(opening, run=replace(opening.run, stop_at=7))
    trainer = world.trainer(stepping)
    additions = carry_out(trainer)
    assert trainer.run.state is RunState.PAUSED
    assert trainer.run.updates_done == trainer.head.latest_update == 7
    assert trainer.run.stop_at is None
    assert trainer.head.active_run == trainer.run.number
    assert additions[-1].events[-1].run == trainer.run


def test_the_end_of_a_run_and_a_pause_leave_a_keyframe() -> None:
    world = make_world()
    trainer = world.trainer(world.open(), tick=1e-9)
    last = carry_out(trainer)[-1]
    assert last.keyframe is not None
    assert last.keyframe.state == trainer.state

    pausing = make_world(batch_size=4, epochs=40_000)
    trainer = pausing.trainer(pausing.open())
    trainer.advance()
    halted = trainer.halt(RunState.PAUSED)
    assert trainer.run.state is RunState.PAUSED
    assert halted.after.keyframe == trainer.head.latest_update


@pytest.mark.parametrize("learning_rate", [1e308, 1e200])
def test_divergence_ends_the_run_at_the_last_finite_update(learning_rate: float) -> None:
    world = make_world(
        (1, 1),
        [[1e200], [-1e200]],
        [[1.0], [1.0]],
        learning_rate=learning_rate,
        batch_size=1,
        epochs=50,
    )
    trainer = world.trainer(world.open())
    carry_out(trainer)
    run = trainer.run
    assert run.state is RunState.FAILED
    assert run.failure is not None
    assert run.failure.reason == "DIVERGED"
    assert run.failure.update == trainer.head.latest_update + 1 == run.latest_update + 1
    assert np.isfinite(trainer.state.parameters).all()
