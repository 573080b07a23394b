"""Runs in every store: their states and requested states."""

import math
from dataclasses import replace

import numpy as np
import pytest
from histories import ADAM, NOW, append, begin

from training.errors import RunNotFound
from training.ports import Store
from training.run import FINAL, EndReason, Failure, RunState
from training.settings import StopCondition, TrainingSettings
from training.tables.preparation import Preparation
from training.tables.table import (
    ColumnKind,
    Filling,
    FillingKind,
    InputColumn,
    Scaling,
    Table,
    TargetKind,
    Targets,
)
from training.update import Addition
from training.validation import (
    Improvement,
    Validated,
    Validation,
    ValidationProgress,
    ValidationResult,
    ValidationUnit,
)


def test_a_run_reads_back_as_it_was_last_written(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    for addition in (story.growth(4), story.growth(2, state=RunState.PAUSED)):
        append(store, addition)
        with store.read() as reader:
            assert reader.run(story.uid, 1) == addition.run


def test_everything_about_a_run_is_kept(store: Store) -> None:
    story = begin(store)
    opening = story.opening()
    assert opening.run is not None
    story.run = replace(opening.run, validation_set_uid="uid-of-other-set")
    append(store, replace(opening, run=story.run))
    addition = story.growth(state=RunState.FAILED)
    assert addition.run is not None
    run = replace(
        addition.run,
        failure=Failure("DIVERGED", "update 2 would be ∞", 2),
        stop_at=7,
        start_time=NOW,
        latest_cost=0.1 + 0.2,
        epoch_cost=1 / 3,
        non_finite_cost=2**62,
        settings=TrainingSettings(
            "some-set",
            learning_rate=5e-324,
            batch_size=3,
            epochs=10**6,
            shuffle_seed=2**63 - 1,
            optimizer=ADAM,
            stop=StopCondition(
                cost_below=5e-324,
                max_updates=2**53,
                non_finite_cost=True,
                patience=2**53,
                min_delta=5e-324,
                restore_best=True,
            ),
            validation=Validation(
                "other-set", 0.1, 2**63 - 1, 2**53, ValidationUnit.UPDATE, 2**31 - 1, 2**31 - 2
            ),
        ),
        validation_examples=2**50,
        validation=ValidationProgress(
            Validated(2, ValidationResult(math.inf)),
            Validated(2**53, ValidationResult(0.1 + 0.2, 1 / 3)),
            Improvement(5e-324, 2**53),
        ),
        end_reason=EndReason.DIVERGED,
    )
    append(store, replace(addition, run=run))
    with store.read() as reader:
        assert reader.run(story.uid, 1) == run


@pytest.mark.parametrize("reason", EndReason)
def test_any_reason_for_an_end_is_kept(store: Store, reason: EndReason) -> None:
    story = begin(store)
    append(store, story.opening())
    growth = story.growth(state=RunState.SUCCEEDED)
    assert growth.run is not None
    append(store, replace(growth, run=replace(growth.run, end_reason=reason)))
    with store.read() as reader:
        assert reader.run(story.uid, 1).end_reason is reason


@pytest.mark.parametrize("cost", [math.inf, -math.inf, math.nan, -0.0, 5e-324])
def test_any_cost_of_a_run_is_kept(store: Store, cost: float) -> None:
    story = begin(store)
    append(store, story.opening())
    growth = story.growth(costs=np.array([cost]))
    assert growth.run is not None
    run = replace(growth.run, epoch_cost=-cost)
    events = tuple(replace(event, run=run) for event in growth.events)
    append(store, replace(growth, run=run, events=events))
    with store.read() as reader:
        found = [reader.run(story.uid, 1), reader.run_events(story.uid, 1, 0, 10)[-1].run]
    for kept in found:
        assert kept.latest_cost is not None
        assert np.float64(kept.latest_cost).tobytes() == np.float64(cost).tobytes()
        assert np.float64(kept.epoch_cost).tobytes() == np.float64(-cost).tobytes()


def test_runs_are_listed_latest_first_page_after_page(store: Store) -> None:
    story = begin(store)
    for _ in range(5):
        append(store, story.opening())
        append(store, story.growth(state=RunState.SUCCEEDED))
    with store.read() as reader:
        assert [run.number for run in reader.runs(story.uid, None, 10)] == [5, 4, 3, 2, 1]
        assert [run.number for run in reader.runs(story.uid, None, 2)] == [5, 4]
        assert [run.number for run in reader.runs(story.uid, 4, 2)] == [3, 2]
        assert reader.runs(story.uid, 1, 2) == []


def test_an_unknown_run_is_not_found(store: Store) -> None:
    story = begin(store, "net")
    with store.read() as reader:
        with pytest.raises(RunNotFound, match="network net has no run 1") as error:
            reader.run(story.uid, 1)
        assert error.value.metadata == {"network": "net", "run": "1"}
    with pytest.raises(RunNotFound):
        store.write(lambda writer: writer.want(story.uid, 1, RunState.PAUSED)).result()


def test_the_active_runs_of_all_networks_are_found(store: Store) -> None:
    stories = [begin(store, f"n{index}") for index in range(5)]
    for story in stories:
        append(store, story.opening())
    append(store, stories[1].growth())
    append(store, stories[2].growth(state=RunState.PAUSED))
    append(store, stories[3].growth(state=RunState.SUCCEEDED))
    store.write(lambda writer: writer.delete_network(stories[4].uid)).result()
    with store.read() as reader:
        found = reader.active_runs()
    expected = [stories[0].run, stories[1].run]
    assert sorted(found, key=lambda run: run.network_uid) == sorted(
        (run for run in expected if run), key=lambda run: run.network_uid
    )


def test_an_append_returns_the_requested_state(store: Store) -> None:
    story = begin(store)
    assert append(store, story.opening()) is None
    assert append(store, story.growth()) is None
    for wanted in (RunState.PAUSED, RunState.CANCELLED):
        store.write(lambda writer, state=wanted: writer.want(story.uid, 1, state)).result()
        with store.read() as reader:
            assert reader.wanted_state(story.uid, 1) is wanted
        assert append(store, story.growth()) is wanted
        assert append(store, story.growth()) is wanted


def test_an_addition_without_a_run_keeps_the_requested_state(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    store.write(lambda writer: writer.want(story.uid, 1, RunState.PAUSED)).result()
    earlier, story.head = story.head, story.head.renewed()
    empty = Addition(earlier, story.head)
    assert append(store, empty) is None
    assert append(store, story.growth()) is RunState.PAUSED


@pytest.mark.parametrize("state", sorted({RunState.PAUSED} | FINAL))
def test_the_requested_state_is_cleared_when_a_run_stops(store: Store, state: RunState) -> None:
    story = begin(store)
    append(store, story.opening())
    store.write(lambda writer: writer.want(story.uid, 1, RunState.CANCELLED)).result()
    append(store, story.growth(state=state))
    with store.read() as reader:
        assert reader.wanted_state(story.uid, 1) is None


def test_no_state_can_be_requested_of_a_run_that_is_not_active(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    append(store, story.change(RunState.PAUSED))
    store.write(lambda writer: writer.want(story.uid, 1, RunState.CANCELLED)).result()
    append(store, story.change(RunState.RUNNING))
    with store.read() as reader:
        assert reader.wanted_state(story.uid, 1) is None


def test_the_preparation_that_a_run_learned_is_stored_with_it(store: Store) -> None:
    story = begin(store)
    table = Table(
        (
            InputColumn("age", has_missing=True),
            InputColumn("job", ColumnKind.CATEGORY, ("a", "b")),
            InputColumn("smokes", ColumnKind.BOOLEAN),
        ),
        Targets(TargetKind.NUMBERS, ("pay",)),
        Scaling.STANDARDIZE,
        Filling(FillingKind.CONSTANT, 0.1 + 0.2),
        shape=(5, 1),
    )
    fills = (0.5, 0.0, 0.0, 0.0, 1.0)
    preparation = Preparation(
        table, fills, (1 / 3,) * 5, (5e-324,) * 5, (1e308,), (-7.0,), "some-uid", 9
    )
    opening = story.opening()
    assert opening.run is not None
    append(store, replace(opening, preparation=preparation))
    with store.read() as reader:
        assert reader.network_by_uid(story.uid).preparation == preparation
    labels = {"a": "1"}
    store.write(lambda writer: writer.set_labels(story.uid, labels)).result()
    with store.read() as reader:
        network = reader.network_by_uid(story.uid)
    assert (network.preparation, network.labels) == (preparation, labels)
