"""Outlines of segments, which can be read without their costs and have their own CRC."""

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from alembic import op
from sqlalchemy import Connection

from storage.column_types import TEXT, ColumnType

revision = "0003"
down_revision = "0002"

#: The number of segments that are copied at once; each has up to 10 ms of costs.
_ROWS = 100

#: No row has this CRC: corrupt rows stay corrupt.
_NO_CRC = -1


def upgrade() -> None:
    """Rewrite the segments: their new columns are before the costs, to be read without them.

    This temporarily needs as much space again as the segments take.
    """
    op.rename_table("segments", "old_segments")
    op.create_table(
        "segments",
        _key("network_uid", TEXT),
        _key("first_update", sa.BigInteger),
        _column("update_count", sa.BigInteger),
        _column("kind", TEXT),
        _column("run", sa.BigInteger),
        _column("run_offset", sa.BigInteger),
        _column("commit_time", sa.BigInteger),
        sa.Column("min_cost", sa.Double),
        sa.Column("min_update", sa.BigInteger),
        sa.Column("max_cost", sa.Double),
        sa.Column("max_update", sa.BigInteger),
        _column("outline_crc", sa.BigInteger),
        _column("crc", sa.BigInteger),
        _column("costs", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    _copy(op.get_bind())
    op.drop_table("old_segments")


def _copy(connection: Connection) -> None:
    old = sa.table("old_segments", *map(sa.column, _OLD_COLUMNS))
    new = sa.table("segments", *map(sa.column, _NEW_COLUMNS))
    key = sa.tuple_(old.c.network_uid, old.c.first_update)
    everything = sa.select(old).order_by(old.c.network_uid, old.c.first_update).limit(_ROWS)
    statement = everything
    while rows := connection.execute(statement).all():
        connection.execute(new.insert(), [_with_outline(row) for row in rows])
        statement = everything.where(key > sa.tuple_(*rows[-1][:2]))


_OLD_COLUMNS = (
    "network_uid",
    "first_update",
    "update_count",
    "kind",
    "run",
    "run_offset",
    "commit_time",
    "min_cost",
    "max_cost",
    "crc",
    "costs",
)
_NEW_COLUMNS = (
    *_OLD_COLUMNS[:-3],
    "min_update",
    "max_cost",
    "max_update",
    "outline_crc",
    "crc",
    "costs",
)


def _with_outline(row: Sequence[Any]) -> dict[str, Any]:
    *fields, low, high, crc, costs = row
    first = fields[1]
    if not isinstance(costs, bytes) or crc != _checksum([*fields, low, high], costs):
        values = [*fields, low, None, high, None, _NO_CRC, crc, costs]
    else:
        numbers = np.frombuffer(costs, dtype="<f8")
        outline = [*fields]
        for cost in (low, high):
            where = None if cost is None else first + int(np.argmax(numbers == cost))
            outline += [cost, where]
        outline.append(_checksum(outline))
        values = [*outline, _checksum(outline, costs), costs]
    return dict(zip(_NEW_COLUMNS, values, strict=True))


def _checksum(fields: list[Any], blob: bytes = b"") -> int:
    return zlib.crc32(blob, zlib.crc32("\n".join(map(str, fields)).encode()))


def _key(name: str, type_: ColumnType) -> sa.Column[Any]:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _column(name: str, type_: ColumnType) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)
