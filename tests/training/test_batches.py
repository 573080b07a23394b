"""The examples of each update of a run."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.batches import Batches, BatchMode

all_batches = st.integers(1, 50).flatmap(
    lambda examples: st.builds(
        Batches,
        st.just(examples),
        st.integers(1, examples),
        st.integers(1, 20),
        st.just(0) | st.integers(1, 100),
        st.sampled_from(BatchMode),
    )
)


def test_a_batch_may_straddle_epochs_and_the_last_may_be_short() -> None:
    batches = Batches(examples=4, batch_size=3, epochs=4)
    found = [batches.batch(index) for index in range(batches.total_updates)]
    assert [batch.example_count for batch in found] == [3, 3, 3, 3, 3, 1]
    assert [batch.epoch for batch in found] == [1, 1, 2, 3, 4, 4]
    assert [batch.first_example for batch in found] == [0, 3, 2, 1, 0, 3]


@pytest.mark.parametrize(
    ("mode", "counts", "epochs"),
    [
        (BatchMode.CROSS_EPOCHS, [3, 3, 3, 3, 3], [1, 1, 2, 2, 3]),
        (BatchMode.END_WITH_EPOCH, [3, 2, 3, 2, 3, 2], [1, 1, 2, 2, 3, 3]),
        (BatchMode.DROP_LAST, [3, 3, 3], [1, 2, 3]),
    ],
)
def test_a_mode_says_what_happens_at_the_end_of_an_epoch(
    mode: BatchMode, counts: list[int], epochs: list[int]
) -> None:
    batches = Batches(examples=5, batch_size=3, epochs=3, mode=mode)
    found = [batches.batch(index) for index in range(batches.total_updates)]
    assert [batch.example_count for batch in found] == counts
    assert [batch.epoch for batch in found] == epochs


@given(all_batches)
def test_many_batches_at_once_are_those_of_each(batches: Batches) -> None:
    indices = np.arange(batches.total_updates, dtype=np.int64)
    positions = batches.positions(indices)
    found = [batches.batch(index) for index in indices.tolist()]
    assert positions.tolist() == [batches.position(index) for index in indices.tolist()]
    assert batches.example_counts(positions).tolist() == [each.example_count for each in found]
    assert batches.epochs_before(indices).tolist() == [each.epoch - 1 for each in found]


@given(all_batches)
def test_no_batch_goes_past_its_epoch_unless_it_may(batches: Batches) -> None:
    if batches.mode is BatchMode.CROSS_EPOCHS:
        return
    for index in range(batches.total_updates):
        batch = batches.batch(index)
        end = batch.first_example + batch.example_count
        assert end <= batches.examples
        if batch.example_count < batches.batch_size:
            assert (end, batches.mode) == (batches.examples, BatchMode.END_WITH_EPOCH)


@given(all_batches)
def test_batches_go_through_all_examples_in_order(batches: Batches) -> None:
    expected = 0
    for index in range(batches.total_updates):
        batch = batches.batch(index)
        assert expected == (batch.epoch - 1) * batches.epoch_examples + batch.first_example
        assert batches.position(index) == expected
        assert 1 <= batch.example_count <= batches.batch_size
        expected += batch.example_count
    assert expected == batches.position(batches.total_updates)
    if not batches.max_updates:
        assert expected == batches.total_examples


@given(all_batches)
def test_a_limit_ends_a_run_early_and_changes_no_batch(batches: Batches) -> None:
    unlimited = replace(batches, max_updates=0)
    total = batches.total_updates
    assert total == min(unlimited.total_updates, batches.max_updates or unlimited.total_updates)
    assert [batches.batch(index) for index in range(total)] == [
        unlimited.batch(index) for index in range(total)
    ]


@given(all_batches, st.integers(1, 1000))
def test_updates_reaching_is_the_first_update_that_does(batches: Batches, examples: int) -> None:
    updates = batches.updates_reaching(examples)
    wanted = min(examples, batches.position(batches.total_updates))
    assert batches.position(updates) >= wanted > batches.position(updates - 1)
