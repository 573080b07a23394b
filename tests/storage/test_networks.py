"""Networks in every store: ids, labels, deletion."""

import pytest
from histories import Story, append, begin, make_network

from training.errors import NetworkExists, NetworkNotFound, RunNotFound
from training.ports import Store
from training.run import RunState


def test_a_network_reads_back_as_it_was_written(store: Store) -> None:
    story = begin(store, "net")
    with store.read() as reader:
        assert reader.network("net") == story.network
        assert reader.network_by_uid(story.uid) == story.network
        assert reader.head(story.uid) == story.head


def test_adding_a_network_returns_its_head(store: Store) -> None:
    story = Story()
    head = store.write(lambda writer: writer.add_network(*story.beginning())).result()
    assert head == story.head


def test_an_unknown_network_is_not_found(store: Store) -> None:
    with store.read() as reader:
        with pytest.raises(NetworkNotFound, match="network missing does not exist: ") as error:
            reader.network("missing")
        assert error.value.metadata == {"network": "missing"}
        with pytest.raises(NetworkNotFound):
            reader.network_by_uid("missing")
        with pytest.raises(NetworkNotFound):
            reader.head("missing")
        with pytest.raises(NetworkNotFound):
            reader.segments("missing", 0, 10, 10)
        with pytest.raises(NetworkNotFound):
            reader.keyframe("missing", 0)
        with pytest.raises(RunNotFound):
            reader.run("missing", 1)
        assert reader.runs("missing", None, 10) == []
        assert reader.run_events("missing", 0, 0, 10) == []
        assert reader.wanted_state("missing", 1) is None


def test_networks_are_listed_by_id_page_after_page(store: Store) -> None:
    ids = ["b", "a-b", "ab", "a", "a0", "z-9", "c"]
    for network_id in ids:
        begin(store, network_id)
    with store.read() as reader:
        assert reader.count_networks() == len(ids)
        listed = [network.id for network in reader.networks("", 100)]
        assert listed == sorted(ids)
        assert [network.id for network in reader.networks("", 3)] == listed[:3]
        assert [network.id for network in reader.networks(listed[2], 3)] == listed[3:6]
        assert reader.networks("zz", 3) == []


def test_an_id_belongs_to_one_living_network(store: Store) -> None:
    story = begin(store, "net")
    again = Story(make_network("net"))
    failed = store.write(lambda writer: writer.add_network(*again.beginning()))
    with pytest.raises(NetworkExists, match="network net already exists"):
        failed.result()
    with store.read() as reader:
        assert reader.network("net") == story.network
        with pytest.raises(NetworkNotFound):
            reader.head(again.uid)


def test_labels_are_replaced_and_nothing_else(store: Store) -> None:
    story = begin(store, "net")
    labels = {"stage": "done", "b": "ü\n\0"}
    store.write(lambda writer: writer.set_labels(story.uid, labels)).result()
    with store.read() as reader:
        network = reader.network("net")
        assert network.labels == labels
        assert network.initializer == story.network.initializer
        assert network.create_time == story.network.create_time
        assert reader.head(story.uid) == story.head


def test_labels_of_an_unknown_network_are_refused(store: Store) -> None:
    with pytest.raises(NetworkNotFound):
        store.write(lambda writer: writer.set_labels("missing", {})).result()


def test_a_deleted_network_is_hidden_at_once(store: Store) -> None:
    story = begin(store, "net")
    append(store, story.opening())
    append(store, story.growth(5, keyframe=True))
    store.write(lambda writer: writer.delete_network(story.uid)).result()
    with store.read() as reader:
        for read in (
            lambda: reader.network("net"),
            lambda: reader.network_by_uid(story.uid),
            lambda: reader.head(story.uid),
            lambda: reader.segments(story.uid, 0, 5, 10),
            lambda: reader.keyframe(story.uid, 5),
        ):
            with pytest.raises(NetworkNotFound):
                read()
        with pytest.raises(RunNotFound):
            reader.run(story.uid, 1)
        assert reader.networks("", 10) == []
        assert reader.count_networks() == 0
        assert reader.runs(story.uid, None, 10) == []
        assert reader.active_runs() == []
        assert reader.run_using(story.training_set) is None
        assert reader.run_events(story.uid, 0, 0, 10) == []
        assert reader.wanted_state(story.uid, 1) is None


def test_a_deleted_network_cannot_be_changed(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    store.write(lambda writer: writer.delete_network(story.uid)).result()
    with pytest.raises(NetworkNotFound):
        append(store, story.growth())
    with pytest.raises(RunNotFound):
        store.write(lambda writer: writer.want(story.uid, 1, RunState.PAUSED)).result()
    with pytest.raises(NetworkNotFound):
        store.write(lambda writer: writer.set_labels(story.uid, {})).result()
    with pytest.raises(NetworkNotFound):
        store.write(lambda writer: writer.delete_network(story.uid)).result()


def test_the_id_of_a_deleted_network_can_be_used_again(store: Store) -> None:
    for _ in range(3):
        story = begin(store, "net")
        append(store, story.opening())
        with store.read() as reader:
            assert reader.network("net") == story.network
            assert reader.head(story.uid) == story.head
        store.write(lambda writer, uid=story.uid: writer.delete_network(uid)).result()
    kept = begin(store, "net")
    with store.read() as reader:
        assert reader.networks("", 10) == [kept.network]
        assert reader.head(kept.uid) == kept.head
