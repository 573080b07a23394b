"""PostgreSQL behind PgBouncer, if it is installed, and what needs no pooler to be tested."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep

import psycopg
import pytest
from histories import SetClock, append, begin
from patience import PATIENCE
from postgres_server import PostgresServer, as_nobody

from bench.ports import HOST, free_port
from storage.errors import CannotOpenStore
from storage.postgres import PostgresStore
from training.ports import Store

# Debian has it where only administrators look.
PGBOUNCER = shutil.which("pgbouncer", path=f"{os.defpath}:/usr/sbin")
with_pgbouncer = pytest.mark.skipif(PGBOUNCER is None, reason="needs pgbouncer")


@contextmanager
def pooled(server: PostgresServer, database: str, mode: str) -> Iterator[str]:
    """Run PgBouncer in a mode, and yield the URL of a database through it."""
    assert PGBOUNCER is not None
    port = free_port()
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)  # the user that runs it must reach its settings
        settings = Path(folder, "pgbouncer.ini")
        settings.write_text(
            f"[databases]\n* = host={HOST} port={server.port} user=clearprop\n[pgbouncer]\n"
            f"listen_addr = {HOST}\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n"
            f"pool_mode = {mode}\n"
        )
        process = subprocess.Popen(as_nobody(PGBOUNCER, "-q", settings), stderr=subprocess.DEVNULL)
        url = f"postgresql://clearprop@{HOST}:{port}/{database}"
        deadline = monotonic() + PATIENCE
        while not answers(url):
            assert monotonic() < deadline
            sleep(0.02)
        yield url
        process.terminate()
        process.wait(PATIENCE)


def answers(url: str) -> bool:
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        return False
    return True


def use(store: Store) -> None:
    """Write and read, in several snapshots at once."""
    story = begin(store)
    append(store, story.opening())
    append(store, story.growth(3))
    with store.read() as first, store.read() as second:
        for _ in range(10):
            assert first.head(story.uid) == second.head(story.uid) == story.head
    assert store.is_listening
    store.maintain()


@with_pgbouncer
def test_behind_a_pooler_in_transaction_mode_writing_is_direct(
    postgres: PostgresServer, postgres_url: str, clock: SetClock
) -> None:
    with pooled(postgres, postgres_url.rpartition("/")[2], "transaction") as url:
        with pytest.raises(CannotOpenStore, match=r"in transaction mode: set --direct-database"):
            PostgresStore(url, clock)
        with closing(PostgresStore(url, clock, direct_url=postgres_url)) as store:
            use(store)


@with_pgbouncer
def test_a_pooler_in_session_mode_is_like_none(
    postgres: PostgresServer, postgres_url: str, clock: SetClock
) -> None:
    with (
        pooled(postgres, postgres_url.rpartition("/")[2], "session") as url,
        closing(PostgresStore(url, clock)) as store,
    ):
        use(store)


def test_what_is_read_through_a_pooler_leaves_nothing_in_its_sessions(
    postgres: PostgresServer, postgres_url: str, clock: SetClock
) -> None:
    pooled_url = f"{postgres_url}?application_name=pooled"
    with closing(PostgresStore(pooled_url, clock, direct_url=postgres_url)) as store:
        use(store)
        with store._database.readers.connection() as connection:
            cursor = connection.cursor()
            cursor.execute("SELECT count(*) FROM pg_prepared_statements")
            assert cursor.fetchall() == [(0,)]
            cursor.execute("COMMIT")
            cursor.execute("SHOW jit")
            assert cursor.fetchall() == [("on",)]


def test_the_url_that_cannot_be_opened_is_named(postgres_url: str, clock: SetClock) -> None:
    nowhere = "postgresql://clearprop:secret@127.0.0.1:1/direct"
    with pytest.raises(CannotOpenStore, match=r"clearprop:\*\*\*@127.0.0.1:1/direct: conn"):
        PostgresStore(postgres_url, clock, direct_url=nowhere)
    with pytest.raises(CannotOpenStore, match="database nonsense: the URL is invalid"):
        PostgresStore(postgres_url, clock, direct_url="nonsense")


def test_a_direct_url_leads_to_the_same_database(
    postgres: PostgresServer, postgres_url: str, clock: SetClock
) -> None:
    other = postgres.url(postgres.create())
    with pytest.raises(CannotOpenStore, match="is another database than --database"):
        PostgresStore(other, clock, direct_url=postgres_url)
    postgres.drop(other.rpartition("/")[2])
