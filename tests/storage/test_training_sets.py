"""Training sets in every store."""

from collections.abc import Callable

import numpy as np
import pytest
from histories import append, begin, make_training_set, same_examples

from training.errors import TrainingSetExists, TrainingSetNotFound
from training.ports import Store
from training.run import RunState
from training.training_set import BUILT_IN, Examples, TrainingSet


def add(store: Store, training_set: TrainingSet, examples: Examples) -> TrainingSet:
    store.write(lambda writer: writer.add_training_set(training_set, examples)).result()
    return training_set


@pytest.mark.parametrize("weighted", [False, True])
def test_a_training_set_reads_back_as_it_was_written(store: Store, *, weighted: bool) -> None:
    training_set, examples = make_training_set("set", examples=100, weighted=weighted)
    add(store, training_set, examples)
    with store.read() as reader:
        assert reader.training_set("set") == training_set
        assert reader.training_set_by_uid(training_set.uid) == training_set
        assert same_examples(reader.examples(training_set.uid), examples)


def test_the_built_in_sets_can_be_stored(store: Store) -> None:
    for training_set, examples in BUILT_IN:
        add(store, training_set, examples)
    with store.read() as reader:
        assert reader.training_sets("", 10) == [training_set for training_set, _ in BUILT_IN]
        for training_set, examples in BUILT_IN:
            assert same_examples(reader.examples(training_set.uid), examples)


def test_examples_are_read_only(store: Store) -> None:
    training_set, examples = make_training_set()
    inputs = examples.inputs.copy()
    add(store, training_set, examples)
    examples.inputs[0, 0] = 99.0
    with store.read() as reader:
        found = reader.examples(training_set.uid)
    assert np.array_equal(found.inputs, inputs)
    with pytest.raises(ValueError, match="read-only"):
        found.inputs[0, 0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        found.targets[0, 0] = 1.0


def test_an_unknown_set_is_not_found(store: Store) -> None:
    with store.read() as reader:
        reads: list[Callable[[str], object]] = [
            reader.training_set,
            reader.training_set_by_uid,
            reader.examples,
        ]
        for read in reads:
            with pytest.raises(TrainingSetNotFound):
                read("missing")
    with pytest.raises(TrainingSetNotFound):
        store.write(lambda writer: writer.delete_training_set("missing")).result()


def test_sets_are_listed_by_id_page_after_page(store: Store) -> None:
    ids = ["c", "a", "b-1", "b"]
    for set_id in ids:
        add(store, *make_training_set(set_id))
    with store.read() as reader:
        assert reader.count_training_sets() == 4
        assert [found.id for found in reader.training_sets("", 3)] == ["a", "b", "b-1"]
        assert [found.id for found in reader.training_sets("b-1", 3)] == ["c"]


def test_an_id_belongs_to_one_set(store: Store) -> None:
    kept = add(store, *make_training_set("set"))
    with pytest.raises(TrainingSetExists, match="training set set already exists"):
        add(store, *make_training_set("set"))
    with store.read() as reader:
        assert reader.training_set("set") == kept


def test_a_deleted_set_is_hidden_by_id_but_kept_by_uid(store: Store) -> None:
    training_set, examples = make_training_set("set")
    add(store, training_set, examples)
    store.write(lambda writer: writer.delete_training_set(training_set.uid)).result()
    with store.read() as reader:
        with pytest.raises(TrainingSetNotFound):
            reader.training_set("set")
        assert reader.training_sets("", 10) == []
        assert reader.count_training_sets() == 0
        assert reader.training_set_by_uid(training_set.uid) == training_set
        assert same_examples(reader.examples(training_set.uid), examples)
    with pytest.raises(TrainingSetNotFound):
        store.write(lambda writer: writer.delete_training_set(training_set.uid)).result()


def test_the_id_of_a_deleted_set_can_be_used_again(store: Store) -> None:
    for _ in range(2):
        training_set = add(store, *make_training_set("set"))
        with store.read() as reader:
            assert reader.training_set("set") == training_set
        uid = training_set.uid
        store.write(lambda writer, uid=uid: writer.delete_training_set(uid)).result()


@pytest.mark.parametrize(
    ("state", "uses"),
    [
        (RunState.PENDING, True),
        (RunState.RUNNING, True),
        (RunState.PAUSED, True),
        (RunState.SUCCEEDED, False),
        (RunState.FAILED, False),
        (RunState.CANCELLED, False),
    ],
)
def test_a_run_that_is_not_over_uses_its_set(store: Store, state: RunState, uses: bool) -> None:
    story = begin(store, training_set="used")
    append(store, story.opening())
    if state is not RunState.PENDING:
        append(store, story.change(state))
    with store.read() as reader:
        assert reader.run_using("used") == (story.run if uses else None)
        assert reader.run_using("unused") is None
