"""Backups are verified before they have their name, and restored completely or not at all."""

import hashlib
import random
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from histories import NOW, SetClock, Story, append, begin, make_training_set

from storage.backups import (
    checksum_path,
    copy_of_stopped,
    remove_backup,
    remove_unfinished,
    restore_backup,
    write_backup,
)
from storage.errors import CannotOpenStore, CannotRestore, DamagedDatabase
from storage.schema import metadata
from storage.sqlite import SqliteStore
from storage.verifying import verify_database
from training.access import Scope, Token
from training.audit import AuditEntry
from training.ports import Answer

ENTRY = AuditEntry(0, NOW, NOW, 2, "token:ci", "::1", "Train", "net", 1, "request", "OK")


@pytest.fixture(scope="module")
def content(empty_database: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A backup with a row in every table."""
    path = tmp_path_factory.mktemp("backed-up") / "store.db"
    shutil.copyfile(empty_database, path)
    with closing(SqliteStore(path, SetClock())) as store:
        training_set, examples = make_training_set("set", examples=1_000)
        store.write(lambda writer: writer.add_training_set(training_set, examples)).result()
        story = begin(store, "net", training_set.uid)
        append(store, story.opening())
        for count in (50, 20, 1, 30):
            append(store, story.growth(count, keyframe=True, validated=True))
        answer = Answer("id", b"digest", b"content", NOW)
        store.write(lambda writer: writer.remember(answer)).result()
        store.write(lambda writer: writer.record(ENTRY)).result()
        token = Token("name", Scope.READ, b"digest", NOW)
        store.write(lambda writer: writer.add_token(token)).result()
        words = ("name", "address", "Train", "net", 1, "id", "OK")
        entry = AuditEntry(0, NOW, NOW, 1, *words)
        store.write(lambda writer: writer.record(entry)).result()
        with store.copy(lambda: None).result() as copy:
            return copy.read()


@pytest.fixture
def backup(content: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "backup.db"
    write_backup([content], path)
    return path


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'restored.db'}"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_a_backup_is_written_with_its_checksum(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "backup.db"
    found = write_backup([content[:1000], content[1000:]], path)
    assert (found.networks, found.updates) == (1, 102)
    assert path.read_bytes() == content
    digest = hashlib.sha256(content).hexdigest()
    assert checksum_path(path).read_text() == f"{digest}  backup.db\n"
    assert names(tmp_path) == {"backup.db", "backup.db.sha256"}
    assert path.stat().st_mode & 0o777 == 0o600
    if program := shutil.which("sha256sum"):
        subprocess.run([program, "--check", "backup.db.sha256"], cwd=tmp_path, check=True)
    remove_backup(path)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("existing", ["backup.db", "backup.db.sha256"])
def test_a_file_is_not_overwritten(content: bytes, tmp_path: Path, existing: str) -> None:
    (tmp_path / existing).write_text("something else")
    with pytest.raises(CannotRestore, match=f"{existing} already exists"):
        write_backup([content], tmp_path / "backup.db")
    assert (tmp_path / existing).read_text() == "something else"
    assert names(tmp_path) == {existing}


def test_a_file_that_appears_meanwhile_is_not_overwritten(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "backup.db"

    def chunks() -> Iterator[bytes]:
        yield content
        path.write_text("something else")

    with pytest.raises(CannotRestore, match="already exists"):
        write_backup(chunks(), path)
    assert names(tmp_path) == {"backup.db"}
    assert path.read_text() == "something else"


def test_an_incomplete_backup_has_no_name(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(DamagedDatabase):
        write_backup([content[: len(content) // 2]], tmp_path / "backup.db")

    def chunks() -> Iterator[bytes]:
        yield content
        raise ConnectionError

    with pytest.raises(ConnectionError):
        write_backup(chunks(), tmp_path / "backup.db")
    assert names(tmp_path) == set()


def test_what_a_killed_command_leaves_is_removed(tmp_path: Path) -> None:
    for name in (".a.db.17.part", ".a.db.sha256.17.part", "a.db", ".other"):
        (tmp_path / name).touch()
    remove_unfinished(tmp_path)
    assert names(tmp_path) == {"a.db", ".other"}


def test_a_restored_store_has_everything(backup: Path, url: str, clock: SetClock) -> None:
    path = Path(url.removeprefix("sqlite:///"))
    assert restore_backup(backup, url).updates == 102
    assert path.read_bytes() == backup.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(SqliteStore(path, clock)) as store, store.read() as reader:
        network = reader.network("net")
        assert reader.head(network.uid).latest_update == 101
        assert [run.number for run in reader.active_runs()] == [1]


@pytest.mark.parametrize("existing", ["restored.db", "restored.db-wal", "restored.db-journal"])
def test_a_database_is_not_overwritten(
    backup: Path, url: str, tmp_path: Path, existing: str
) -> None:
    (tmp_path / existing).write_text("something else")
    with pytest.raises(CannotRestore, match=f"{existing} already exists"):
        restore_backup(backup, url)
    assert (tmp_path / existing).read_text() == "something else"
    assert not list(tmp_path.glob("*.part")), names(tmp_path)


def test_the_database_of_a_server_is_not_restored(
    backup: Path, path: Path, sqlite_store: SqliteStore
) -> None:
    with pytest.raises(CannotOpenStore, match="in use by another server"):
        restore_backup(backup, f"sqlite:///{path}")


def test_a_backup_with_another_checksum_is_refused(backup: Path, url: str, tmp_path: Path) -> None:
    checksum_path(backup).write_text(f"{'0' * 64}  backup.db\n")
    with pytest.raises(CannotRestore, match="not as it was written"):
        restore_backup(backup, url)
    assert not (tmp_path / "restored.db").exists()
    checksum_path(backup).unlink()
    restore_backup(backup, url)


def test_every_changed_byte_of_a_row_is_found(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    tables = {
        table.name: [column.name for column in table.c if column.name not in NO_HISTORY]
        for table in metadata.sorted_tables
        if table.name in VERIFIED
    }
    assert len(tables) >= 10
    for table, columns in tables.items():
        for column in columns:
            path.write_bytes(content)
            with closing(sqlite3.connect(path)) as database:
                database.execute("PRAGMA journal_mode = DELETE")
                (value,) = database.execute(f"SELECT {column} FROM {table}").fetchone()  # noqa: S608
                database.execute(
                    f"UPDATE {table} SET {column} = ? WHERE {column} IS ?",  # noqa: S608
                    [changed(value), value],
                )
                database.commit()
            if (table, column) not in NOT_IN_A_CRC:
                assert is_damaged(path), f"{table}.{column}"


#: The tables whose rows have a CRC: a new one belongs to what is verified.
#: What is requested of a run, and who carries it out.
NO_HISTORY = {"wanted_state", "owner", "claim_time"}
VERIFIED = {table.name for table in metadata.sorted_tables if "crc" in table.c}

#: What is also in the document of the row, or only orders rows.
NOT_IN_A_CRC = {
    ("answers", "number"),
    ("networks", "id"),
    ("networks", "deleted"),
    ("training_sets", "id"),
    ("training_sets", "deleted"),
}


def is_damaged(path: Path) -> bool:
    try:
        verify_database(path)
    except (CannotOpenStore, DamagedDatabase):
        return True
    return False


def changed(value: object) -> object:
    match value:
        case bytes():
            return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
        case str():
            return f"{value}x"
        case int() | float():
            return value + 1_000
        case _:
            return b"x"


def test_most_changed_bytes_of_a_file_are_found(content: bytes, tmp_path: Path) -> None:
    path, places = tmp_path / "damaged.db", random.Random(1)
    found = 0
    for _ in range(200):
        damaged = bytearray(content)
        damaged[places.randrange(len(content))] ^= 1 << places.randrange(8)
        path.write_bytes(damaged)
        found += is_damaged(path)
    assert found > 5  # the others are in free space; the SHA-256 finds them


@pytest.mark.parametrize("text", [b"", b"This is not a database. " * 1000])
def test_what_is_no_backup_is_refused(tmp_path: Path, url: str, text: bytes) -> None:
    (tmp_path / "notes.txt").write_bytes(text)
    with pytest.raises(DamagedDatabase, match=r"notes\.txt|restored\.db"):
        restore_backup(tmp_path / "notes.txt", url)
    with pytest.raises(FileNotFoundError):
        restore_backup(tmp_path / "nothing", url)
    with pytest.raises(ValueError, match="has no file"):
        restore_backup(tmp_path / "notes.txt", "memory:")


def test_a_backup_of_a_newer_version_is_refused(content: bytes, tmp_path: Path, url: str) -> None:
    path = tmp_path / "newer.db"
    path.write_bytes(content)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with pytest.raises(CannotOpenStore, match=r"newer version of Clearprop .* 9999.*install"):
        restore_backup(path, url)
    assert not (tmp_path / "restored.db").exists()


def test_the_database_of_a_stopped_server_is_copied(
    path: Path, tmp_path: Path, clock: SetClock
) -> None:
    url = f"sqlite:///{path}"
    store = SqliteStore(path, clock)
    story: Story = begin(store)
    with pytest.raises(CannotOpenStore, match="in use by another server"), copy_of_stopped(url):
        pass
    # As a crash leaves it: the network is only in the log.
    crashed = tmp_path / "crashed.db"
    for end in ("", "-wal"):
        shutil.copyfile(f"{path}{end}", f"{crashed}{end}")
    store.close()
    with copy_of_stopped(f"sqlite:///{crashed}") as chunks:
        assert write_backup(chunks, tmp_path / "backup.db").networks == 1
    restored = tmp_path / "restored.db"
    restore_backup(tmp_path / "backup.db", f"sqlite:///{restored}")
    with closing(SqliteStore(restored, clock)) as again, again.read() as reader:
        assert reader.network("net") == story.network
    with pytest.raises(CannotOpenStore, match="does not exist"), copy_of_stopped("sqlite:///no.db"):
        pass
