"""The earliest kept update of a network, in its head."""

import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.column_types import TEXT

revision = "0004"
down_revision = "0003"

#: No row has this CRC: corrupt rows stay corrupt.
_NO_CRC = -1

_FACTS = (
    "network_uid",
    "latest_update",
    "active_run",
    "last_run",
    "last_event",
    "keyframe",
    "token",
)


def upgrade() -> None:
    """Rewrite the heads, one row for each network: all of their history is kept."""
    op.rename_table("heads", "old_heads")
    op.create_table(
        "heads",
        sa.Column("network_uid", TEXT, primary_key=True, autoincrement=False),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in _FACTS[1:]),
        sa.Column("earliest_update", sa.BigInteger, nullable=False),
        sa.Column("crc", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    connection = op.get_bind()
    old = sa.table("old_heads", *map(sa.column, (*_FACTS, "crc")))
    new = sa.table("heads", *map(sa.column, (*_FACTS, "earliest_update", "crc")))
    for row in connection.execute(sa.select(old)).all():
        connection.execute(new.insert(), _with_earliest(row))
    op.drop_table("old_heads")


def _with_earliest(row: Sequence[Any]) -> dict[str, Any]:
    *facts, crc = row
    values = [*facts, 0]
    new_crc = _checksum(values) if crc == _checksum(facts) else _NO_CRC
    return dict(zip((*_FACTS, "earliest_update", "crc"), [*values, new_crc], strict=True))


def _checksum(fields: list[Any]) -> int:
    return zlib.crc32("\n".join(map(str, fields)).encode())
