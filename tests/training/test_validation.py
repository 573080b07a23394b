"""When a run is validated, and what is kept of it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numerics import same_bits
from refusing import refused

from training.batches import Batches, BatchMode
from training.settings import StopCondition, TrainingSettings, check_settings
from training.validation import (
    NO_VALIDATIONS,
    Validation,
    ValidationPoints,
    ValidationResult,
    ValidationUnit,
    validations_of,
)


@given(
    examples=st.integers(1, 9),
    most=st.tuples(st.integers(1, 9), st.integers(0, 30)),
    every=st.integers(1, 9),
    unit=st.sampled_from(ValidationUnit),
    mode=st.sampled_from(BatchMode),
    data=st.data(),
)
def test_the_points_are_those_of_the_definition(
    examples: int,
    most: tuple[int, int],
    every: int,
    unit: ValidationUnit,
    mode: BatchMode,
    data: st.DataObject,
) -> None:
    epochs, max_updates = most
    batches = Batches(examples, data.draw(st.integers(1, examples)), epochs, max_updates, mode)
    total = batches.total_updates

    def is_point(updates_done: int) -> bool:
        if updates_done == total:
            return True
        if unit is ValidationUnit.UPDATE:
            return updates_done % every == 0
        before, after = (
            batches.position(number) // (every * batches.epoch_examples)
            for number in (updates_done - 1, updates_done)
        )
        return after > before

    expected = [number for number in range(1, total + 1) if is_point(number)]
    points = ValidationPoints(batches, every, unit)
    assert list(points.between(1, total)) == expected
    first = data.draw(st.integers(1, total))
    last = data.draw(st.integers(first, total))
    assert list(points.between(first, last)) == [p for p in expected if first <= p <= last]
    assert points.next(total) == total


def test_results_are_found_by_their_update() -> None:
    some = validations_of(
        [(3, ValidationResult(0.5, 1.0)), (6, ValidationResult(np.inf)), (9, ValidationResult(0.1))]
    )
    assert some.after(3) == ValidationResult(0.5, 1.0)
    assert some.after(6) == ValidationResult(np.inf, None)
    assert some.after(4) is some.after(10) is NO_VALIDATIONS.after(1) is None
    assert some.within(range(4, 10)).updates.tolist() == [6, 9]
    assert some.within(range(3, 9, 3)).updates.tolist() == [3, 6]
    assert some.within(range(1, 10, 4)).updates.tolist() == [9]
    joined = some.within(range(1, 6)).then(NO_VALIDATIONS).then(some.within(range(6, 10)))
    assert joined.updates.tolist() == some.updates.tolist()
    assert same_bits(joined.costs, some.costs)
    assert same_bits(joined.accuracies, some.accuracies)
    assert len(validations_of([])) == 0


SHARE = Validation(share=0.2)


@pytest.mark.parametrize(
    ("validation", "stop", "bad"),
    [
        (Validation(), StopCondition(), ["validation.share"]),
        (Validation(share=1.0), StopCondition(), ["validation.share"]),
        (Validation(share=-0.5), StopCondition(), ["validation.share"]),
        (Validation(share=np.nan), StopCondition(), ["validation.share"]),
        (Validation("s", 0.5), StopCondition(), ["validation.share"]),
        (Validation("s", seed=1), StopCondition(), ["validation.seed"]),
        (Validation(share=0.2, seed=-1), StopCondition(), ["validation.seed"]),
        (Validation(share=0.2, seed=2**63), StopCondition(), ["validation.seed"]),
        (Validation(share=0.2, every=0), StopCondition(), ["validation.every"]),
        (Validation(folds=1, fold=1), StopCondition(), ["validation.folds"]),
        (Validation(folds=11, fold=1), StopCondition(), ["validation.folds"]),
        (Validation(folds=-2, fold=1), StopCondition(), ["validation.folds"]),
        (Validation(folds=5), StopCondition(), ["validation.fold"]),
        (Validation(folds=5, fold=6), StopCondition(), ["validation.fold"]),
        (Validation(fold=1), StopCondition(), ["validation.folds"]),
        (Validation(share=0.2, folds=5, fold=1), StopCondition(), ["validation.share"]),
        (Validation("s", folds=5, fold=1), StopCondition(), ["validation.training_set"]),
        (Validation(folds=5, fold=1, seed=-1), StopCondition(), ["validation.seed"]),
        (SHARE, StopCondition(patience=-1), ["stop.patience"]),
        (SHARE, StopCondition(patience=1, min_delta=np.nan), ["stop.min_delta"]),
        (SHARE, StopCondition(patience=1, min_delta=-0.1), ["stop.min_delta"]),
        (SHARE, StopCondition(min_delta=0.1), ["stop.min_delta"]),
        (None, StopCondition(patience=1), ["stop.patience"]),
        (None, StopCondition(restore_best=True), ["stop.restore_best"]),
    ],
)
def test_each_invalid_field_is_named(
    validation: Validation | None, stop: StopCondition, bad: list[str]
) -> None:
    settings = TrainingSettings("s", 0.1, 1, 1, stop=stop, validation=validation)
    found = refused(lambda violations: check_settings(violations, "settings", settings, 10))
    assert list(found) == [f"settings.{field}" for field in bad]


@pytest.mark.parametrize(("batch_size", "bad"), [(8, []), (9, ["settings.batch_size"])])
def test_a_batch_must_fit_the_examples_that_are_left(batch_size: int, bad: list[str]) -> None:
    settings = TrainingSettings("s", 0.1, batch_size, 1, validation=SHARE)
    found = refused(lambda violations: check_settings(violations, "settings", settings, 10))
    assert list(found) == bad


@pytest.mark.parametrize(("batch_size", "bad"), [(7, []), (8, ["settings.batch_size"])])
def test_a_batch_must_fit_the_other_folds(batch_size: int, bad: list[str]) -> None:
    validation = Validation(folds=3, fold=2)
    settings = TrainingSettings("s", 0.1, batch_size, 1, validation=validation)
    found = refused(lambda violations: check_settings(violations, "settings", settings, 10))
    assert list(found) == bad


def test_a_share_of_one_example_is_refused() -> None:
    settings = TrainingSettings("s", 0.1, 1, 1, validation=SHARE)
    found = refused(lambda violations: check_settings(violations, "settings", settings, 1))
    assert list(found) == ["settings.validation.share"]
