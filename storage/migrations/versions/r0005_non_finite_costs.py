"""The first update of each run with a cost that is infinite or NaN."""

import json
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

revision = "0005"
down_revision = "0004"

_SEGMENT_FIELDS = (
    "network_uid",
    "first_update",
    "update_count",
    "kind",
    "run",
    "run_offset",
    "commit_time",
    "min_cost",
    "min_update",
    "max_cost",
    "max_update",
    "outline_crc",
)
#: The tables with documents of runs, the columns of their keys, and those that the CRC covers too.
_RUN_TABLES = (
    ("runs", ("network_uid", "number"), ("network_uid", "number", "state", "training_set_uid")),
    (
        "run_events",
        ("network_uid", "at_update", "number"),
        ("network_uid", "at_update", "number"),
    ),
)


def upgrade() -> None:
    """Add the number to the documents of runs with such costs, and of their events."""
    connection = op.get_bind()
    found: dict[tuple[str, int], int] = {}
    for uid, run, update in _non_finite(connection):
        found.setdefault((uid, run), update)
    for uid in {uid for uid, _ in found}:
        for table, key, fields in _RUN_TABLES:
            _change(connection, sa.table(table, *map(sa.column, _columns(fields))), key, uid, found)


def _columns(fields: Sequence[str]) -> tuple[str, ...]:
    return (*fields, "latest_cost", "document", "crc", "epoch_cost")


def _non_finite(connection: Connection) -> Iterator[tuple[str, int, int]]:
    """Yield the network, the run and the first such update of segments, in order."""
    segments = sa.table("segments", *map(sa.column, (*_SEGMENT_FIELDS, "crc", "costs")))
    order = (segments.c.network_uid, segments.c.first_update)
    for row in connection.execute(sa.select(segments).where(segments.c.run > 0).order_by(*order)):
        *fields, crc, costs = row
        if isinstance(costs, bytes) and crc == _checksum(fields, costs):
            (indices,) = np.nonzero(~np.isfinite(np.frombuffer(costs, dtype="<f8")))
            if indices.size:
                uid, first, _, _, run, *_ = fields
                yield uid, run, first + int(indices[0])


def _change(
    connection: Connection,
    table: sa.TableClause,
    key: Sequence[str],
    uid: str,
    found: dict[tuple[str, int], int],
) -> None:
    """Change the rows of one network; damaged rows are left unchanged."""
    rows = connection.execute(sa.select(table).where(table.c.network_uid == uid)).all()
    for *fields, cost, document, crc, epoch_cost in rows:
        blobs = (cost or b"", epoch_cost or b"")
        are_bytes = all(isinstance(blob, bytes) for blob in (document, *blobs))
        if not are_bytes or crc != _checksum(fields, document, *blobs):
            continue
        run = json.loads(document)
        update = found.get((uid, run["number"]))
        if update is None or run["latest_update"] < update:
            continue
        run["non_finite_cost"] = update
        changed = json.dumps(run, separators=(",", ":")).encode()
        names = [column.name for column in table.c]
        where = [table.c[name] == fields[names.index(name)] for name in key]
        values = {"document": changed, "crc": _checksum(fields, changed, *blobs)}
        connection.execute(table.update().where(*where).values(values))


def _checksum(fields: Sequence[Any], *blobs: bytes) -> int:
    crc = zlib.crc32("\n".join(map(str, fields)).encode())
    for blob in blobs:
        crc = zlib.crc32(blob, crc)
    return crc
