"""A large database as an early version left it, for migrations."""

import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import create_engine

#: The rows that the code of revision 0001 wrote, among them those of one network.
ROWS = Path(__file__).parents[1] / "tests" / "support" / "revision_0001.sql"

_UID = "d095b06ccfa24115b6923b8fbf5d2bfe"
_LATEST = 13  # its latest update, of run 2
_SEGMENT = 1_000  # updates
_COPIED = ("networks", "heads", "runs", "run_events", "segments", "keyframes")


def make_older_store(path: Path, networks: int, updates: int) -> None:
    """Create a database of revision 0001 with copies of one network, each with more updates."""
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, "0001")
    engine.dispose()
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(ROWS.read_text())
        for number in range(networks):
            _copy(database, f"{number:032x}", f"net-{number}", updates)
        database.commit()


def _copy(database: sqlite3.Connection, uid: str, network: str, updates: int) -> None:
    for table in _COPIED:
        key = "uid" if table == "networks" else "network_uid"
        found = database.execute(f"SELECT * FROM {table} WHERE {key} = ?", [_UID])  # noqa: S608
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found]
        for row in rows:
            row[key] = uid
            if "document" in row:
                row["document"] = row["document"].replace(_UID.encode(), uid.encode())
            if table == "networks":
                row["id"] = network
                row["document"] = row["document"].replace(b'"net"', f'"{network}"'.encode())
            if table == "heads":
                row["latest_update"] += updates
        if table == "segments":
            rows += _segments(uid, updates)
        values = [tuple(_with_crc(table, row).values()) for row in rows]
        places = ", ".join("?" * len(names))
        database.executemany(f"INSERT INTO {table} VALUES ({places})", values)  # noqa: S608


def _segments(uid: str, updates: int) -> Iterator[dict[str, Any]]:
    for first in range(_LATEST + 1, _LATEST + 1 + updates, _SEGMENT):
        count = min(_SEGMENT, _LATEST + 1 + updates - first)
        costs = 1 / np.arange(first, first + count, dtype="<f8")
        yield {
            "network_uid": uid,
            "first_update": first,
            "update_count": count,
            "kind": "GRADIENT",
            "run": 2,
            "run_offset": first - 7,
            "commit_time": 1_767_323_045_678_901,
            "min_cost": float(costs.min()),
            "max_cost": float(costs.max()),
            "crc": 0,
            "costs": costs.tobytes(),
        }


#: The columns that the CRC of a row covers: those before the BLOBs, and the BLOBs.
_COVERED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "networks": (("uid",), ("document",)),
    "runs": (
        ("network_uid", "number", "state", "training_set_uid"),
        ("document", "latest_cost"),
    ),
    "run_events": (("network_uid", "at_update", "number"), ("document", "latest_cost")),
    "keyframes": (("network_uid", "at_update"), ("parameters",)),
}


def _with_crc(table: str, row: dict[str, Any]) -> dict[str, Any]:
    fields, blobs = _COVERED.get(table, ((), ()))
    if not fields:
        blobs = ("costs",) if table == "segments" else ()
        fields = tuple(name for name in row if name not in ("crc", *blobs))
    crc = zlib.crc32("\n".join(str(row[name]) for name in fields).encode())
    for name in blobs:
        crc = zlib.crc32(row[name] or b"", crc)
    return row | {"crc": crc}
