"""Deletion of hidden and expired rows, in every store."""

from datetime import timedelta

import pytest
from histories import NOW, SetClock, Story, append, begin, make_training_set, same_examples

from training.errors import TrainingSetNotFound
from training.ports import Answer, Reader, Store
from training.run import RunState


def purge_all(store: Store) -> int:
    """Purge until nothing is left to remove; return how many pieces that took."""
    pieces = 1
    while store.maintain():
        pieces += 1
    return pieces


def facts(reader: Reader, story: Story) -> object:
    """Return everything that a reader says of a network."""
    return (
        reader.network(story.network.id),
        reader.head(story.uid),
        reader.runs(story.uid, None, 100),
        reader.run_events(story.uid, 0, 0, 100),
        b"".join(
            segment.costs.tobytes() for segment in reader.segments(story.uid, 0, 10**6, 10**6)
        ),
        reader.keyframe(story.uid, 10**6).state.parameters.tobytes(),
    )


def tell(store: Store, network_id: str, training_set: str = "some-set") -> Story:
    story = begin(store, network_id, training_set)
    for _ in range(3):
        append(store, story.opening())
        append(store, story.growth(5, keyframe=True))
        append(store, story.growth(2, state=RunState.SUCCEEDED))
    return story


def test_an_empty_store_has_nothing_to_remove(store: Store) -> None:
    assert store.maintain() is False


def test_the_living_are_left_alone(store: Store) -> None:
    kept = [tell(store, name) for name in ("a", "net", "z")]
    with store.read() as reader:
        before = [facts(reader, story) for story in kept]
    for name in ("b", "c"):
        story = tell(store, name)
        store.write(lambda writer, uid=story.uid: writer.delete_network(uid)).result()
    reborn = tell(store, "b")
    training_set, examples = make_training_set()
    store.write(lambda writer: writer.add_training_set(training_set, examples)).result()
    store.write(lambda writer: writer.remember(Answer("id", b"", b"", NOW))).result()
    purge_all(store)
    with store.read() as reader:
        assert [facts(reader, story) for story in kept] == before
        assert reader.head(reborn.uid) == reborn.head
        assert reader.training_set("set") == training_set
        assert reader.answer("id") is not None
        assert reader.count_networks() == 4


def test_purging_again_finds_nothing(store: Store) -> None:
    story = tell(store, "net")
    store.write(lambda writer: writer.delete_network(story.uid)).result()
    purge_all(store)
    assert purge_all(store) == 1


def test_a_hidden_set_stays_for_as_long_as_a_run_refers_to_it(store: Store) -> None:
    training_set, examples = make_training_set("set")
    store.write(lambda writer: writer.add_training_set(training_set, examples)).result()
    stories = [tell(store, name, training_set.uid) for name in ("one", "two")]
    store.write(lambda writer: writer.delete_training_set(training_set.uid)).result()
    for story in stories:
        purge_all(store)
        with store.read() as reader:
            assert same_examples(reader.examples(training_set.uid), examples)
        store.write(lambda writer, uid=story.uid: writer.delete_network(uid)).result()
    purge_all(store)
    with store.read() as reader:
        with pytest.raises(TrainingSetNotFound):
            reader.training_set_by_uid(training_set.uid)
        with pytest.raises(TrainingSetNotFound):
            reader.examples(training_set.uid)


def test_a_set_that_validates_a_run_is_in_use_and_is_kept(store: Store) -> None:
    training_set, examples = make_training_set("set")
    store.write(lambda writer: writer.add_training_set(training_set, examples)).result()
    story = begin(store)
    story.validation_set = training_set.uid
    append(store, story.opening())
    with store.read() as reader:
        assert reader.run_using(training_set.uid) == story.run
    append(store, story.growth(state=RunState.SUCCEEDED))
    with store.read() as reader:
        assert reader.run_using(training_set.uid) is None
    store.write(lambda writer: writer.delete_training_set(training_set.uid)).result()
    purge_all(store)
    with store.read() as reader:
        assert same_examples(reader.examples(training_set.uid), examples)


def test_expired_answers_are_removed_and_others_kept(store: Store, clock: SetClock) -> None:
    for index in range(10):
        answer = Answer(f"id-{index}", b"digest", b"content", clock.now())
        store.write(lambda writer, answer=answer: writer.remember(answer)).result()
        clock.pass_(timedelta(days=1))
    purge_all(store)
    # Back in time, an answer that was only hidden would show again.
    clock.pass_(timedelta(days=-10))
    with store.read() as reader:
        found = [index for index in range(10) if reader.answer(f"id-{index}")]
    assert found == [4, 5, 6, 7, 8, 9]
