"""Workers, their leases, and the runs that they own, in every store."""

from datetime import timedelta

import pytest
from histories import SetClock, Story, append, begin

from training.errors import HeadMoved
from training.ownership import Claim, WorkerExpired
from training.ports import Store
from training.run import RunState

#: The length of a lease.
SECONDS = 6.0
LONGER = timedelta(seconds=7)


def add_worker(store: Store, worker: str) -> None:
    store.commit(lambda writer: writer.add_worker(worker, SECONDS))


def renew(store: Store, worker: str) -> bool:
    return store.commit(lambda writer: writer.renew_worker(worker, SECONDS))


def claim(
    store: Store, worker: str, limit: int = 10, carried_out: tuple[tuple[str, int], ...] = ()
) -> list[Claim]:
    return store.commit(lambda writer: writer.claim_runs(worker, limit, carried_out))


def with_active_run(store: Store, network_id: str) -> Story:
    story = begin(store, network_id)
    append(store, story.opening())
    return story


def waiting(store: Store) -> int:
    with store.read() as reader:
        return reader.count_waiting_runs()


def owner(store: Store, story: Story) -> str | None:
    with store.read() as reader:
        return reader.owner(story.uid, 1)


def test_a_claimed_run_has_an_owner_and_does_not_wait(store: Store) -> None:
    story = with_active_run(store, "net")
    assert (owner(store, story), waiting(store)) == (None, 1)
    add_worker(store, "a")
    (claimed,) = claim(store, "a")
    assert claimed.run == story.run
    assert (owner(store, story), waiting(store)) == ("a", 0)


def test_a_claim_renews_the_token_so_that_nobody_else_can_write(store: Store) -> None:
    story = with_active_run(store, "net")
    earlier = story.copy()
    add_worker(store, "a")
    (claimed,) = claim(store, "a")
    with store.read() as reader:
        assert reader.head(story.uid) == claimed.head
    assert claimed.head.token != earlier.head.token
    with pytest.raises(HeadMoved):
        append(store, earlier.growth(1))
    story.head = claimed.head
    append(store, story.growth(1))


def test_no_run_has_two_owners(store: Store) -> None:
    stories = [with_active_run(store, f"net-{index}") for index in range(5)]
    for worker in ("a", "b"):
        add_worker(store, worker)
    first, second = claim(store, "a", limit=2), claim(store, "b")
    assert (len(first), len(second)) == (2, 3)
    uids = {each.run.network_uid for each in (*first, *second)}
    assert uids == {story.uid for story in stories}
    assert claim(store, "b", carried_out=tuple((each.run.network_uid, 1) for each in second)) == []


def test_a_worker_claims_its_own_runs_again_unless_it_carries_them_out(store: Store) -> None:
    with_active_run(store, "net")
    add_worker(store, "a")
    (first,) = claim(store, "a")
    assert claim(store, "a", carried_out=((first.run.network_uid, first.run.number),)) == []
    (second,) = claim(store, "a")
    assert second.head.token != first.head.token


def test_only_active_runs_of_living_networks_are_claimed(store: Store) -> None:
    add_worker(store, "a")
    begin(store, "without")
    paused, deleted = with_active_run(store, "paused"), with_active_run(store, "deleted")
    append(store, paused.growth(1, state=RunState.PAUSED))
    store.commit(lambda writer: writer.delete_network(deleted.uid))
    assert waiting(store) == 0
    assert claim(store, "a") == []


def test_a_run_that_is_not_active_any_more_has_no_owner(store: Store) -> None:
    story = with_active_run(store, "net")
    add_worker(store, "a")
    (claimed,) = claim(store, "a")
    story.head = claimed.head
    append(store, story.growth(1, state=RunState.PAUSED))
    assert (owner(store, story), waiting(store)) == (None, 0)


def test_a_run_that_is_resumed_waits_for_any_worker(store: Store) -> None:
    story = with_active_run(store, "net")
    add_worker(store, "a")
    (claimed,) = claim(store, "a")
    story.head = claimed.head
    append(store, story.growth(1, state=RunState.PAUSED))
    append(store, story.growth(1))
    assert (owner(store, story), waiting(store)) == (None, 1)


def test_an_expired_worker_owns_nothing_and_claims_nothing(store: Store, clock: SetClock) -> None:
    story = with_active_run(store, "net")
    add_worker(store, "a")
    claim(store, "a")
    clock.pass_(LONGER)
    assert (owner(store, story), waiting(store)) == (None, 1)
    with pytest.raises(WorkerExpired):
        claim(store, "a")
    add_worker(store, "b")
    assert len(claim(store, "b")) == 1


def test_a_lease_lasts_as_long_as_it_is_renewed_in_time(store: Store, clock: SetClock) -> None:
    add_worker(store, "a")
    for _ in range(3):
        clock.pass_(timedelta(seconds=4))
        assert renew(store, "a")
    clock.pass_(LONGER)
    assert not renew(store, "a")
    while store.maintain():
        pass
    assert not renew(store, "a")
    assert not renew(store, "never added")


def test_an_unknown_worker_claims_nothing(store: Store) -> None:
    with pytest.raises(WorkerExpired):
        claim(store, "unknown")


def test_a_removed_worker_leaves_its_runs_to_others_at_once(store: Store) -> None:
    story = with_active_run(store, "net")
    for worker in ("a", "b"):
        add_worker(store, worker)
    claim(store, "a")
    told: list[str] = []
    store.on_commit(told.extend)
    for _ in range(2):  # the second time does nothing
        store.commit(lambda writer: writer.remove_worker("a"))
    assert told == [story.uid]
    assert waiting(store) == 1
    assert len(claim(store, "b")) == 1


def test_a_released_run_waits_and_only_its_owner_releases_it(store: Store) -> None:
    story = with_active_run(store, "net")
    for worker in ("a", "b"):
        add_worker(store, worker)
    claim(store, "a")
    store.commit(lambda writer: writer.release_run(story.uid, 1, "b"))
    assert owner(store, story) == "a"
    store.commit(lambda writer: writer.release_run(story.uid, 1, "a"))
    assert (owner(store, story), waiting(store)) == (None, 1)
    assert len(claim(store, "b")) == 1


def test_runs_that_were_claimed_longest_ago_come_first_and_new_ones_before_them(
    store: Store, clock: SetClock
) -> None:
    add_worker(store, "a")
    claimed: list[str] = []

    def claim_next() -> str:
        clock.pass_(timedelta(milliseconds=1))
        (found,) = claim(store, "a", limit=1)
        return found.run.network_uid

    for index in range(3):
        story = with_active_run(store, f"net-{index}")
        assert claim_next() == story.uid
        claimed.append(story.uid)
    assert [claim_next() for _ in range(3)] == claimed


def test_living_workers_are_listed_with_the_number_of_their_runs(
    store: Store, clock: SetClock
) -> None:
    add_worker(store, "gone")
    clock.pass_(LONGER)
    for worker in ("b", "a"):
        add_worker(store, worker)
    for index in range(3):
        with_active_run(store, f"net-{index}")
    claim(store, "b", limit=2)
    with store.read() as reader:
        found = reader.workers()
    assert [(each.worker, each.runs) for each in found] == [("a", 0), ("b", 2)]
    assert {each.expire_time for each in found} == {clock.now() + timedelta(seconds=SECONDS)}


def test_the_heads_of_several_networks_are_those_that_exist(store: Store) -> None:
    stories = [begin(store, f"net-{index}") for index in range(3)]
    store.commit(lambda writer: writer.delete_network(stories[1].uid))
    with store.read() as reader:
        found = reader.heads([*(story.uid for story in stories), "unknown"])
        expected = [reader.head(story.uid) for story in (stories[0], stories[2])]
        assert reader.heads([]) == []
    assert sorted(found, key=lambda head: head.network_uid) == sorted(
        expected, key=lambda head: head.network_uid
    )
