"""Migrations of databases."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from histories import SetClock, begin, with_support
from postgres_server import PostgresServer
from sqlalchemy import create_engine

import storage.postgres_indexes  # noqa: F401 — it adds to the schema
from storage.errors import CannotOpenStore
from storage.migrations import REVISIONS
from storage.postgres import PostgresStore
from storage.schema import metadata
from storage.sqlite import SqliteStore


def definitions(path: Path) -> dict[str, str]:
    """Return how everything in a database was defined, by its name."""
    with closing(sqlite3.connect(path)) as database:
        rows = database.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {name: " ".join(sql.split()) for name, sql in rows if name != "alembic_version"}


def test_migrations_and_schema_agree(empty_database: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    engine = create_engine(f"sqlite:///{made}")
    metadata.create_all(engine)
    engine.dispose()
    assert definitions(empty_database) == definitions(made)


def differences(url: str) -> Any:
    """Return what a migration would have to change."""
    engine = create_engine(url)
    is_postgres = engine.dialect.name == "postgresql"

    def includes(_: object, name: str | None, *__: object) -> bool:
        return is_postgres or name not in ("heads_with_run", "active_runs_by_owner")

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": includes})
        found = compare_metadata(context, metadata)
    engine.dispose()
    return found


def test_alembic_finds_nothing_left_to_do(path: Path, postgres_url: str) -> None:
    for url in (f"sqlite:///{path}", postgres_url.replace("postgresql:", "postgresql+psycopg:")):
        assert differences(url) == []


def test_the_ids_in_postgresql_have_the_order_of_their_bytes(
    postgres: PostgresServer, postgres_url: str
) -> None:
    collations = postgres.execute(
        "SELECT DISTINCT collation_name FROM information_schema.columns WHERE table_schema ="
        " 'public' AND data_type = 'text' AND table_name <> 'alembic_version'",
        postgres_url.rpartition("/")[2],
    )
    assert collations == [("C",)]


def test_processes_that_open_a_new_postgresql_database_at_once_migrate_it_once(
    postgres: PostgresServer, clock: SetClock
) -> None:
    name = postgres.create()
    with ThreadPoolExecutor() as threads:
        stores = list(threads.map(lambda _: PostgresStore(postgres.url(name), clock), range(4)))
    for store in stores:
        store.close()
    assert postgres.execute("SELECT version_num FROM alembic_version", name) == [(REVISIONS[-1],)]
    postgres.drop(name)


def test_the_known_revisions_are_those_of_the_files() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    revisions = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    assert revisions[::-1] == list(REVISIONS)


def test_opening_again_changes_nothing(path: Path, clock: SetClock) -> None:
    before = definitions(path)
    store = SqliteStore(path, clock)
    story = begin(store)
    store.close()
    store = SqliteStore(path, clock)
    with store.read() as reader:
        assert reader.network("net") == story.network
    store.close()
    assert definitions(path) == before


def test_a_database_at_the_head_is_opened_without_alembic(path: Path) -> None:
    code = (
        "import sys; from histories import SetClock;"
        "from storage import open_store; open_store(sys.argv[1], SetClock()).close();"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", code, f"sqlite:///{path}"], check=True, env=with_support()
    )


def test_a_new_database_is_made_by_the_migrations(tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "new.db"
    store = SqliteStore(path, clock)
    begin(store)
    store.close()
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [
            (REVISIONS[-1],)
        ]


def test_an_empty_file_is_a_new_database(tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "new.db"
    path.touch()
    SqliteStore(path, clock).close()
    assert "networks" in definitions(path)


def test_a_database_of_a_newer_version_is_refused(path: Path, clock: SetClock) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    before = path.read_bytes()
    for _ in range(2):
        with pytest.raises(CannotOpenStore, match=r"newer version of Clearprop .* 9999.*install"):
            SqliteStore(path, clock)
    assert path.read_bytes() == before


def test_a_database_of_another_program_is_refused(tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE songs (title TEXT)")
    with pytest.raises(CannotOpenStore, match="belongs to another program"):
        SqliteStore(path, clock)
    assert set(definitions(path)) == {"songs"}


def test_a_file_that_is_no_database_is_refused(tmp_path: Path, clock: SetClock) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("This is not a database. " * 100)
    with pytest.raises(CannotOpenStore, match="not a database"):
        SqliteStore(path, clock)
    assert path.read_text().startswith("This is not")


def test_a_migration_that_fails_leaves_nothing(
    tmp_path: Path, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "new.db"

    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(Operations, "create_index", fail)
        with pytest.raises(CannotOpenStore):
            SqliteStore(path, clock)
    assert definitions(path) == {}
    SqliteStore(path, clock).close()
    assert "networks" in definitions(path)
