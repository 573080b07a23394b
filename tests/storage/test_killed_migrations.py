"""A migration that is killed at any moment leaves the old database or the new one."""

import random
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from histories import SetClock, with_support
from promises import Promise, rounds

from bench.older_store import make_older_store
from storage.migrations import REVISIONS
from storage.sqlite import SqliteStore
from storage.verifying import verify_stopped

NETWORKS, UPDATES = 30, 3_000

#: Opens a store after a line that says so: what is imported before takes longer than migrating.
OPENING = (
    "import sys, alembic.command; from histories import SetClock; from pathlib import Path;"
    "from storage.sqlite import SqliteStore; print(flush=True);"
    "SqliteStore(Path(sys.argv[1]), SetClock()).close()"
)


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of a copy of a database, by table; the revision is one of them."""
    copy = path.with_name("copied.db")
    for end in ("", "-wal"):
        if Path(f"{path}{end}").exists():
            shutil.copyfile(f"{path}{end}", f"{copy}{end}")
    with closing(sqlite3.connect(copy)) as database:
        (found,) = database.execute("PRAGMA integrity_check").fetchone()
        assert found == "ok"
        tables = database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        rows = {name: list(database.execute(f"SELECT * FROM {name}")) for (name,) in tables}  # noqa: S608
    for end in ("", "-wal", "-shm"):
        Path(f"{copy}{end}").unlink(missing_ok=True)
    return rows


def test_a_migration_that_is_killed_is_complete_or_has_not_happened(
    tmp_path: Path, promise: Promise
) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    make_older_store(old, NETWORKS, UPDATES)
    shutil.copyfile(old, new)
    begin = time.monotonic()
    SqliteStore(new, SetClock()).close()
    seconds = time.monotonic() - begin
    before, after = rows_of(old), rows_of(new)
    assert before["alembic_version"] == [("0001",)]
    assert after["alembic_version"] == [(REVISIONS[-1],)]
    found = verify_stopped(new)
    assert (found.networks, found.updates) == (NETWORKS + 2, NETWORKS * (14 + UPDATES) + 14 + 1)

    moments = random.Random(5)
    kills = migrated = 0
    path = tmp_path / "killed.db"
    shutil.copyfile(old, path)
    for _ in range(rounds(3, 100)):
        command = [sys.executable, "-c", OPENING, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=with_support()) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.uniform(0, 1.5 * seconds))
            process.kill()
        kills += 1
        left = rows_of(path)
        assert left in (before, after)
        if left == after:
            migrated += 1
            for end in ("", "-wal", "-shm"):
                Path(f"{path}{end}").unlink(missing_ok=True)
            shutil.copyfile(old, path)
    SqliteStore(path, SetClock()).close()
    assert rows_of(path) == after
    promise("a killed migration is complete or has not happened", kills=kills, migrated=migrated)
