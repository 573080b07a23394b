"""The store in PostgreSQL alone: servers that stop, broken connections, passwords."""

import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from threading import Event

import psycopg
import pytest
from histories import SetClock, append, begin, with_support
from patience import PATIENCE
from postgres_server import PostgresServer, Template, postgres_server

from storage import open_store
from storage.errors import CannotOpenStore
from storage.postgres import PostgresStore
from storage.postgres_connections import connect
from storage.urls import without_password
from training.errors import NoFileToCopy, StoreFull, StoreUnavailable
from training.ports import Writer

TERMINATE = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


class OddError(Exception):
    """An error that no store knows."""


PASSWORD = "s3cr3t"  # noqa: S105 (nobody's)


@pytest.fixture(scope="module")
def own_server() -> Iterator[PostgresServer]:
    """A server that tests stop and kill, and start again."""
    with postgres_server() as server:
        yield server


@pytest.fixture(scope="module")
def own_template(own_server: PostgresServer) -> Template:
    return Template(own_server, lambda url: PostgresStore(url, SetClock()).close())


@pytest.fixture
def store(own_template: Template, clock: SetClock) -> Iterator[PostgresStore]:
    with own_template.copied() as url:
        store = PostgresStore(url, clock)
        yield store
        store.close()


def read(store: PostgresStore) -> list[str]:
    with store.read() as reader:
        return [network.id for network in reader.networks("", 10)]


@pytest.mark.parametrize("is_killed", [False, True])
def test_a_server_that_is_gone_is_used_again_when_it_is_back(
    own_server: PostgresServer, store: PostgresStore, is_killed: bool
) -> None:
    available: list[bool] = []
    store.on_availability(available.append)
    begin(store, "before")
    assert read(store) == ["before"]
    if is_killed:
        own_server.kill()
    else:
        own_server.stop()
    with pytest.raises(StoreUnavailable, match="cannot be read now"):
        read(store)
    with pytest.raises(StoreUnavailable, match="outcome is unknown"):
        begin(store, "lost")
    assert available == [False]
    with pytest.raises(StoreUnavailable):
        store.maintain()
    own_server.start()
    assert read(store) == ["before"]
    store.maintain()
    assert available == [False, True]
    begin(store, "later")
    assert read(store) == ["before", "later"]
    assert store.is_writable


def test_an_outage_fills_the_log_with_one_traceback(
    own_server: PostgresServer, store: PostgresStore, caplog: pytest.LogCaptureFixture
) -> None:
    own_server.stop()
    for _ in range(3):
        with pytest.raises(StoreUnavailable):
            read(store)
    own_server.start()
    read(store)
    failures = [each for each in caplog.records if "cannot be read" in each.message]
    assert [each.exc_info is not None for each in failures] == [True, False, False]


def test_a_reader_that_loses_its_connection_has_one_traceback(
    own_server: PostgresServer, store: PostgresStore, caplog: pytest.LogCaptureFixture
) -> None:
    begin(store)

    def read_and_kill() -> None:
        with store.read() as reader:
            reader.networks("", 10)
            own_server.kill()
            reader.networks("", 10)

    with pytest.raises(StoreUnavailable):
        read_and_kill()
    own_server.start()
    assert read(store) == ["net"]
    assert [each.message for each in caplog.records if each.exc_info] == [
        "the database cannot be read"
    ]


def test_a_restart_between_two_calls_is_not_noticed(
    own_server: PostgresServer, store: PostgresStore
) -> None:
    story = begin(store)
    assert read(store) == ["net"]
    own_server.kill()
    own_server.start()
    append(store, story.opening())
    assert read(store) == ["net"]
    assert store.is_writable


def test_a_transaction_is_repeated_if_its_connection_is_lost_before_the_commit(
    own_server: PostgresServer, store: PostgresStore
) -> None:
    story = begin(store)
    attempts: list[int] = []

    def work(writer: Writer) -> int:
        attempts.append(len(attempts))
        count = int(writer.network("net").labels.get("count", "0")) + 1
        writer.set_labels(story.uid, {"count": str(count)})
        if len(attempts) == 1:
            own_server.execute(TERMINATE)
            writer.network("net")
        return count

    assert store.commit(work) == 1
    assert attempts == [0, 1]
    with store.read() as reader:
        assert reader.network("net").labels == {"count": "1"}


def test_works_that_fail_in_a_shared_transaction_are_undone_alone(store: PostgresStore) -> None:
    stories = [begin(store, f"net-{index}") for index in range(4)]
    times = [0] * 4

    def label(writer: Writer, index: int) -> int:
        times[index] += 1
        writer.set_labels(stories[index].uid, {"times": str(times[index])})
        if index == 1:
            raise OddError
        if index == 2:
            writer.add_worker("same", 1)
            writer.add_worker("same", 1)
        return times[index]

    gate = Event()
    store.write(lambda _: gate.wait(PATIENCE))
    futures = [store.write(partial(label, index=index)) for index in range(4)]
    gate.set()
    assert isinstance(futures[1].exception(), OddError)
    assert isinstance(futures[2].exception(), StoreUnavailable)
    with store.read() as reader:
        labels = [network.labels.get("times") for network in reader.networks("", 10)]
        assert reader.workers() == []
    team = stories[1].network.labels.get("times")
    assert labels == [str(futures[0].result()), team, team, str(futures[3].result())]


def test_a_work_that_failed_in_an_earlier_attempt_succeeds_in_the_last(
    own_server: PostgresServer, store: PostgresStore
) -> None:
    begin(store)
    attempts: list[int] = []

    def fail_once(_: Writer) -> str:
        attempts.append(0)
        if len(attempts) == 1:
            raise OddError
        return "done"

    def lose(writer: Writer) -> None:
        if len(attempts) == 1:
            own_server.execute(TERMINATE)
        writer.network("net")

    gate = Event()
    store.write(lambda _: gate.wait(PATIENCE))
    first, second = store.write(fail_once), store.write(lose)
    gate.set()
    assert second.result() is None
    assert first.result() == "done"


def test_a_work_that_hides_an_error_of_the_database_is_not_acknowledged(
    store: PostgresStore,
) -> None:
    def work(writer: Writer) -> None:
        writer.add_worker("name", 1)
        with suppress(psycopg.Error):
            writer.add_worker("name", 1)

    with pytest.raises(StoreUnavailable):
        store.commit(work)
    with store.read() as reader:
        assert reader.workers() == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (psycopg.errors.DiskFull, StoreFull),
        (psycopg.errors.IoError, StoreUnavailable),
        (psycopg.errors.InsufficientPrivilege, StoreUnavailable),
    ],
)
def test_errors_of_the_server_are_those_of_the_port(
    store: PostgresStore, error: type[Exception], expected: type[Exception]
) -> None:
    def fail(_: Writer) -> None:
        raise error

    with pytest.raises(expected):
        store.commit(fail)
    begin(store)


def test_the_size_of_the_database_is_measured(store: PostgresStore) -> None:
    begin(store)
    store.commit(lambda _: None)  # after what was measured after the first
    assert store.used_bytes > 10**6
    store.require_room(10**12)


def test_a_backup_is_left_to_postgresql(store: PostgresStore) -> None:
    with pytest.raises(NoFileToCopy, match="pg_dump"):
        store.copy(lambda: None).result()


def test_closing_leaves_no_connection(own_server: PostgresServer, store: PostgresStore) -> None:
    read(store)
    begin(store)
    store.close()
    own_server.wait_for(
        "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'clearprop'"
    )


URLS = [
    f"postgresql://ann:{PASSWORD}@127.0.0.1:1/store",
    f"postgresql://127.0.0.1:1/store?user=ann&password={PASSWORD}",
    f"postgresql://ann:{PASSWORD}%zz@127.0.0.1:1/store",
    f"postgresql://ann:{PASSWORD}@[127.0.0.1:1/store",
    f"postgresql://ann:{PASSWORD}@127.0.0.1:1/store?unknown=1",
    f"postgres://ann:{PASSWORD}@127.0.0.1:port/store",
]


@pytest.mark.parametrize("url", URLS)
def test_a_database_that_cannot_be_opened_is_named_without_its_password(
    clock: SetClock, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(CannotOpenStore, match=r"cannot open the database postgres") as refused:
        open_store(url, clock)
    error: BaseException | None = refused.value
    while error is not None:
        assert PASSWORD not in str(error)
        error = error.__cause__ or error.__context__
    assert PASSWORD not in caplog.text


@pytest.mark.parametrize("url", URLS)
def test_no_password_is_shown(url: str) -> None:
    assert PASSWORD not in without_password(url)
    assert "***" in without_password(url)


def test_urls_without_a_password_are_shown_as_they_are() -> None:
    for url in ("sqlite:///a.db", "memory:", "postgresql://ann@host:5432/store?sslmode=require"):
        assert without_password(url) == url


def test_a_database_of_another_program_is_refused(
    own_server: PostgresServer, clock: SetClock
) -> None:
    name = own_server.create()
    own_server.execute("CREATE TABLE songs (title text)", name)
    with pytest.raises(CannotOpenStore, match="belongs to another program"):
        PostgresStore(own_server.url(name), clock)
    with pytest.raises(CannotOpenStore, match='"nowhere" does not exist'):
        PostgresStore(own_server.url("nowhere"), clock)


def test_a_database_of_a_newer_version_is_refused(
    own_template: Template, own_server: PostgresServer, clock: SetClock
) -> None:
    with own_template.copied() as url:
        own_server.execute("UPDATE alembic_version SET version_num = '9999'", url.split("/")[-1])
        with pytest.raises(CannotOpenStore, match=r"newer version of Clearprop .* 9999.*install"):
            PostgresStore(url, clock)


def test_without_the_driver_the_message_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None;"
        "from histories import SetClock; from storage import open_store;"
        "open_store('memory:', SetClock()).close(); open_store('postgresql://host/a', SetClock())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, env=with_support(), capture_output=True
    )
    assert b"CannotOpenStore: PostgreSQL needs more packages" in done.stderr
    assert b"pip install 'clearprop-server[postgres]'" in done.stderr


def test_the_error_of_a_statement_that_was_sent_is_that_of_the_next_one(
    own_server: PostgresServer,
) -> None:
    with connect(own_server.url()) as connection:
        connection.send("BEGIN")
        connection.send("RELEASE nothing")
        with pytest.raises(psycopg.errors.InvalidSavepointSpecification):
            connection.execute("SELECT 1")
        connection.send("ROLLBACK")
        assert connection.finish() == "ROLLBACK"
        assert connection.execute("SELECT 1").fetchone() == (1,)
