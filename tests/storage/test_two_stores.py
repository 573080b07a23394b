"""Two processes on one PostgreSQL database at once: their transactions, and what they are told."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from threading import Barrier, BrokenBarrierError, Event
from typing import Any, Generic, TypeVar

import pytest
from histories import NOW, SetClock, Story, append, begin, make_network, make_training_set
from patience import PATIENCE
from postgres_server import PostgresServer

from storage import merging, postgres_connections
from storage.merging import merged
from storage.postgres import PostgresStore
from storage.postgres_writer import PostgresWriter
from training.audit import AuditEntry
from training.errors import (
    HeadMoved,
    NetworkExists,
    RunNotOver,
    StoreUnavailable,
    TrainingSetExists,
    TrainingSetInUse,
    TrainingSetNotFound,
)
from training.ports import Answer, Reader, Store, Writer
from training.run import RunState
from training.update import Keyframe, Segment

T = TypeVar("T")
Stores = tuple[PostgresStore, PostgresStore]


@contextmanager
def opened(url: str, clock: SetClock) -> Iterator[Stores]:
    """Open two stores on the same database, as two processes do."""
    first, second = PostgresStore(url, clock), PostgresStore(url, clock)
    yield first, second
    first.close()
    second.close()


@pytest.fixture
def stores(postgres_url: str, clock: SetClock) -> Iterator[Stores]:
    with opened(postgres_url, clock) as stores:
        yield stores


#: Begins a work in a store, and returns once it is done or waits for a lock of another one.
Begin = Callable[[Store, Callable[[Writer], Any]], Future[Any]]

_WAITING = (
    "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def begun(postgres: PostgresServer, postgres_url: str) -> Begin:
    database = postgres_url.rpartition("/")[2]

    def begin_work(store: Store, work: Callable[[Writer], Any]) -> Future[Any]:
        future = store.write(work)
        while not future.done() and not postgres.execute(_WAITING, database):
            pass
        return future

    return begin_work


class Halted(Generic[T]):
    """A work whose transaction waits until it may go on, does the rest, and is committed."""

    def __init__(
        self,
        store: Store,
        work: Callable[[Writer], T],
        rest: Callable[[Writer], object] = lambda _: None,
    ) -> None:
        self._reached, self._go_on = Event(), Event()
        self._work, self._rest = work, rest
        self._future = store.write(self._do)
        assert self._reached.wait(PATIENCE)

    def _do(self, writer: Writer) -> T:
        result = self._work(writer)
        self._reached.set()
        assert self._go_on.wait(PATIENCE)
        self._rest(writer)
        return result

    def go_on(self) -> T:
        """Let it finish, and return its result."""
        self._go_on.set()
        return self._future.result(PATIENCE)


def said(future: Future[Any]) -> Any:
    """Return the result of a work, or the type of its error."""
    error = future.exception(PATIENCE)
    return future.result() if error is None else type(error)


def at_once(stores: Stores, work: Callable[[Writer], object]) -> list[Any]:
    """Do the same in two transactions which both have begun before either goes on."""
    barrier = Barrier(2)

    def meeting(writer: Writer) -> object:
        writer.heads([])
        with suppress(BrokenBarrierError):
            barrier.wait(PATIENCE)
        barrier.abort()  # nobody waits if a work is repeated
        return work(writer)

    return [said(future) for future in [store.write(meeting) for store in stores]]


def training(store: Store, network_id: str = "net", updates: int = 0) -> Story:
    """Store a network with an active run, whose updates are in a segment each."""
    story = begin(store, network_id)
    append(store, story.opening())
    for _ in range(updates):
        append(store, story.growth(1))
    return story


def segments(store: Store, story: Story) -> list[Segment]:
    with store.read() as reader:
        return reader.segments(story.uid, 1, 10**6, 10**6)


def test_labels_that_both_add_are_kept(stores: Stores) -> None:
    begin(stores[0])
    names = iter("ab")

    def add(writer: Writer) -> None:
        network = writer.network("net")
        writer.set_labels(network.uid, {**network.labels, next(names): ""})

    at_once(stores, add)
    with stores[0].read() as reader:
        assert {"a", "b"} <= set(reader.network("net").labels)


def test_a_request_to_cancel_is_not_lost_when_a_run_halts_for_a_pause(
    stores: Stores, begun: Begin
) -> None:
    first, second = stores
    story = training(first)
    append(first, story.growth(1))
    second.commit(lambda writer: writer.want(story.uid, 1, RunState.PAUSED))

    def cancel(writer: Writer) -> bool:
        is_active = writer.run(writer.head(story.uid).network_uid, 1).is_active
        writer.want(story.uid, 1, RunState.CANCELLED)
        return is_active

    pausing = story.growth(1, state=RunState.PAUSED)
    halted = Halted(
        first,
        lambda writer: writer.wanted_state(story.uid, 1),
        lambda writer: writer.append(pausing),
    )
    was_active = begun(second, cancel)
    assert halted.go_on() is RunState.PAUSED
    assert not was_active.result(PATIENCE)


@pytest.mark.parametrize(("ours", "theirs"), [((0, 6), (3, 9)), ((0, 6), (0, 6)), ((0, 4), (6, 9))])
def test_merges_that_overlap_leave_a_whole_history(
    stores: Stores, begun: Begin, ours: tuple[int, int], theirs: tuple[int, int]
) -> None:
    first, second = stores
    story = training(first, updates=9)
    found = segments(first, story)

    def merge(begin: int, end: int) -> Callable[[Writer], None]:
        def work(writer: Writer) -> None:
            assert isinstance(writer, PostgresWriter)
            writer.replace(found[begin:end], merged(found[begin:end]))

        return work

    halted = Halted(first, merge(*ours))
    later = begun(second, merge(*theirs))
    halted.go_on()
    later.result(PATIENCE)
    (start, *_), merged_first = segments(second, story), ours[1] - ours[0]
    assert start.count == merged_first
    assert sum(segment.count for segment in segments(second, story)) == 9


def test_one_process_does_maintenance_for_all_until_it_ends(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "TAIL", 3)
    first, second = stores
    assert not first.maintain()  # from now on, it is this one
    story = training(second, updates=5)
    while second.maintain():
        pass
    assert len(segments(first, story)) == 5
    while len(segments(first, story)) > 1:  # it is told of the commits of the other one
        first.maintain()
    first.close()
    append(second, story.growth(1))
    second.commit(lambda writer: writer.delete_network(story.uid))
    while not second.maintain():  # the server releases the lock once it notices the end
        pass


def test_a_run_that_pauses_meanwhile_keeps_no_requested_state(stores: Stores, begun: Begin) -> None:
    first, second = stores
    story = training(first)
    pausing = story.growth(1, state=RunState.PAUSED)
    halted = Halted(first, lambda writer: writer.append(pausing))
    request = begun(second, lambda writer: writer.want(story.uid, 1, RunState.CANCELLED))
    halted.go_on()
    assert said(request) is None
    with second.read() as reader:
        assert reader.run(story.uid, 1).state is RunState.PAUSED
        assert reader.wanted_state(story.uid, 1) is None


def test_a_request_before_an_append_is_returned_by_it(stores: Stores, begun: Begin) -> None:
    first, second = stores
    story = training(first)
    halted = Halted(first, lambda writer: writer.want(story.uid, 1, RunState.PAUSED))
    growth = story.growth(1)
    grown = begun(second, lambda writer: writer.append(growth))
    halted.go_on()
    assert said(grown) is RunState.PAUSED


def test_of_two_appends_to_one_head_one_is_stored(stores: Stores) -> None:
    story = training(stores[0])
    growth = story.copy().growth(1)
    assert sorted(map(str, at_once(stores, lambda writer: writer.append(growth)))) == sorted(
        [str(None), str(HeadMoved)]
    )
    assert len(segments(stores[1], story)) == 1


def test_the_loser_of_a_race_for_an_id_is_told_that_it_exists(stores: Stores) -> None:
    results = at_once(
        stores, lambda writer: writer.add_network(*Story(make_network("net")).beginning())
    )
    assert NetworkExists in results
    assert sum(isinstance(result, type) for result in results) == 1
    sets = at_once(stores, lambda writer: writer.add_training_set(*make_training_set("set")))
    assert sorted(map(str, sets)) == sorted([str(None), str(TrainingSetExists)])


def test_the_same_request_at_two_processes_takes_effect_once(stores: Stores) -> None:
    story = begin(stores[0])

    def once(writer: Writer) -> bytes:
        answer = writer.answer("request")
        if answer is not None:
            return answer.content
        labels = writer.network_by_uid(story.uid).labels
        count = int(labels.get("count", "0")) + 1
        writer.set_labels(story.uid, {"count": str(count)})
        writer.remember(Answer("request", b"", b"answer", NOW))
        return b"answer"

    assert at_once(stores, once) == [b"answer"] * 2
    with stores[0].read() as reader:
        assert reader.network("net").labels == {"count": "1"}


def test_a_request_that_its_own_effect_forbids_to_repeat_is_answered_at_both_processes(
    stores: Stores,
) -> None:
    begin(stores[0])

    def once(writer: Writer) -> bytes:
        answer = writer.answer("request")
        if answer is not None:
            return answer.content
        writer.delete_network(writer.network("net").uid)
        writer.remember(Answer("request", b"", b"answer", NOW))
        return b"answer"

    assert at_once(stores, once) == [b"answer"] * 2


def test_requests_that_others_have_answered_are_repeated_alone(stores: Stores) -> None:
    first, second = stores
    story = begin(first)
    first.commit(lambda writer: writer.remember(Answer("b", b"", b"others", NOW)))

    def count(writer: Writer, request_id: str) -> bytes:
        answer = writer.answer(request_id)
        if answer is None:
            _count(writer, story.uid)
            answer = Answer(request_id, b"", b"ours", NOW)
            writer.remember(answer)
        return answer.content

    gate = Halted(second, lambda _: None)
    futures = [second.write(partial(count, request_id=request_id)) for request_id in "abc"]
    gate.go_on()
    assert list(map(said, futures)) == [b"ours", b"others", b"ours"]
    with first.read() as reader:
        assert reader.network("net").labels["count"] == "2"


def test_networks_and_training_sets_are_counted_one_process_after_the_other(
    stores: Stores,
) -> None:
    names = SimpleQueue[str]()
    for name in ("a", "b", "c", "d"):
        names.put(name)

    def add(writer: Writer) -> None:
        if writer.count_networks() >= 1:
            raise RunNotOver("the limit is reached")
        writer.add_network(*Story(make_network(names.get())).beginning())

    def add_set(writer: Writer) -> None:
        if writer.count_training_sets() >= 1:
            raise RunNotOver("the limit is reached")
        writer.add_training_set(*make_training_set(names.get()))

    for work in (add, add_set):
        assert sorted(map(str, at_once(stores, work))) == sorted([str(None), str(RunNotOver)])


@pytest.mark.parametrize("is_known", [True, False])
def test_batches_in_opposite_order_do_not_wait_for_each_other(
    stores: Stores, is_known: bool
) -> None:
    first, second = stores
    stories = [begin(first, f"net-{index}") for index in range(4)]
    gates = [Halted(store, lambda _: None) for store in stores]
    futures = [
        store.write(lambda writer, uid=uid: _count(writer, uid), uid if is_known else "")
        for store, uids in ((first, stories), (second, stories[::-1]))
        for uid in [story.uid for story in uids]
    ]
    for gate in gates:
        gate.go_on()
    assert sorted(map(said, futures), key=str) == [1, 1, 1, 1, 2, 2, 2, 2]
    with first.read() as reader:
        assert {each.labels["count"] for each in reader.networks("", 9)} == {"2"}


def _count(writer: Writer, uid: str) -> int:
    count = int(writer.network_by_uid(uid).labels.get("count", "0")) + 1
    writer.set_labels(uid, {"count": str(count)})
    return count


def test_a_run_is_claimed_by_one_worker_and_the_other_takes_the_next(stores: Stores) -> None:
    first, second = stores
    one, two = training(first, "one"), training(first, "two")
    for store, name in zip(stores, "ab", strict=True):
        store.commit(lambda writer, name=name: writer.add_worker(name, 60))
    halted = Halted(first, lambda writer: writer.claim_runs("a", 1))
    (theirs,) = second.commit(lambda writer: writer.claim_runs("b", 5))
    (ours,) = halted.go_on()
    assert {ours.run.network_uid, theirs.run.network_uid} == {one.uid, two.uid}
    assert (
        second.commit(lambda writer: writer.claim_runs("b", 5, [(theirs.run.network_uid, 1)])) == []
    )
    with first.read() as reader:
        assert {reader.head(each.run.network_uid) for each in (ours, theirs)} == {
            ours.head,
            theirs.head,
        }


def test_workers_that_claim_at_once_share_the_runs(stores: Stores) -> None:
    for index in range(20):
        training(stores[0], f"net-{index}")
    for store, name in zip(stores, "ab", strict=True):
        store.commit(lambda writer, name=name: writer.add_worker(name, 60))
    names = iter("ab")
    found = at_once(stores, lambda writer: writer.claim_runs(next(names), 20))
    uids = [each.run.network_uid for claims in found for each in claims]
    assert len(uids) == len(set(uids)) == 20


@pytest.mark.parametrize("ends", ["removed", "expired"])
def test_a_worker_that_ends_while_it_claims_leaves_its_runs_to_others(
    stores: Stores, begun: Begin, ends: str
) -> None:
    first, second = stores
    story = training(first)
    first.commit(lambda writer: writer.add_worker("a", 60 if ends == "removed" else 0.2))
    second.commit(lambda writer: writer.add_worker("b", 60))
    halted = Halted(first, lambda writer: writer.claim_runs("a", 1))
    if ends == "removed":
        ended = begun(second, lambda writer: writer.remove_worker("a"))
        assert len(halted.go_on()) == 1
        ended.result(PATIENCE)
    else:
        _wait_until(second, lambda reader: len(reader.workers()) == 1)
        # It is locked by its claim, and nobody waits for it.
        assert second.commit(lambda writer: writer.claim_runs("b", 1)) == []
        assert len(halted.go_on()) == 1
    (claim,) = second.commit(lambda writer: writer.claim_runs("b", 1))
    assert claim.run.network_uid == story.uid


def test_a_run_whose_worker_was_removed_by_an_earlier_version_is_left_to_others(
    stores: Stores, postgres: PostgresServer, postgres_url: str
) -> None:
    first, second = stores
    story = training(first)
    first.commit(lambda writer: writer.add_worker("a", 60))
    assert len(first.commit(lambda writer: writer.claim_runs("a", 1))) == 1
    postgres.execute("DELETE FROM workers", postgres_url.rpartition("/")[2])
    with first.read() as reader:
        assert reader.count_waiting_runs() == 1
    while first.maintain():
        pass
    second.commit(lambda writer: writer.add_worker("b", 60))
    (claim,) = second.commit(lambda writer: writer.claim_runs("b", 1))
    assert claim.run.network_uid == story.uid


def _wait_until(store: Store, is_true: Callable[[Reader], bool]) -> None:
    while True:
        with store.read() as reader:
            if is_true(reader):
                return


def test_the_time_of_leases_is_that_of_the_database(
    stores: Stores, monkeypatch: pytest.MonkeyPatch, clock: SetClock
) -> None:
    first, second = stores
    first.commit(lambda writer: writer.add_worker("a", 60))
    with second.read() as reader:
        (lease,) = reader.workers()
    assert lease.expire_time > NOW  # what the clocks of both processes show


def test_a_training_set_is_not_deleted_while_a_run_on_it_is_opened(
    stores: Stores, begun: Begin
) -> None:
    first, second = stores
    training_set, examples = make_training_set()
    first.commit(lambda writer: writer.add_training_set(training_set, examples))
    story = begin(first, training_set=training_set.uid)
    opening = story.opening()

    def open_run(writer: Writer) -> None:
        assert writer.training_set("set").uid == training_set.uid
        writer.append(opening)

    halted = Halted(first, open_run)
    deleted = begun(second, _delete_unused)
    halted.go_on()
    assert said(deleted) is TrainingSetInUse


def test_no_run_is_opened_on_a_training_set_that_is_being_deleted(
    stores: Stores, begun: Begin
) -> None:
    first, second = stores
    training_set, examples = make_training_set()
    first.commit(lambda writer: writer.add_training_set(training_set, examples))
    story = begin(first, training_set=training_set.uid)
    opening = story.opening()
    halted = Halted(first, _delete_unused)

    def open_run(writer: Writer) -> None:
        assert writer.training_set("set").uid == training_set.uid
        writer.append(opening)

    opened = begun(second, open_run)
    halted.go_on()
    assert said(opened) is TrainingSetNotFound


def _delete_unused(writer: Writer) -> None:
    training_set = writer.training_set("set")
    if writer.run_using(training_set.uid) is not None:
        raise TrainingSetInUse("a run trains on it")
    writer.delete_training_set(training_set.uid)


def test_a_compaction_beside_an_append_is_done_after_it(stores: Stores, begun: Begin) -> None:
    first, second = stores
    story = training(first, updates=2)
    kept = Keyframe(story.uid, story.state(2))
    growth = story.growth(1)
    halted = Halted(first, lambda writer: writer.append(growth))
    compacted = begun(second, lambda writer: writer.compact(story.uid, kept))
    halted.go_on()
    head = compacted.result(PATIENCE)
    assert (head.earliest_update, head.latest_update) == (2, 3)


def test_entries_of_the_audit_log_get_different_numbers(stores: Stores) -> None:
    entry = AuditEntry(0, NOW, NOW, 1, "", "", "Train", "net", 0, "", "OK")
    numbers = at_once(stores, lambda writer: writer.record(entry))
    assert sorted(numbers, key=str) == [1, 2]


def told_to(store: Store) -> SimpleQueue[str]:
    """Return the queue of the uids that a store is told."""
    told = SimpleQueue[str]()

    def listen(uids: Sequence[str]) -> None:
        for uid in uids:
            told.put(uid)

    store.on_commit(listen)
    return told


def test_both_processes_are_told_of_each_commit(stores: Stores) -> None:
    first, second = stores
    told = told_to(second)
    for name in ("one", "two"):
        story = begin(first, name)
        assert told.get(timeout=PATIENCE) == story.uid
        append(first, story.opening())
        assert told.get(timeout=PATIENCE) == story.uid
    mine = begin(second, "mine")
    assert told.get(timeout=PATIENCE) == mine.uid
    assert told.empty()


def test_workers_are_told_only_of_runs_that_nobody_owns(stores: Stores) -> None:
    first, second = stores
    told = SimpleQueue[str]()
    second.on_waiting(lambda: told.put("a run waits"))
    others = told_to(second)  # of later commits, it is told later
    story = begin(first)
    append(first, story.opening())
    assert told.get(timeout=PATIENCE)
    first.commit(lambda writer: writer.add_worker("worker", 60.0))
    (claim,) = first.commit(lambda writer: writer.claim_runs("worker", 1))
    story.head = claim.head
    append(first, story.growth(1))
    later = begin(first, "later")
    while others.get(timeout=PATIENCE) != later.uid:
        pass
    assert told.empty()
    first.commit(lambda writer: writer.release_run(story.uid, 1, "worker"))
    assert told.get(timeout=PATIENCE)


def test_many_uids_are_told_in_several_notifications(stores: Stores) -> None:
    first, second = stores
    told = told_to(second)
    stories = [Story(make_network(f"net-{index}")) for index in range(600)]

    def add(writer: Writer) -> None:
        for story in stories:
            writer.add_network(*story.beginning())

    first.commit(add)
    found = {told.get(timeout=PATIENCE) for _ in stories}
    assert found == {story.uid for story in stories}


def test_a_process_that_stops_in_a_transaction_loses_its_locks(
    postgres_url: str, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        postgres_connections,
        "_WRITING",
        "SET lock_timeout = 100; SET idle_in_transaction_session_timeout = 250",
    )
    with opened(postgres_url, clock) as (first, second):
        story = training(first)
        growth, later = story.copy().growth(1), story.copy().growth(2)
        halted = Halted(first, lambda writer: writer.append(growth))
        assert said(second.write(lambda writer: writer.append(later))) is None
        with pytest.raises((HeadMoved, StoreUnavailable)):
            halted.go_on()
        assert [each.count for each in segments(first, story)] == [2]


def test_reads_do_not_wait_and_see_one_moment(stores: Stores) -> None:
    first, second = stores
    story = training(first, updates=1)
    growth = story.growth(1)
    with second.read() as reader:
        before = reader.head(story.uid)
        halted = Halted(first, lambda writer: writer.append(growth))
        assert reader.head(story.uid) == before
        halted.go_on()
        assert reader.head(story.uid) == before
        assert len(reader.segments(story.uid, 1, 9, 9)) == 1
    assert len(segments(second, story)) == 2


def test_a_closed_store_is_told_nothing(stores: Stores, clock: SetClock) -> None:
    first, second = stores
    second.close()
    begin(first)
    with pytest.raises(StoreUnavailable):
        begin(second, "other")
