"""Upgrades: how long the database of an early version takes to be migrated."""

import tempfile
import time
from pathlib import Path

from bench.older_store import make_older_store
from bench.peers.compiling import BUILD
from bench.report import Row

_NETWORKS, _UPDATES = 1_000, 10_000


def rows() -> list[Row]:
    """Measure the migration of 1,000 networks with 10,000,000 updates, in one transaction."""
    # Here, not above: only this part of the bench opens a store itself.
    from service.clock import SystemClock  # noqa: PLC0415
    from storage.sqlite import SqliteStore  # noqa: PLC0415

    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        path = Path(name) / "older.db"
        make_older_store(path, _NETWORKS, _UPDATES)
        size = path.stat().st_size
        begin = time.perf_counter()
        SqliteStore(path, SystemClock()).close()
        seconds = time.perf_counter() - begin
    work = f"first start after an upgrade: {_NETWORKS:,} networks, {_NETWORKS * _UPDATES:,} updates"
    ours = f"{seconds:.1f} s for {size / 2**20:,.0f} MiB of revision 0001"
    return [Row(work, ours, "", f"{size / 2**20 / seconds:.0f} MiB/s", "", None)]
