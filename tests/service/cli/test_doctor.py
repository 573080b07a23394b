"""`clearprop doctor`: each check, with what to do."""

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from console import Clearprop
from histories import SetClock
from older import REVISION_0004, make_revision
from postgres_server import REPLICATED, PostgresServer, postgres_server
from servers import ServerProcess

from service.doctor import machine
from service.doctor.finding import Finding, Level
from service.doctor.machine import check_certificates, check_clock, check_kernels, check_ports
from service.doctor.store import check_store
from service.settings import Settings
from storage.migrations import REVISIONS
from storage.sqlite import SqliteStore
from training.limits import Limits


def of(path: Path, limits: Limits | None = None) -> dict[str, Finding]:
    """Return the worst finding of each subject for a database."""
    found = sorted(check_store(f"sqlite:///{path}", limits or Limits()), key=lambda it: it.level)
    return {each.subject: each for each in found}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "clearprop.db"
    SqliteStore(path, SetClock()).close()
    return path


def test_a_machine_is_checked_and_the_exit_code_is_the_worst(
    clearprop: Clearprop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "_is_drifting", lambda: False)
    options = ["--grpc", "127.0.0.1:0", "--http", "off", "--database"]
    shown = clearprop("doctor", *options, f"sqlite:///{tmp_path}/new.db").stdout
    rows = [line.split(maxsplit=2) for line in shown.splitlines()]
    assert [row[1] for row in rows] == [
        *("settings", "grpc", "http", "certificate", "store", "disk", "clock", "kernels")
    ]
    assert {row[0] for row in rows} == {"ok"}
    shown = clearprop("doctor", *options, "memory:", code=1).stdout
    assert "warning  store        all data is only in memory" in shown
    shown = clearprop("doctor", "--grpc", "nowhere", code=2).stdout
    assert shown.startswith("wrong    settings     --grpc: 'nowhere' is not a valid address")


def test_an_unknown_variable_is_reported(clearprop: Clearprop) -> None:
    shown = clearprop("doctor", "--database", "memory:", code=1, CLEARPROP_DATABSE="x").stdout
    assert "CLEARPROP_DATABSE is not a setting: did you mean CLEARPROP_DATABASE?" in shown


def test_a_port_that_is_used_is_reported(server: ServerProcess) -> None:
    grpc, http = check_ports(Settings(server.target, "off"))
    assert (grpc.level, http.level) == (Level.WARNING, Level.OK)
    assert "another program, perhaps another Clearprop server, uses this port" in grpc.text


def test_a_sound_database_is_verified(path: Path) -> None:
    found = of(path)["store"]
    assert (found.level, "0 networks and 0 updates, verified" in found.text) == (Level.OK, True)


def test_the_database_of_a_running_server_is_left_alone(server: ServerProcess) -> None:
    found = of(Path(server.database.removeprefix("sqlite:///")))["store"]
    assert (found.level, "is used by a server" in found.text) == (Level.OK, True)


def test_a_database_that_cannot_be_used_is_reported(path: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    found = of(path)["store"]
    assert found.level is Level.WRONG
    assert re.search(r"newer version of Clearprop .* install that version", found.text)
    path.write_bytes(b"This is not a database. " * 1000)
    found = of(path)["store"]
    assert (found.level, "is not a database" in found.text) == (Level.WRONG, True)
    (found,) = check_store("sqlite:/x", Limits())
    assert (found.level, "is not a database URL" in found.text) == (Level.WRONG, True)
    path.chmod(0o644)
    found = of(tmp_path)["store"]
    assert (found.level, "cannot be read: Is a directory" in found.text) == (Level.WRONG, True)


def test_an_older_database_and_its_permissions_are_reported(tmp_path: Path) -> None:
    make_revision(REVISION_0004, tmp_path / "older.db")
    (tmp_path / "older.db").chmod(0o640)
    texts = [each.text for each in check_store(f"sqlite:///{tmp_path}/older.db", Limits())]
    assert "is migrated to" in texts[0]
    assert "back it up first" in texts[0]
    assert f"chmod 600 {tmp_path}/older.db*" in texts[1]


def test_a_full_disk_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for free, level in ((2**28, Level.WRONG), (2**30, Level.WARNING), (2**40, Level.OK)):
        usage = SimpleNamespace(free=free, total=2**42)
        monkeypatch.setattr("service.doctor.store.shutil.disk_usage", lambda _, usage=usage: usage)
        assert of(path)["disk"].level is level


def test_the_clock_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_is_drifting", lambda: True)
    monkeypatch.setattr("service.doctor.machine.sys.platform", "linux")
    (found,) = check_clock()
    assert (found.level, "not synchronized" in found.text) == (Level.WARNING, True)
    past = SimpleNamespace(now=lambda zone: datetime(1970, 1, 1, tzinfo=UTC))
    monkeypatch.setattr(machine, "datetime", past)
    (found,) = check_clock()
    assert found.level is Level.WRONG


def test_kernels_that_are_not_compiled_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = check_kernels()
    assert found.level is Level.OK
    monkeypatch.setattr(machine, "missing_kernels", lambda: ["training"])
    (found,) = check_kernels()
    assert (found.level, "python -m service.kernels" in found.text) == (Level.WARNING, True)


def test_certificates_are_checked(tmp_path: Path) -> None:
    (found,) = check_certificates(Settings())
    assert found.level is Level.OK
    (found,) = check_certificates(Settings(tls_cert=str(tmp_path / "no"), tls_key="no"))
    assert (found.level, str(tmp_path / "no") in found.text) == (Level.WRONG, True)


def test_a_database_in_postgresql_is_checked_without_changing_it(
    clearprop: Clearprop, postgres: PostgresServer, postgres_url: str
) -> None:
    shown = clearprop("doctor", "--http", "off", "--database", postgres_url, code=1).stdout
    assert f"{postgres_url} (PostgreSQL {postgres.execute('SHOW server_version')[0][0]})" in shown
    assert f"has revision {REVISIONS[-1]}" in shown
    assert "store        fsync is off, so PostgreSQL may lose updates that clients" in shown
    empty = postgres.url(postgres.create())
    (*_, found) = check_store(empty, Limits())
    assert "is empty: the first server or worker creates the tables" in found.text
    postgres.execute("CREATE TABLE other (x int)", empty.rpartition("/")[2])
    (found,) = check_store(empty, Limits())
    assert (found.level, "belongs to another program" in found.text) == (Level.WRONG, True)
    (found,) = check_store("postgresql://x:secret@127.0.0.1:1/y", Limits())
    assert found.level is Level.WRONG
    assert "secret" not in found.text


def test_a_failover_that_could_lose_commits_is_reported() -> None:
    with postgres_server(**REPLICATED) as server:
        url = server.url()
        assert "synchronous_standby" not in str([*check_store(url, Limits())])
        with psycopg.connect(f"{url}?replication=true", autocommit=True):  # as a standby does
            found = [each for each in check_store(url, Limits()) if "standby" in each.text]
            assert [each.level for each in found] == [Level.WARNING]
            assert found[0].text.startswith("a standby is connected, and commits wait for none")
            server.execute("ALTER SYSTEM SET synchronous_standby_names = 'ANY 1 (*)'")
            server.execute("ALTER SYSTEM SET synchronous_commit = 'local'")
            server.execute("SELECT pg_reload_conf()")
            found = [each for each in check_store(url, Limits()) if "standby" in each.text]
            assert found[0].text.startswith("synchronous_commit is off or local, so commits do not")
