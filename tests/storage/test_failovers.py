"""A standby that lacks the latest commits takes over: nothing that it lost is used any more."""

import logging
from collections.abc import Iterator
from typing import cast

import psycopg
import pytest
from histories import SetClock, append, begin
from postgres_server import REPLICATED, PostgresServer, postgres_server

from storage.postgres import PostgresStore
from storage.postgres_connections import Connection
from storage.timelines import Timeline
from training.errors import HeadMoved


@pytest.fixture(scope="module")
def replicated_server() -> Iterator[PostgresServer]:
    with postgres_server(**REPLICATED) as server:
        yield server


@pytest.fixture
def store(replicated_server: PostgresServer, clock: SetClock) -> Iterator[PostgresStore]:
    store = PostgresStore(replicated_server.url(replicated_server.create()), clock)
    yield store
    store.close()


def test_a_failover_is_another_timeline_and_is_logged(
    replicated_server: PostgresServer, store: PostgresStore, caplog: pytest.LogCaptureFixture
) -> None:
    begin(store, "kept")
    replicated_server.copy_to_standby()
    begin(store, "lost")
    before = store.timeline
    replicated_server.fail_over()
    with store.read() as reader:
        assert [network.id for network in reader.networks("", 10)] == ["kept"]
    assert store.timeline != before
    assert store.timeline_changes == 1
    lost = [each for each in caplog.records if "another timeline" in each.message]
    assert [each.levelno for each in lost] == [logging.WARNING]


def test_an_owner_that_was_overtaken_by_a_failover_cannot_write(
    replicated_server: PostgresServer, store: PostgresStore
) -> None:
    story = begin(store)
    append(store, story.opening())
    store.commit(lambda writer: writer.add_worker("worker", 60))
    (claim,) = store.commit(lambda writer: writer.claim_runs("worker", 1))
    story.head = claim.head
    append(store, story.growth(3))
    replicated_server.copy_to_standby()
    append(store, story.growth(3))
    replicated_server.fail_over()
    with pytest.raises(HeadMoved):
        append(store, story.growth(3))
    (again,) = store.commit(lambda writer: writer.claim_runs("worker", 1))
    assert again.head.latest_update == again.run.latest_update == 3
    assert again.head.token != claim.head.token


def test_a_restart_is_no_failover_although_it_could_have_lost_something(
    replicated_server: PostgresServer, store: PostgresStore
) -> None:
    begin(store)
    before = store.timeline
    replicated_server.kill()
    replicated_server.start()
    begin(store, "later")
    assert store.timeline != before
    assert store.timeline_changes == 0


def test_a_connection_that_is_known_to_be_lost_is_opened_again(
    replicated_server: PostgresServer, store: PostgresStore
) -> None:
    """Whoever used it first, the size of the database being measured for one, has had the error."""
    begin(store)
    replicated_server.kill()
    replicated_server.start()
    with pytest.raises(psycopg.OperationalError):
        cast("Connection", store._connection).execute("SELECT 1")
    begin(store, "later")


def test_connections_to_an_earlier_timeline_are_not_used(
    replicated_server: PostgresServer, store: PostgresStore
) -> None:
    begin(store)
    with store.read() as reader:
        reader.networks("", 10)
    connections = "SELECT pid FROM pg_stat_activity WHERE application_name = 'clearprop'"
    before = set(replicated_server.execute(connections))
    store._timelines.note(Timeline("another", "start"))
    with store.read() as reader:
        reader.networks("", 10)
    store._timelines.note(Timeline("another", "start"))
    begin(store, "later")
    opened = set(replicated_server.execute(connections)) - before
    assert len(opened) == 2  # one that reads, one that writes
