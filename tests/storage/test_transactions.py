"""Transactions, snapshots and listeners in every store."""

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from threading import Event, Thread, current_thread

import pytest
from histories import Story, append, begin, make_training_set
from patience import PATIENCE

from training.errors import NetworkNotFound, StoreUnavailable
from training.ports import Store, Writer


class Gate:
    """Keeps the store's thread in a work until it is let go."""

    def __init__(self, store: Store) -> None:
        self._entered, self._open = Event(), Event()
        self.future: Future[bool] = store.write(self._work)
        assert self._entered.wait(PATIENCE)

    def _work(self, _: Writer) -> bool:
        self._entered.set()
        return self._open.wait(PATIENCE)

    def open(self) -> None:
        self._open.set()
        assert self.future.result(PATIENCE)


class OddError(Exception):
    """What a work raises for reasons of its own."""


def test_a_future_gets_the_result_of_its_work(store: Store) -> None:
    assert store.write(lambda _: 17).result() == 17


def test_a_work_that_raises_halfway_leaves_nothing(store: Store) -> None:
    kept = begin(store, "kept")
    other = Story()

    def work(writer: Writer) -> None:
        writer.add_network(*other.beginning())
        writer.set_labels(kept.uid, {"half": "done"})
        writer.append(kept.opening())
        writer.add_training_set(*make_training_set())
        writer.delete_network(kept.uid)
        raise OddError

    with pytest.raises(OddError):
        store.write(work).result()
    with store.read() as reader:
        assert reader.network_by_uid(kept.uid) == kept.network
        assert reader.head(kept.uid).last_run == 0
        assert reader.runs(kept.uid, None, 10) == []
        assert reader.count_networks() == 1
        assert reader.count_training_sets() == 0


def test_a_failed_work_does_not_disturb_those_beside_it(store: Store) -> None:
    story = begin(store)
    gate = Gate(store)

    def fail(writer: Writer) -> None:
        writer.set_labels(story.uid, {"from": "the one that fails"})
        raise OddError

    before = store.write(lambda writer: writer.set_labels(story.uid, {"from": "before"}))
    failing = store.write(fail)
    seen = store.write(lambda writer: writer.network_by_uid(story.uid).labels)
    gate.open()
    before.result()
    with pytest.raises(OddError):
        failing.result()
    assert seen.result() == {"from": "before"}


def test_works_are_done_in_the_order_in_which_they_were_queued(store: Store) -> None:
    done: list[int] = []
    gate = Gate(store)
    futures = [store.write(lambda _, index=index: done.append(index)) for index in range(100)]
    gate.open()
    for future in futures:
        future.result()
    assert done == list(range(100))


def test_a_work_sees_its_own_writes(store: Store) -> None:
    story = Story()

    def work(writer: Writer) -> None:
        writer.add_network(*story.beginning())
        assert writer.network("net") == story.network
        addition = story.opening()
        writer.append(addition)
        assert writer.head(story.uid) == addition.after
        assert writer.run(story.uid, 1) == addition.run
        writer.append(story.growth(3))
        assert len(writer.segments(story.uid, 0, 10, 10)) == 2
        writer.delete_network(story.uid)
        with pytest.raises(NetworkNotFound):
            writer.network("net")

    store.write(work).result()


def test_queued_works_are_done_in_one_thread_that_is_not_the_callers(store: Store) -> None:
    threads = {store.write(lambda _: current_thread()).result() for _ in range(5)}
    assert len(threads) == 1
    assert current_thread() not in threads


def test_a_commit_returns_what_is_durable(store: Store) -> None:
    story = begin(store)

    def work(writer: Writer) -> int:
        writer.set_labels(story.uid, {"new": "labels"})
        return 17

    assert store.commit(work) == 17
    with store.read() as reader:
        assert reader.network("net").labels == {"new": "labels"}


def test_a_commit_that_raises_leaves_nothing(store: Store) -> None:
    story = begin(store)

    def fail(writer: Writer) -> None:
        writer.set_labels(story.uid, {"half": "done"})
        raise OddError

    with pytest.raises(OddError):
        store.commit(fail)
    with store.read() as reader:
        assert reader.network("net").labels == story.network.labels
    assert store.commit(lambda writer: writer.network("net")) == story.network


def test_commits_of_many_threads_lose_nothing_and_keep_their_order(store: Store) -> None:
    story, threads, times = begin(store), 8, 25
    done: list[tuple[int, int]] = []

    def add(writer: Writer, thread: int, time: int) -> None:
        done.append((thread, time))
        count = int(writer.network("net").labels.get("count", "0"))
        writer.set_labels(story.uid, {"count": str(count + 1)})

    def run(thread: int) -> None:
        for time in range(times):
            work = partial(add, thread=thread, time=time)
            if (thread + time) % 3 or time == times - 1:
                store.commit(work)
            else:
                store.write(work)

    running = [Thread(target=run, args=[thread]) for thread in range(threads)]
    for each in running:
        each.start()
    for each in running:
        each.join(PATIENCE)
    with store.read() as reader:
        assert reader.network("net").labels["count"] == str(threads * times)
    for thread in range(threads):
        assert [time for other, time in done if other == thread] == list(range(times))


def test_a_commit_waits_for_the_work_before_it(store: Store) -> None:
    story = begin(store)
    gate = Gate(store)
    store.write(lambda writer: writer.set_labels(story.uid, {"from": "before"}))
    seen: list[object] = []
    later = Thread(
        target=lambda: seen.append(store.commit(lambda writer: writer.network("net").labels))
    )
    later.start()
    gate.open()
    later.join(PATIENCE)
    assert seen == [{"from": "before"}]


def test_closing_waits_for_a_commit_of_another_thread(store: Store) -> None:
    begun, go_on = Event(), Event()

    def work(_: Writer) -> None:
        begun.set()
        go_on.wait(PATIENCE)

    committing, closing = Thread(target=store.commit, args=[work]), Thread(target=store.close)
    committing.start()
    assert begun.wait(PATIENCE)
    closing.start()
    go_on.set()
    committing.join(PATIENCE)
    closing.join(PATIENCE)
    assert not committing.is_alive()
    assert not closing.is_alive()
    with pytest.raises(StoreUnavailable):
        store.commit(lambda _: None)


def test_a_reader_sees_only_committed_data(store: Store) -> None:
    story = begin(store)
    changed, go_on = Event(), Event()

    def work(writer: Writer) -> None:
        writer.set_labels(story.uid, {"new": "labels"})
        changed.set()
        go_on.wait(PATIENCE)

    future = store.write(work)
    assert changed.wait(PATIENCE)
    with store.read() as reader:
        assert reader.network("net").labels == story.network.labels
    go_on.set()
    future.result()
    with store.read() as reader:
        assert reader.network("net").labels == {"new": "labels"}


def test_a_snapshot_stays_as_it_is_while_others_write(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    append(store, story.growth(2))
    head = story.head
    with store.read() as reader:
        assert reader.head(story.uid) == head
        append(store, story.growth(3, keyframe=True))
        begin(store, "another")
        store.write(lambda writer: writer.delete_network(story.uid)).result()
        assert reader.head(story.uid) == head
        assert [segment.count for segment in reader.segments(story.uid, 1, 99, 9)] == [2]
        assert reader.keyframe(story.uid, 99).state.update == 0
        assert reader.network("net") == story.network
        assert reader.count_networks() == 1
    with store.read() as reader:
        assert [network.id for network in reader.networks("", 10)] == ["another"]


def test_listeners_hear_which_networks_changed(store: Store) -> None:
    heard: list[set[str]] = []
    store.on_commit(lambda uids: heard.append(set(uids)))
    one, two = begin(store, "one"), begin(store, "two")
    assert heard == [{one.uid}, {two.uid}]
    heard.clear()
    append(store, one.opening())
    store.write(lambda writer: writer.set_labels(two.uid, {})).result()
    store.write(lambda writer: writer.delete_network(two.uid)).result()
    assert heard == [{one.uid}, {two.uid}, {two.uid}]


def test_all_that_waits_shares_a_transaction(store: Store) -> None:
    heard: list[set[str]] = []
    stories = [begin(store, f"n{index}") for index in range(5)]
    store.on_commit(lambda uids: heard.append(set(uids)))
    gate = Gate(store)
    futures = [
        store.write(lambda writer, uid=story.uid: writer.set_labels(uid, {})) for story in stories
    ]
    gate.open()
    for future in futures:
        future.result()
    assert heard == [{story.uid for story in stories}]


def test_listeners_are_not_notified_without_changes(store: Store) -> None:
    story = begin(store)
    heard: list[Sequence[str]] = []
    store.on_commit(heard.append)

    def fail(writer: Writer) -> None:
        writer.set_labels(story.uid, {})
        raise OddError

    with pytest.raises(OddError):
        store.write(fail).result()
    store.write(lambda writer: writer.head(story.uid)).result()
    assert heard == []


def test_listeners_are_called_when_it_is_committed_and_before_the_future(store: Store) -> None:
    story = begin(store)
    futures: list[Future[None]] = []
    observed: list[tuple[dict[str, str], bool]] = []

    def listen(_: Sequence[str]) -> None:
        with store.read() as reader:
            observed.append((reader.network("net").labels, futures[0].done()))

    store.on_commit(listen)
    gate = Gate(store)
    futures.append(store.write(lambda writer: writer.set_labels(story.uid, {"a": "b"})))
    gate.open()
    futures[0].result()
    assert observed == [({"a": "b"}, False)]


def test_a_failing_listener_does_not_affect_others(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    heard: list[Sequence[str]] = []

    def fail(_: Sequence[str]) -> None:
        raise OddError

    store.on_commit(fail)
    store.on_commit(heard.append)
    story = begin(store)
    assert heard == [(story.uid,)]
    assert "failed after a commit" in caplog.text


def test_a_work_that_is_cancelled_before_it_began_is_not_done(store: Store) -> None:
    story = begin(store)
    gate = Gate(store)
    cancelled = store.write(lambda writer: writer.set_labels(story.uid, {"cancelled": ""}))
    kept = store.write(lambda writer: writer.network("net").labels)
    assert cancelled.cancel()
    gate.open()
    assert kept.result() == story.network.labels


def test_many_threads_write_at_once_and_nothing_is_lost(store: Store) -> None:
    threads, rounds = 8, 25
    stories = [begin(store, f"n{index}") for index in range(threads)]
    counter = begin(store, "counter")
    store.write(lambda writer: writer.set_labels(counter.uid, {"count": "0"})).result()

    def count(writer: Writer) -> None:
        labels = writer.network_by_uid(counter.uid).labels
        writer.set_labels(counter.uid, {"count": str(int(labels["count"]) + 1)})

    def tell(story: Story) -> None:
        append(store, story.opening())
        for _ in range(rounds):
            append(store, story.growth(3))
            store.write(count).result()

    tellers = [Thread(target=tell, args=[story]) for story in stories]
    for teller in tellers:
        teller.start()
    for teller in tellers:
        teller.join()
    with store.read() as reader:
        assert reader.network("counter").labels == {"count": str(threads * rounds)}
        for story in stories:
            assert reader.head(story.uid) == story.head
            assert story.head.latest_update == 3 * rounds
            assert len(reader.segments(story.uid, 1, 10**6, 10**6)) == rounds


def test_readers_in_many_threads_see_whole_transactions(store: Store) -> None:
    story = begin(store)
    append(store, story.opening())
    done = Event()
    broken: list[object] = []

    def watch() -> None:
        last = 0
        while not done.is_set():
            with store.read() as reader:
                head = reader.head(story.uid)
                run = reader.run(story.uid, 1)
                segments = reader.segments(story.uid, last, head.latest_update, 10**6)
            covered = segments[-1].last_update if segments else -1
            if not run.latest_update == head.latest_update == covered or covered < last:
                broken.append((head, run, covered))
            last = covered

    watchers = [Thread(target=watch) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    for _ in range(50):
        append(store, story.growth(2))
    done.set()
    for watcher in watchers:
        watcher.join()
    assert broken == []


def test_closing_finishes_queued_work(store: Store) -> None:
    done: list[int] = []
    gate = Gate(store)
    futures = [store.write(lambda _, index=index: done.append(index)) for index in range(20)]
    closing = Thread(target=store.close)
    closing.start()
    gate.open()
    closing.join()
    assert done == list(range(20))
    assert all(future.done() for future in futures)


def test_a_closed_store_is_unavailable(store: Store) -> None:
    store.close()
    with pytest.raises(StoreUnavailable), store.read():
        pass
    with pytest.raises(StoreUnavailable):
        store.write(lambda _: None).result()
    store.close()
