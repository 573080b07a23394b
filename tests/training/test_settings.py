"""Which examples each update of a run takes."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.errors import InvalidFields, validating
from training.settings import Schedule, TrainingSettings, check_settings

schedules = st.integers(1, 50).flatmap(
    lambda examples: st.builds(
        Schedule, st.just(examples), st.integers(1, examples), st.integers(1, 20)
    )
)


def test_a_batch_may_straddle_epochs_and_the_last_may_be_short() -> None:
    schedule = Schedule(examples=4, batch_size=3, epochs=4)
    batches = [schedule.batch(index) for index in range(schedule.total_updates)]
    assert [batch.example_count for batch in batches] == [3, 3, 3, 3, 3, 1]
    assert [batch.epoch for batch in batches] == [1, 1, 2, 3, 4, 4]
    assert [batch.first_example for batch in batches] == [0, 3, 2, 1, 0, 3]


@given(schedules)
def test_batches_go_through_all_examples_in_order(schedule: Schedule) -> None:
    expected = 0
    for index in range(schedule.total_updates):
        batch = schedule.batch(index)
        assert expected == (batch.epoch - 1) * schedule.examples + batch.first_example
        assert schedule.position(index) == expected
        assert 1 <= batch.example_count <= schedule.batch_size
        expected += batch.example_count
    assert expected == schedule.position(schedule.total_updates) == schedule.total_examples


@given(schedules, st.integers(1, 1000))
def test_updates_reaching_is_the_first_update_that_does(schedule: Schedule, examples: int) -> None:
    updates = schedule.updates_reaching(examples)
    wanted = min(examples, schedule.total_examples)
    assert schedule.position(updates) >= wanted > schedule.position(updates - 1)


@pytest.mark.parametrize(
    ("settings", "bad"),
    [
        (TrainingSettings("s", 0.0, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", -1.0, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", nan, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", inf, 1, 1), ["learning_rate"]),
        (TrainingSettings("s", 1.0, 0, 1), ["batch_size"]),
        (TrainingSettings("s", 1.0, 5, 1), ["batch_size"]),
        (TrainingSettings("s", 1.0, 1, 0), ["epochs"]),
        (TrainingSettings("s", 1.0, 1, 2**53), ["epochs"]),
        (TrainingSettings("s", nan, 0, 0), ["learning_rate", "batch_size", "epochs"]),
    ],
)
def test_every_bad_setting_is_named(settings: TrainingSettings, bad: list[str]) -> None:
    with pytest.raises(InvalidFields) as refused, validating() as violations:
        check_settings(violations, "settings", settings, examples=4)
    assert [violation.field for violation in refused.value.violations] == [
        f"settings.{field}" for field in bad
    ]
