"""Runs with held-out examples: what is validated, when they end, and what they return to."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numerics import same_bits
from promises import tries
from worlds import World, make_world, plateaus, settings_for, worlds

from training import chunks
from training.evaluation import evaluate
from training.run import EndReason, Run, RunState
from training.settings import StopCondition, TrainingSettings
from training.trainer import Trainer
from training.update import Addition, State, UpdateKind
from training.validation import (
    NOT_VALIDATED,
    Validated,
    Validation,
    ValidationResult,
    ValidationUnit,
)

validations = st.builds(
    Validation,
    share=st.floats(0.1, 0.7),
    seed=st.integers(0, 2**63 - 1),
    every=st.integers(1, 3),
    unit=st.sampled_from(ValidationUnit),
)


@st.composite
def validated_worlds(draw: st.DrawFn) -> World:
    """Worlds whose runs hold out examples, and may end early and return to their best state."""
    world = draw(worlds().filter(lambda world: world.training_set.example_count > 1))
    validation = draw(validations)
    examples = world.training_set.example_count
    patience = draw(st.integers(0, 4))
    stop = StopCondition(
        max_updates=draw(st.sampled_from([0, 0, 7])),
        patience=patience,
        min_delta=draw(st.sampled_from([0.0, 1e-3])) if patience else 0.0,
        restore_best=draw(st.booleans()),
    )
    chosen = draw(settings_for(examples - validation.held_out(examples)))
    if draw(st.booleans()):
        chosen = replace(chosen, schedule=draw(plateaus))
    world.settings = replace(chosen, stop=stop, validation=validation)
    return world


def train(trainer: Trainer) -> list[Addition]:
    """Make the whole run, and return its additions."""
    additions = []
    while trainer.run.is_active:
        additions.append(trainer.advance().addition)
    return additions


def states_of(world: World, run: Run) -> list[State]:
    """Return the state after each GRADIENT update of the run, the start first."""
    states = [State(0, world.parameters)]
    engine = world.engine(run)
    for index in range(run.updates_done):
        states.append(engine.advance(states[-1], index, 1).state)
    return states


#: The work of a chunk: with the first one each validation is made between two calls of the kernel,
#: with the second one a call makes a few, and with the last one as many as there are.
chunks_of_work = st.sampled_from([1, 2**13, chunks._WORK])


@given(world=validated_worlds(), work=chunks_of_work)
@settings(deadline=None, max_examples=tries(30))
def test_each_validation_is_an_evaluation_and_decides_as_defined(world: World, work: int) -> None:
    opening = world.open()
    assert opening.run is not None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chunks, "_WORK", work)
        trainer = world.trainer(opening)
    additions = train(trainer)
    run, states = trainer.run, states_of(world, trainer.run)
    held_out = world.examples_of(run).validation
    assert held_out is not None
    stored: dict[int, ValidationResult | None] = {}
    for addition in additions:
        if addition.segment is not None:
            found = addition.segment.validations
            stored |= {update: found.after(update) for update in found.updates.tolist()}

    points = run.validation_points
    assert points is not None
    assert list(stored) == list(points.between(1, run.updates_done))
    progress, ends = NOT_VALIDATED, []
    for update, result in stored.items():
        expected = evaluate(world.network, states[update].parameters, held_out)
        assert result is not None
        assert same_bits(np.array([result.cost]), np.array([expected.cost]))
        assert result.accuracy == expected.accuracy
        position = run.batches.position(update)
        stop = run.settings.stop
        progress = progress.then(Validated(update, result), position, stop.min_delta)
        waited = progress.without_improvement(position)
        if stop.patience and waited >= stop.patience * run.batches.epoch_examples:
            ends.append(update)
    assert repr(run.validation) == repr(progress)  # NaN is not equal to itself
    assert ends in ([], [run.updates_done])
    check_end(world, run, additions, states, is_out_of_patience=bool(ends))


def check_end(
    world: World,
    run: Run,
    additions: list[Addition],
    states: list[State],
    *,
    is_out_of_patience: bool,
) -> None:
    if run.state is RunState.FAILED:
        assert run.end_reason is EndReason.DIVERGED
        return
    assert run.state is RunState.SUCCEEDED
    if run.updates_done < run.total_updates:
        assert is_out_of_patience
        assert run.end_reason is EndReason.PATIENCE
    else:
        assert run.end_reason in {EndReason.ALL_EPOCHS, EndReason.MAX_UPDATES}
    best, last = run.validation.best, additions[-1]
    is_restored = run.settings.stop.restore_best and best is not None
    if is_restored and best is not None and best.update < run.updates_done:
        assert run.latest_update == run.updates_done + 1
        assert last.segment is not None
        assert last.keyframe is not None
        assert last.segment.kind is UpdateKind.RESTORE
        assert (last.segment.run, last.segment.run_offset) == (run.number, run.updates_done)
        assert same_state(last.keyframe.state, states[best.update])
        assert [event.run.state for event in last.events] == [RunState.SUCCEEDED]
    else:
        assert run.latest_update == run.updates_done
        assert last.segment is None or last.segment.kind is UpdateKind.GRADIENT


def same_state(one: State, other: State) -> bool:
    kept = [state.optimizer_state for state in (one, other)]
    values = [np.empty(0) if each is None else each.values for each in kept]
    return same_bits(one.parameters, other.parameters) and same_bits(*values)


@given(world=validated_worlds(), ticks=st.tuples(st.floats(1e-4, 0.02), st.floats(1e-4, 0.02)))
@settings(deadline=None, max_examples=tries(20))
def test_a_trainer_that_is_built_anew_after_each_addition_comes_to_the_same(
    world: World, ticks: tuple[float, float]
) -> None:
    whole = world.trainer(world.open(), ticks[0])
    train(whole)
    addition = world.open()
    trainer = world.trainer(addition, ticks[1])
    kept = {0: State(0, world.parameters)}
    while trainer.run.is_active:
        trainer.advance()
        kept[trainer.state.update] = trainer.state
        state, best, run, head = trainer.state, trainer.best, trainer.run, trainer.head
        addition = replace(addition, after=head, run=run)
        trainer = world.trainer(addition, ticks[1], state)
        trainer.best = best
        assert (best is None) == (run.restored_update is None)
    assert same_state(trainer.state, whole.state)
    assert trainer.state.update == whole.state.update
    for run in (whole.run, trainer.run):
        assert run.validation_examples + run.examples == world.training_set.example_count
    facts = [
        (run.updates_done, run.end_reason, run.state, repr(run.validation))
        for run in (whole.run, trainer.run)
    ]
    assert facts[0] == facts[1]


OVERFITTING = TrainingSettings(
    "set",
    0.5,
    1,
    2_000,
    stop=StopCondition(patience=3, restore_best=True),
    validation=Validation(share=0.25, seed=5),
)


def test_a_run_that_overfits_ends_and_returns_to_its_best_state() -> None:
    world = make_world(seed=2)
    world.settings = OVERFITTING
    trainer = world.trainer(world.open())
    train(trainer)
    run = trainer.run
    assert run.end_reason is EndReason.PATIENCE
    assert run.validation.best is not None
    assert run.updates_done == run.validation.best.update + 3 * 3
    assert run.latest_update == run.updates_done + 1


def test_a_run_that_must_return_to_its_best_state_does_so_after_a_pause_and_can_be_cancelled() -> (
    None
):
    world = make_world(seed=2)
    world.settings = OVERFITTING
    trainer = world.trainer(world.open())
    while trainer.run.end_reason is None:
        trainer.advance()
    assert trainer.run.state is RunState.RUNNING
    paused = trainer.halt(RunState.PAUSED)
    assert paused.run is not None
    assert paused.run.end_reason is EndReason.PATIENCE
    cancelled = trainer.halt(RunState.CANCELLED).run
    assert cancelled is not None
    assert cancelled.end_reason is EndReason.CANCELLED
    resumed = world.trainer(paused, state=trainer.state)
    resumed.best = trainer.best
    made = resumed.advance(record=True)
    assert resumed.run.state is RunState.SUCCEEDED
    assert made.snapshots is not None
    assert made.snapshots.kind is UpdateKind.RESTORE
    assert made.snapshots.run_of_batches is None


@pytest.mark.parametrize("cost", [np.nan, np.inf])
def test_costs_that_are_not_finite_never_improve(cost: float) -> None:
    first = NOT_VALIDATED.then(_validated(1, cost), 10, 0.0)
    assert (first.best, first.improvement) == (None, None)
    assert first.without_improvement(10) == 10
    second = first.then(_validated(2, 0.5), 20, 0.0).then(_validated(3, cost), 30, 0.0)
    assert second.best is not None
    assert second.best.update == 2
    assert second.without_improvement(30) == 10


def test_only_an_improvement_by_more_than_the_least_one_counts() -> None:
    progress = NOT_VALIDATED
    for update, cost in enumerate([1.0, 0.95, 0.9, 0.85, 0.8], start=1):
        progress = progress.then(_validated(update, cost), update, 0.12)
    assert progress.best is not None
    assert progress.best.update == 5
    assert progress.improvement is not None
    assert (progress.improvement.cost, progress.improvement.position) == (0.85, 4)


def _validated(update: int, cost: float) -> Validated:
    return Validated(update, ValidationResult(cost))
