"""Execution of a run in segments, and its replay."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from promises import tries
from worlds import World, make_world, settings_for, unbounded_optimizers, worlds

from training.batch_update import batch_update
from training.engine import Outcome, costs_and_gradient_sum
from training.errors import DamagedHistory
from training.numerics.activations import Activation
from training.numerics.optimizers import OptimizerKind
from training.optimizer import Optimizer, OptimizerState
from training.run import Run, RunState
from training.settings import StopCondition
from training.trainer import SEGMENT_SECONDS, Trainer
from training.training_set import Examples
from training.update import Addition, Keyframe, Segment, State

ADAM = Optimizer(OptimizerKind.ADAM)
MOMENTUM = Optimizer(OptimizerKind.MOMENTUM)
NESTEROV = Optimizer(OptimizerKind.NESTEROV)


def carry_out(trainer: Trainer) -> list[Addition]:
    additions = []
    while trainer.run.is_active:
        additions.append(trainer.advance().addition)
    return additions


def segments_of(world: World, additions: list[Addition]) -> list[Segment]:
    return [
        world.initial_segment,
        *(addition.segment for addition in additions if addition.segment),
    ]


def bits(state: State) -> tuple[object, ...]:
    kept = state.optimizer_state
    return (
        state.update,
        state.parameters.tobytes(),
        kept and (kept.optimizer, kept.values.tobytes()),
    )


def is_over_as_it_should(run: Run) -> bool:
    """Return whether a run made all its updates, or could not make the next."""
    if run.state is RunState.FAILED:
        return run.failure is not None and run.failure.reason == "DIVERGED"
    return run.state is RunState.SUCCEEDED and run.updates_done == run.total_updates


@given(worlds(), st.sampled_from([1e-6, 0.001, 0.003, 0.02]))
def test_segments_make_one_history_without_a_gap(world: World, tick: float) -> None:
    opening = world.open()
    trainer = world.trainer(opening, tick)
    additions = carry_out(trainer)
    assert is_over_as_it_should(trainer.run)
    for earlier, later in pairwise([opening, *additions]):
        assert later.before == earlier.after
    segments = segments_of(world, additions)
    for before, after in pairwise(segments):
        assert after.first_update == before.last_update + 1
    assert segments[-1].last_update == trainer.run.updates_done == trainer.head.latest_update
    assert trainer.state.update == trainer.head.latest_update
    assert trainer.head.active_run == 0


@given(worlds(), st.sampled_from([1e-6, 0.003, 0.02]))
def test_segments_do_not_change_the_bits(world: World, tick: float) -> None:
    trainer = world.trainer(world.open(), tick)
    carry_out(trainer)
    plain = world.engine(trainer.run).advance(
        State(0, world.parameters), 0, trainer.run.total_updates
    )
    assert bits(plain.state) == bits(trainer.state)


@given(worlds(), st.data())
def test_any_range_replays_to_the_bits_of_one_uninterrupted_loop(
    world: World, data: st.DataObject
) -> None:
    additions = carry_out(trainer := world.trainer(world.open()))
    run, engine, start = trainer.run, world.engine(trainer.run), State(0, world.parameters)
    loop = engine.advance(start, 0, run.total_updates, record=True)
    states = np.vstack([world.parameters, loop.recorded])
    first = data.draw(st.integers(0, run.updates_done))
    last = data.draw(st.integers(first, run.updates_done))
    base = data.draw(st.integers(0, first - 1)) if first else None
    segments = [
        segment
        for segment in segments_of(world, additions)
        if base is None or segment.last_update > base
    ]
    from_there = None if base is None else engine.advance(start, 0, base).state
    found = world.replay([run], from_there, segments, first, last)
    assert found[0].first_update == first
    assert found[-1].last_update == last
    replayed = np.vstack([part.parameters for part in found])
    assert replayed.tobytes() == states[first : last + 1].tobytes()
    there = found[-1].last_state
    assert there is not None
    assert bits(there) == bits(engine.advance(start, 0, last).state)


@given(worlds(), st.data())
def test_runs_one_after_the_other_replay_exactly_from_any_keyframe(
    world: World, data: st.DataObject
) -> None:
    state, head = State(0, world.parameters), None
    runs: list[Run] = []
    segments, keyframes = [world.initial_segment], [Keyframe(world.network.uid, state)]
    ends = [state]
    for _ in range(3):
        # Small epochs, so that some runs have no keyframe but the one at their end.
        chosen = data.draw(settings_for(len(world.examples.inputs)))
        trainer = world.trainer(world.open(head, chosen), 1e-3, state)
        additions = carry_out(trainer)
        segments += segments_of(world, additions)[1:]
        keyframes += [addition.keyframe for addition in additions if addition.keyframe]
        runs.append(trainer.run)
        head, state = trainer.head, trainer.state
        ends.append(state)
    for keyframe in keyframes:
        base = keyframe.state
        later = [segment for segment in segments if segment.last_update > base.update]
        for end in ends:
            if end.update > base.update:
                found = world.replay(runs, base, later, end.update, end.update)
                assert found[-1].last_state is not None
                assert bits(found[-1].last_state) == bits(end)


def test_a_changed_cost_or_a_missing_segment_is_found() -> None:
    world = make_world(epochs=300)
    trainer = world.trainer(world.open(), tick=1e-6)
    segments = segments_of(world, carry_out(trainer))
    costs = segments[-1].costs.copy()
    costs[-1] = np.nextafter(costs[-1], 1.0)
    changed = [*segments[:-1], replace(segments[-1], costs=costs)]
    with pytest.raises(DamagedHistory):
        world.replay([trainer.run], None, changed, 0, trainer.head.latest_update)
    with pytest.raises(DamagedHistory):
        world.replay([trainer.run], None, segments[:1], 0, trainer.head.latest_update)


def test_an_optimizer_state_that_is_lost_or_changed_is_found() -> None:
    world = make_world(epochs=300, optimizer=MOMENTUM)
    trainer = world.trainer(world.open(), tick=1e-6)
    segments = segments_of(world, carry_out(trainer))
    run = trainer.run
    middle = world.engine(run).advance(State(0, world.parameters), 0, 100).state
    kept = middle.optimizer_state
    assert kept is not None
    later = [segment for segment in segments if segment.last_update > 100]
    assert world.replay([run], middle, later, run.updates_done, run.updates_done)
    wrong = OptimizerState(kept.optimizer, kept.values * 1.5)
    for damaged in (replace(middle, optimizer_state=None), replace(middle, optimizer_state=wrong)):
        with pytest.raises(DamagedHistory):
            world.replay([run], damaged, later, run.updates_done, run.updates_done)


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


def stepping(opening: Addition, stop_at: int) -> Addition:
    assert opening.run is not None
    return replace(opening, run=replace(opening.run, stop_at=stop_at))


def test_a_step_ends_paused_where_it_was_to_stop() -> None:
    world = make_world(batch_size=4, epochs=100)
    trainer = world.trainer(stepping(world.open(), 7))
    additions = carry_out(trainer)
    assert trainer.run.state is RunState.PAUSED
    assert trainer.run.updates_done == trainer.head.latest_update == 7
    assert trainer.run.stop_at is None
    assert trainer.head.active_run == trainer.run.number
    assert additions[-1].events[-1].run == trainer.run


def test_the_end_of_a_run_and_a_pause_leave_a_keyframe() -> None:
    world = make_world(optimizer=ADAM)
    trainer = world.trainer(world.open(), tick=1e-9)
    last = carry_out(trainer)[-1]
    assert last.keyframe is not None
    assert last.keyframe.state == trainer.state
    assert last.keyframe.state.optimizer_state is not None

    pausing = make_world(batch_size=4, epochs=40_000)
    trainer = pausing.trainer(pausing.open())
    trainer.advance()
    halted = trainer.halt(RunState.PAUSED)
    assert halted.run is not None
    assert halted.run.state is RunState.PAUSED
    assert halted.after.keyframe == trainer.head.latest_update


def keyframes_of(optimizer: Optimizer) -> list[int]:
    """Return where a run has keyframes in which every update takes 20 ms."""
    inputs, targets = np.eye(20, 100).tolist(), [[0.0]] * 20
    sizes = (100, 100, 1)
    world = make_world(sizes, inputs, targets, batch_size=20, epochs=30, optimizer=optimizer)
    trainer = world.trainer(world.open(), tick=0.02)
    trainer._count = 1
    return [addition.after.keyframe for addition in carry_out(trainer) if addition.keyframe]


def test_the_optimizer_state_counts_for_the_distance_of_keyframes() -> None:
    # Of 80 kB, or with both moments 240 kB: due after 37 or 102 ms of replay.
    assert keyframes_of(Optimizer()) == list(range(2, 31, 2))
    assert keyframes_of(ADAM) == list(range(6, 31, 6))


def test_single_steps_of_a_small_network_do_not_count_as_long_replays() -> None:
    world = make_world()  # 6 updates
    trainer = world.trainer(world.open(), tick=0.02)  # of which 15 parameters need no part
    trainer._count = 1
    assert [bool(addition.keyframe) for addition in carry_out(trainer)] == [False] * 5 + [True]


def test_a_run_has_all_settings_of_its_optimizer() -> None:
    opening = make_world(optimizer=ADAM).open()
    assert opening.run is not None
    assert opening.run.settings.optimizer == Optimizer(
        OptimizerKind.ADAM, beta1=0.9, beta2=0.999, epsilon=1e-8
    )


# What an optimizer remembers, over several runs.


def trained(world: World, *optimizers_and_rates: tuple[Optimizer, float]) -> list[State]:
    """Return the states after some runs, one after the other."""
    head, states = None, [State(0, world.parameters)]
    for optimizer, rate in optimizers_and_rates:
        chosen = replace(world.settings, optimizer=optimizer, learning_rate=rate)
        trainer = world.trainer(world.open(head, chosen), state=states[-1])
        carry_out(trainer)
        head = trainer.head
        states.append(trainer.state)
    return states[1:]


@pytest.mark.parametrize("optimizer", [MOMENTUM, NESTEROV, ADAM], ids=lambda it: it.kind)
def test_a_run_with_another_learning_rate_continues_the_optimizer_state(
    optimizer: Optimizer,
) -> None:
    world = make_world(epochs=3)  # whole batches, so that two runs are like one long run
    world.settings = replace(world.settings, batch_size=4)
    (*_, after_two) = trained(world, (optimizer, 0.1), (optimizer, 0.1))
    long = make_world(epochs=6, batch_size=4)
    assert bits(trained(long, (optimizer, 0.1))[0]) == bits(after_two)

    first, second = trained(world, (optimizer, 0.1), (optimizer, 0.01))
    forgetful = world.trainer(
        world.open(settings=replace(world.settings, optimizer=optimizer, learning_rate=0.01)),
        state=replace(first, optimizer_state=None),
    )
    carry_out(forgetful)
    assert bits(forgetful.state)[1:] != bits(second)[1:]


@pytest.mark.parametrize(
    "other",
    [
        NESTEROV,
        ADAM,
        Optimizer(),
        Optimizer(OptimizerKind.MOMENTUM, momentum=0.5),
        Optimizer(OptimizerKind.MOMENTUM, weight_decay=1e-3),
    ],
    ids=str,
)
def test_a_run_with_another_optimizer_begins_at_zero(other: Optimizer) -> None:
    world = make_world()
    first, second = trained(world, (MOMENTUM, 0.1), (other, 0.1))
    assert first.optimizer_state is not None
    chosen = replace(world.settings, optimizer=other, learning_rate=0.1)
    forgetful = world.trainer(
        world.open(settings=chosen), state=replace(first, optimizer_state=None)
    )
    carry_out(forgetful)
    assert bits(forgetful.state) == bits(second)


def test_plain_gradient_descent_drops_the_state_of_another_optimizer() -> None:
    world = make_world()
    _, plain, again = trained(world, (MOMENTUM, 0.1), (Optimizer(), 0.1), (MOMENTUM, 0.1))
    assert plain.optimizer_state is None
    chosen = replace(world.settings, optimizer=MOMENTUM, learning_rate=0.1)
    fresh = world.trainer(world.open(settings=chosen), state=plain)
    carry_out(fresh)
    assert bits(fresh.state) == bits(again)


def test_defaults_and_the_same_values_in_full_are_one_optimizer() -> None:
    world = make_world()
    first, second = trained(world, (MOMENTUM, 0.1), (MOMENTUM.completed(), 0.1))
    assert first.optimizer_state is not None
    assert second.optimizer_state is not None
    assert first.optimizer_state.optimizer == second.optimizer_state.optimizer
    assert bits(trained(world, (MOMENTUM, 0.1), (MOMENTUM, 0.1))[1]) == bits(second)


# Where runs end before their epochs.


def updates_below(world: World, run: Run, cost_below: float) -> int | None:
    """Return after how many updates a run ends by its cost, plainly counted."""
    n, examples = run.batches.epoch_examples, world.examples_of(run)
    state, position, epoch_cost = State(0, world.parameters), 0, 0.0
    for index in range(run.total_updates):
        update = batch_update(world.network, run, index, state, examples)
        if update.after is None:
            return None
        costs, _ = costs_and_gradient_sum(
            world.network, state.parameters, update.examples, update.dropout
        )
        is_below = False
        for cost in costs.tolist():
            epoch_cost += cost
            position += 1
            if position % n == 0:
                is_below, epoch_cost = epoch_cost / n < cost_below, 0.0
        if is_below:
            return index + 1
        state = update.after
    return None


@given(worlds(), st.floats(0.01, 3.0))
def test_a_run_succeeds_at_the_first_epoch_whose_cost_is_below_the_bound(
    world: World, bound: float
) -> None:
    world.settings = replace(world.settings, stop=StopCondition(cost_below=bound))
    trainer = world.trainer(world.open())
    carry_out(trainer)
    expected = updates_below(world, trainer.run, bound)
    if expected is None:
        assert is_over_as_it_should(trainer.run)
    else:
        assert trainer.run.state is RunState.SUCCEEDED
        assert trainer.run.updates_done == expected


def carried_out_in_steps(world: World, data: st.DataObject) -> tuple[Run, State]:
    """Return a run and its state at its end, after steps of which each has a new trainer."""
    opening = world.open()
    head, run, state = opening.after, opening.run, State(0, world.parameters)
    assert run is not None
    while not run.is_over:
        stop_at = run.updates_done + data.draw(st.integers(1, 30))
        run = replace(run, state=RunState.RUNNING, stop_at=min(stop_at, run.total_updates))
        # As after a restart: all that is left is what was stored.
        trainer = world.trainer(replace(opening, after=head, run=run), state=state)
        assert carry_out(trainer)
        head, run, state = trainer.head, trainer.run, trainer.state
    return run, state


@settings(max_examples=tries(25))
@given(worlds(), st.floats(0.01, 3.0), st.data())
def test_interruptions_do_not_change_where_a_run_ends_by_its_cost(
    world: World, bound: float, data: st.DataObject
) -> None:
    world.settings = replace(world.settings, stop=StopCondition(cost_below=bound))
    plain = world.trainer(world.open())
    carry_out(plain)

    run, state = carried_out_in_steps(world, data)
    assert (run.state, run.updates_done) == (plain.run.state, plain.run.updates_done)
    assert np.float64(run.epoch_cost).tobytes() == np.float64(plain.run.epoch_cost).tobytes()
    assert bits(state) == bits(plain.state)


def test_a_replay_ignores_the_stop_condition() -> None:
    world = make_world(batch_size=1, epochs=50, stop=StopCondition(cost_below=100.0))
    trainer = world.trainer(world.open())
    segments = segments_of(world, carry_out(trainer))
    assert trainer.run.updates_done == 4 < trainer.run.total_updates
    found = world.replay([trainer.run], None, segments, 0, 4)
    assert found[-1].parameters[-1].tobytes() == trainer.state.parameters.tobytes()


def test_the_times_of_a_run_include_the_computation_of_its_first_and_last_segment() -> None:
    world = make_world(epochs=1)
    trainer = world.trainer(world.open())
    before = trainer.run.create_time
    additions = carry_out(trainer)
    run = trainer.run
    assert len(additions) == 1
    assert run.start_time is not None
    assert run.end_time is not None
    assert before <= run.start_time < run.end_time


def test_a_segment_is_twice_as_long_while_nobody_watches() -> None:
    world = make_world(batch_size=4, epochs=400_000)
    trainer = world.trainer(world.open(), tick=SEGMENT_SECONDS)
    trainer.advance()
    for record, longer in [(True, 1), (False, 2), (True, 1)]:
        expected = longer * trainer.next_count
        segment = trainer.advance(record=record).addition.segment
        assert segment is not None
        assert segment.count == pytest.approx(expected, rel=0.01)


def test_a_run_makes_no_more_updates_than_it_may() -> None:
    world = make_world(epochs=100, stop=StopCondition(max_updates=7))
    trainer = world.trainer(world.open())
    carry_out(trainer)
    assert trainer.run.state is RunState.SUCCEEDED
    assert trainer.run.updates_done == trainer.run.total_updates == 7
    assert (trainer.run.epoch, trainer.run.next_example) == (6, 1)  # 7 × 3 = 5 × 4 + 1
    assert world.trainer(make_world(epochs=1).open()).run.total_updates == 2


def overflowing(stop: StopCondition | None = None) -> World:
    """Return a world in which costs overflow and parameters stay finite."""
    optimizer = Optimizer(OptimizerKind.MOMENTUM)
    return make_world(learning_rate=1e308, batch_size=4, epochs=14, optimizer=optimizer, stop=stop)


def first_non_finite(segments: list[Segment]) -> int | None:
    costs = {
        segment.first_update + index: cost
        for segment in segments
        for index, cost in enumerate(segment.costs)
    }
    return min((update for update, cost in costs.items() if not np.isfinite(cost)), default=None)


@pytest.mark.parametrize("tick", [0.0001, 0.003, 1.0])
def test_a_run_says_which_update_first_had_a_cost_that_is_not_finite(tick: float) -> None:
    world = overflowing()
    trainer = world.trainer(world.open(), tick)
    additions = carry_out(trainer)
    first = first_non_finite(segments_of(world, additions)[1:])
    assert trainer.run.state is RunState.SUCCEEDED
    assert first is not None
    assert 1 < first < trainer.run.latest_update
    assert trainer.run.non_finite_cost == first
    for addition in additions:
        assert addition.run is not None
        is_known = addition.run.latest_update >= first
        assert addition.run.non_finite_cost == (first if is_known else None)


@settings(max_examples=tries(10))
@given(worlds(), st.data())
def test_a_run_can_end_at_the_first_cost_that_is_not_finite(
    world: World, data: st.DataObject
) -> None:
    if data.draw(st.booleans()):
        world = overflowing()
    else:
        world.settings = replace(world.settings, learning_rate=1e300)
    plain = world.trainer(world.open())
    carry_out(plain)
    first = plain.run.non_finite_cost

    world.settings = replace(world.settings, stop=StopCondition(non_finite_cost=True))
    run, state = carried_out_in_steps(world, data)
    if first is None:
        assert (run.state, run.failure) == (plain.run.state, plain.run.failure)
        assert bits(state) == bits(plain.state)
        return
    assert run.state is RunState.FAILED
    assert run.failure is not None
    assert (run.failure.reason, run.failure.update) == ("NON_FINITE_COST", first + 1)
    assert run.latest_update == run.non_finite_cost == first
    assert run.latest_cost is not None
    assert not np.isfinite(run.latest_cost)
    expected = world.engine(run).advance(State(0, world.parameters), 0, first)
    assert bits(state) == bits(expected.state)
    assert np.float64(run.epoch_cost).tobytes() == np.float64(expected.epoch_cost).tobytes()


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


@settings(max_examples=tries(15))
@given(optimizer=unbounded_optimizers)
def test_exploding_updates_leave_the_last_finite_state_whole(optimizer: Optimizer) -> None:
    world = make_world(
        (2, 3, 1),
        activations=(Activation.RELU, Activation.IDENTITY),
        bias=True,
        learning_rate=50.0,
        epochs=5_000,
        optimizer=optimizer,
    )
    trainer = world.trainer(world.open())
    additions = carry_out(trainer)
    run, last = trainer.run, trainer.head.latest_update
    assert run.state is RunState.FAILED
    assert np.isfinite(trainer.state.parameters).all()
    finite = world.engine(run).advance(State(0, world.parameters), 0, last)
    assert finite.outcome is Outcome.MADE
    assert bits(finite.state) == bits(trainer.state)
    assert additions[-1].after.keyframe == last
    # The number that would have been bad is free for the next run, and so is the state.
    gentle = replace(world.settings, learning_rate=1e-300)
    again = world.trainer(world.open(trainer.head, gentle), state=trainer.state)
    assert again.run.first_update == last + 1


def test_shuffled_epochs_have_their_own_orders() -> None:
    world = make_world(batch_size=1, epochs=1)
    shuffled = make_world(batch_size=1, epochs=1, shuffle_seed=3)
    orders = []
    for one in (world, shuffled):
        trainer = one.trainer(one.open())
        carry_out(trainer)
        orders.append(trainer.state.parameters.tobytes())
    assert orders[0] != orders[1]
    order = [0, 1, 2, 3]
    seen = []
    # One of the orders of four examples, taken without shuffling, gives the same.
    for first in order:
        for second in [place for place in order if place != first]:
            rest = [place for place in order if place not in (first, second)]
            for third in rest:
                (fourth,) = [place for place in rest if place != third]
                places = [first, second, third, fourth]
                seen.append(places)
                world.examples = Examples(
                    shuffled.examples.inputs[places], shuffled.examples.targets[places]
                )
                trainer = world.trainer(world.open())
                carry_out(trainer)
                if trainer.state.parameters.tobytes() == orders[1]:
                    return
    raise AssertionError(seen)
