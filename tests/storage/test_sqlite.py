"""SQLite: pragmas, the write-ahead log, crashes, and failed writes."""

import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from threading import Event, Thread

import numpy as np
import pytest
from histories import SetClock, Story, append, begin, with_support
from patience import PATIENCE

from storage import sqlite
from storage.session import Session
from storage.sqlite import SqliteStore
from training.errors import HeadMoved, StoreFull, StoreUnavailable
from training.ports import Store, Writer
from training.run import RunState
from training.update import Addition

FLIPS = [RunState.RUNNING, RunState.PAUSED]


def pragma(session: Session, name: str) -> object:
    session.control(f"PRAGMA {name}")
    found = session._cursor.fetchone()
    assert found is not None
    return found[0]


def test_the_writers_pragmas_are_in_force(sqlite_store: SqliteStore) -> None:
    def look(_: Writer) -> dict[str, object]:
        session = sqlite_store._session()
        names = ("journal_mode", "synchronous", "mmap_size", "wal_autocheckpoint", "query_only")
        return {name: pragma(session, name) for name in names}

    assert sqlite_store.write(look).result() == {
        "journal_mode": "wal",
        "synchronous": 2,
        "mmap_size": 0,
        "wal_autocheckpoint": 0,
        "query_only": 0,
    }


def test_a_reader_cannot_write(sqlite_store: SqliteStore) -> None:
    with sqlite_store._database.readers.connection() as connection:
        session = Session(connection, sqlite_store._statements)
        assert pragma(session, "query_only") == 1
        assert pragma(session, "mmap_size") == 0
        session.control("PRAGMA query_only = OFF")
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            session.control("DELETE FROM networks")
        connection.invalidate()


def test_a_transaction_takes_the_lock_for_writing_when_it_begins(
    sqlite_store: SqliteStore, path: Path
) -> None:
    entered, go_on = Event(), Event()

    def work(_: Writer) -> None:
        entered.set()
        go_on.wait(PATIENCE)

    future = sqlite_store.write(work)
    assert entered.wait(PATIENCE)
    with (
        closing(sqlite3.connect(path, timeout=0)) as other,
        pytest.raises(sqlite3.OperationalError, match="locked"),
    ):
        other.execute("BEGIN IMMEDIATE")
    go_on.set()
    future.result()


def test_the_log_is_gone_after_closing(sqlite_store: SqliteStore, path: Path) -> None:
    begin(sqlite_store)
    log = Path(f"{path}-wal")
    assert log.exists()
    sqlite_store.close()
    assert not log.exists()


def test_kill_9_in_the_middle_of_writing_loses_nothing_that_was_acknowledged(
    path: Path, clock: SetClock
) -> None:
    for kill_after in (1, 7, 40, 200):
        path.unlink()
        script = Path(__file__).parents[1] / "support" / "keep_writing.py"
        command = [sys.executable, str(script), str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=with_support()) as child:
            assert child.stdout is not None
            acknowledged = [int(child.stdout.readline()) for _ in range(kill_after)]
            child.send_signal(signal.SIGKILL)
            acknowledged += [int(line) for line in child.stdout if line.endswith(b"\n")]

        store = SqliteStore(path, clock)
        with store.read() as reader:
            uid = reader.network("net").uid
            head = reader.head(uid)
            segments = reader.segments(uid, 1, head.latest_update, 10**6)
            keyframe = reader.keyframe(uid, head.latest_update)
            assert reader.run(uid, 1).latest_update == head.latest_update
        assert head.latest_update >= acknowledged[-1]
        assert [segment.last_update for segment in segments][: len(acknowledged)] == acknowledged
        costs = np.concatenate([segment.costs for segment in segments])
        assert np.array_equal(costs, 1 / np.arange(1, head.latest_update + 1))
        assert keyframe.state.update == head.latest_update
        store.close()
        with closing(sqlite3.connect(path)) as database:
            assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_the_log_stays_bounded_while_readers_come_and_go(
    sqlite_store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 2 * 2**20
    monkeypatch.setattr(sqlite, "_COMMITS_PER_CHECKPOINT", 1)
    monkeypatch.setattr(sqlite, "_LARGE_LOG", limit)
    sqlite_store._large_log = limit
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    done = Event()

    def watch() -> None:
        # One reader or another always has a snapshot open, as with many watchers.
        while not done.is_set():
            with sqlite_store.read() as reader:
                head = reader.head(story.uid)
                reader.segments(story.uid, head.latest_update, head.latest_update, 1)

    watchers = [Thread(target=watch) for _ in range(2)]
    for watcher in watchers:
        watcher.start()
    largest = 0
    for _ in range(150):
        append(sqlite_store, story.growth(25_000, jumping=True))
        largest = max(largest, Path(f"{path}-wal").stat().st_size)
    done.set()
    for watcher in watchers:
        watcher.join()
    # Without emptying it, the log grows to the size of all that was written: 15 times the limit.
    assert largest < 5 * limit


def test_a_reader_that_stays_does_not_keep_the_writer_waiting_each_time(
    sqlite_store: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limit = 2**20
    monkeypatch.setattr(sqlite, "_COMMITS_PER_CHECKPOINT", 1)
    monkeypatch.setattr(sqlite, "_LARGE_LOG", limit)
    sqlite_store._large_log = limit
    log = Path(f"{path}-wal")
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    bounds = set()
    with sqlite_store.read() as reader:
        reader.head(story.uid)
        for _ in range(40):
            append(sqlite_store, story.growth(25_000, jumping=True))
            bounds.add(sqlite_store._large_log)
        assert log.stat().st_size > 7 * limit
        assert len(bounds) < 9
    for _ in range(8):
        append(sqlite_store, story.growth(25_000, jumping=True))
        sqlite_store.write(lambda _: None).result()
    assert log.stat().st_size < 3 * limit
    assert sqlite_store._large_log == limit


def put_back(path: Path, content: bytes) -> None:
    """Write a file in another process: if this one closed it, SQLite's locks would be gone."""
    script = f"import sys; open({str(path)!r}, 'wb').write(sys.stdin.buffer.read())"
    subprocess.run([sys.executable, "-c", script], input=content, check=True)


@pytest.mark.parametrize("is_closed", [False, True], ids=["next checkpoint", "next server"])
def test_after_a_failed_sync_all_pages_since_the_last_sync_are_written_again(
    is_closed: bool,
    sqlite_store: SqliteStore,
    path: Path,
    clock: SetClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    synced = path.read_bytes()
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    append(sqlite_store, story.growth(25_000, jumping=True))
    with sqlite_store.read() as reader:  # it splits the log in two: the sync follows the second
        reader.head(story.uid)
        append(sqlite_store, story.growth(10))
        sqlite_store._checkpoint()
    assert path.read_bytes() != synced, "no part of the log was written"

    def fail_to_sync(_: SqliteStore) -> None:
        put_back(path, synced)  # the system drops what it has not written
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as context:
        context.setattr(SqliteStore, "_run_checkpoint", fail_to_sync)
        sqlite_store._checkpoint()
    if not is_closed:
        with sqlite_store.read() as reader:
            reader.head(story.uid)
            sqlite_store._checkpoint()
            assert sqlite_store._has_failed, "it must wait until no reader needs the pages"
        sqlite_store._checkpoint()
        append(sqlite_store, story.growth(10))
    sqlite_store.close()
    assert Path(f"{path}-wal").exists() == is_closed
    with closing(SqliteStore(path, clock)) as store, store.read() as reader:
        head = reader.head(story.uid)
        (segment,) = reader.segments(story.uid, 1, 1, 1)
    assert head.latest_update == (25_010 if is_closed else 25_020)
    assert segment.last_update == 25_000
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_checkpoint_that_fails_is_repeated_when_the_disk_works_again(
    sqlite_store: SqliteStore, path: Path
) -> None:
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    append(sqlite_store, story.growth(25_000, jumping=True))
    size = path.stat().st_size
    with full_disk():
        sqlite_store._checkpoint()
        assert path.stat().st_size == size
    addition = story.growth(10)
    # This thread does what is due after the commit, too: a failed checkpoint is.
    sqlite_store.commit(lambda writer: writer.append(addition))
    assert path.stat().st_size > size
    assert not sqlite_store._has_failed


@contextmanager
def full_disk() -> Iterator[None]:
    """Let no file of this process become larger than nothing, as if the disk were full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)


def test_a_full_disk_is_reported_and_the_store_recovers(sqlite_store: SqliteStore) -> None:
    heard: list[object] = []
    stories = [begin(sqlite_store, f"n{index}") for index in range(3)]
    for story in stories:
        append(sqlite_store, story.opening())
    sqlite_store.on_commit(heard.append)
    retries = [story.copy() for story in stories]
    additions = [story.growth(100) for story in stories]
    with full_disk():
        futures = [
            sqlite_store.write(lambda writer, addition=addition: writer.append(addition))
            for addition in additions
        ]
        errors = [future.exception() for future in futures]
    assert all(isinstance(error, StoreUnavailable) for error in errors)
    assert all("outcome is unknown" in str(error) for error in errors)
    assert heard == []
    for retry in retries:
        with sqlite_store.read() as reader:
            assert reader.head(retry.uid) == retry.head
        append(sqlite_store, retry.growth(7))
        with sqlite_store.read() as reader:
            assert reader.head(retry.uid) == retry.head


def fail_at(
    monkeypatch: pytest.MonkeyPatch, statement: str, *, done: bool = False, code: int = 0
) -> None:
    """Let one statement that controls transactions fail, before or after it was done."""
    control = Session.control
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    failures = [error]

    def control_or_fail(session: Session, sql: str) -> None:
        if sql == statement and failures:
            if done:
                control(session, sql)
            raise failures.pop()
        control(session, sql)

    monkeypatch.setattr(Session, "control", control_or_fail)


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "COMMIT"])
def test_a_failed_transaction_changes_nothing_and_the_store_recovers(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    retry = story.copy()
    fail_at(monkeypatch, statement)
    with pytest.raises(StoreUnavailable, match="outcome is unknown"):
        append(sqlite_store, story.growth())
    with pytest.raises(HeadMoved):
        append(sqlite_store, story.growth())
    append(sqlite_store, retry.growth(4))
    with sqlite_store.read() as reader:
        assert reader.head(story.uid) == retry.head


def test_a_savepoint_that_fails_fails_all_works_of_its_transaction(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    story, go_on = begin(sqlite_store), Event()
    sqlite_store.write(lambda _: go_on.wait())
    futures = [
        sqlite_store.write(lambda writer: writer.set_labels(story.uid, {"new": "labels"}))
        for _ in range(2)
    ]
    fail_at(monkeypatch, "SAVEPOINT work")
    go_on.set()
    for future in futures:
        with pytest.raises(StoreUnavailable, match="outcome is unknown"):
            future.result()
    with sqlite_store.read() as reader:
        assert reader.network(story.network.id).labels == story.network.labels


def test_a_full_disk_has_an_error_of_its_own(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = begin(sqlite_store)
    fail_at(monkeypatch, "COMMIT", code=sqlite3.SQLITE_FULL)
    with pytest.raises(StoreFull, match="disk of the server is full"):
        append(sqlite_store, story.opening())


def test_listeners_are_notified_when_the_store_is_unwritable_and_writable_again(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bool] = []
    sqlite_store.on_availability(heard.append)
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    retry = story.copy()
    assert heard == []
    fail_at(monkeypatch, "COMMIT", code=sqlite3.SQLITE_IOERR)
    with pytest.raises(StoreUnavailable):
        append(sqlite_store, story.growth())
    assert heard == [False]
    sqlite_store.write(lambda writer: writer.count_networks()).result()
    assert heard == [False]  # a transaction without anything to write proves nothing
    fail_at(monkeypatch, "COMMIT", code=sqlite3.SQLITE_IOERR)
    with pytest.raises(StoreUnavailable):
        sqlite_store.maintain()
    assert heard == [False]
    sqlite_store.maintain()
    assert heard == [False, True]
    append(sqlite_store, retry.growth())
    assert heard == [False, True]


def test_a_commit_that_fails_after_all_was_done_is_found_by_reading_again(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    fail_at(monkeypatch, "COMMIT", done=True)
    with pytest.raises(StoreUnavailable, match="read again"):
        append(sqlite_store, story.growth())
    with sqlite_store.read() as reader:
        assert reader.head(story.uid) == story.head
    append(sqlite_store, story.growth())


def test_an_error_that_ends_the_transaction_fails_all_that_was_in_it(
    sqlite_store: SqliteStore,
) -> None:
    story = begin(sqlite_store)
    entered, go_on = Event(), Event()

    def wait(_: Writer) -> None:
        entered.set()
        go_on.wait(PATIENCE)

    def end_the_transaction(_: Writer) -> None:
        sqlite_store._session().control("ROLLBACK")
        raise sqlite3.OperationalError

    gate = sqlite_store.write(wait)
    assert entered.wait(PATIENCE)
    futures = [
        sqlite_store.write(lambda writer: writer.set_labels(story.uid, {"before": ""})),
        sqlite_store.write(end_the_transaction),
        sqlite_store.write(lambda writer: writer.set_labels(story.uid, {"after": ""})),
    ]
    go_on.set()
    gate.result()
    assert all(isinstance(future.exception(), StoreUnavailable) for future in futures)
    with sqlite_store.read() as reader:
        assert reader.network("net") == story.network
    sqlite_store.write(lambda writer: writer.set_labels(story.uid, {})).result()


def test_an_error_of_one_statement_fails_only_its_work(sqlite_store: SqliteStore) -> None:
    story = begin(sqlite_store)

    def fail(writer: Writer) -> None:
        writer.set_labels(story.uid, {"half": "done"})
        sqlite_store._session().control("INSERT INTO heads VALUES (1)")

    failing = sqlite_store.write(fail)
    after = sqlite_store.write(lambda writer: writer.network("net").labels)
    error = failing.exception()
    assert isinstance(error, StoreUnavailable)
    assert "INSERT" not in str(error)
    assert after.result() == story.network.labels


def test_no_message_contains_a_path_or_sql(sqlite_store: SqliteStore, path: Path) -> None:
    with pytest.raises(StoreUnavailable) as error, sqlite_store.read() as reader:
        reader._session.control("SELECT nonsense FROM networks")  # type: ignore[attr-defined]
    assert str(path) not in str(error.value)
    assert "SELECT" not in str(error.value)


def test_a_reader_may_come_while_there_is_no_writer(
    sqlite_store: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(sqlite_store)
    fail_at(monkeypatch, "COMMIT")
    sqlite_store.write(lambda _: None).exception()
    assert sqlite_store._connection is None
    with sqlite_store.read() as reader:
        assert reader.count_networks() == 1


def test_nothing_is_logged_where_nothing_is_wrong(
    path: Path, clock: SetClock, caplog: pytest.LogCaptureFixture
) -> None:
    for network_id in ("one", "two"):
        store = SqliteStore(path, clock)
        store.write(lambda writer: writer.count_networks()).result()
        story = begin(store, network_id)
        append(store, story.opening())
        growth = story.growth()
        append(store, growth)
        with pytest.raises(HeadMoved):
            append(store, growth)
        store.maintain()
        store.close()
    assert caplog.records == []


def test_a_large_network_is_removed_in_bounded_pieces(sqlite_store: SqliteStore) -> None:
    story = begin(sqlite_store)
    append(sqlite_store, story.opening())
    chain = [story.growth(state=RunState.PAUSED), *(story.change(state) for state in FLIPS * 700)]
    chain += [story.growth() for _ in range(1200)]
    chain += [story.growth(200_000, jumping=True) for _ in range(10)]
    for future in [sqlite_store.write(partial(append_in, addition)) for addition in chain]:
        future.result()
    kept = begin(sqlite_store, "kept")
    sqlite_store.write(lambda writer: writer.delete_network(story.uid)).result()
    changes = []
    while True:
        before = total_changes(sqlite_store)
        if not sqlite_store.maintain():
            break
        changes.append(total_changes(sqlite_store) - before)
    # 1,202 small segments and ten of 1.6 MB; a keyframe; 1,403 events; a run; the network itself.
    assert changes == [1000, 204, 2, 2, 2, 2, 1, 1000, 403, 1, 1]
    with sqlite_store.read() as reader:
        assert reader.head(kept.uid) == kept.head
    assert sqlite_store.write(lambda writer: writer.head(kept.uid)).result() == kept.head


def total_changes(store: SqliteStore) -> int:
    """Return how many rows the writing connection has changed."""

    def look(_: Writer) -> int:
        session = store._session()
        session.control("SELECT total_changes()")
        found = session._cursor.fetchone()
        assert found is not None
        return int(found[0])

    return store.write(look).result()


def append_in(addition: Addition, writer: Writer) -> None:
    writer.append(addition)


def test_more_readers_than_connections_take_turns(sqlite_store: SqliteStore) -> None:
    story = begin(sqlite_store)
    found: list[Story] = []

    def read(store: Store) -> None:
        for _ in range(20):
            with store.read() as reader:
                reader.network("net")
        found.append(story)

    threads = [Thread(target=read, args=[sqlite_store]) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 40
