"""The first tables."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from storage.column_types import ASSIGNED, TEXT, ColumnType

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables for networks, training sets and their history."""
    for name in ("networks", "training_sets"):
        op.create_table(
            name,
            _key("uid", TEXT),
            _column("id", TEXT),
            _column("deleted", sa.Boolean),
            _column("document", sa.LargeBinary),
            _column("crc", sa.BigInteger),
        )
        deleted = sa.column("deleted", sa.Boolean)
        op.create_index(
            f"living_{name}",
            name,
            ["id"],
            unique=True,
            sqlite_where=~deleted,
            postgresql_where=~deleted,
        )
        op.create_index(
            f"deleted_{name}",
            name,
            ["uid"],
            sqlite_where=deleted == sa.true(),
            postgresql_where=deleted == sa.true(),
        )
    op.create_table(
        "heads",
        _key("network_uid", TEXT),
        *(
            _column(number, sa.BigInteger)
            for number in (
                "latest_update",
                "active_run",
                "last_run",
                "last_event",
                "keyframe",
                "token",
                "crc",
            )
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "runs",
        _key("network_uid", TEXT),
        _key("number", sa.BigInteger),
        _column("state", TEXT),
        sa.Column("wanted_state", TEXT),
        _column("training_set_uid", TEXT),
        sa.Column("latest_cost", sa.LargeBinary),
        _column("document", sa.LargeBinary),
        _column("crc", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_index("runs_by_training_set", "runs", ["training_set_uid"])
    op.create_table(
        "run_events",
        _key("network_uid", TEXT),
        _key("at_update", sa.BigInteger),
        _key("number", sa.BigInteger),
        sa.Column("latest_cost", sa.LargeBinary),
        _column("document", sa.LargeBinary),
        _column("crc", sa.BigInteger),
        sqlite_with_rowid=False,
    )
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
        sa.Column("max_cost", sa.Double),
        _column("crc", sa.BigInteger),
        _column("costs", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "keyframes",
        _key("network_uid", TEXT),
        _key("at_update", sa.BigInteger),
        _column("crc", sa.BigInteger),
        _column("parameters", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "examples",
        _key("training_set_uid", TEXT),
        _column("crc", sa.BigInteger),
        _column("inputs", sa.LargeBinary),
        _column("targets", sa.LargeBinary),
    )
    op.create_table(
        "answers",
        sa.Column("number", ASSIGNED, primary_key=True),
        sa.Column("request_id", TEXT, nullable=False, unique=True),
        _column("create_time", sa.BigInteger),
        _column("digest", sa.LargeBinary),
        _column("content", sa.LargeBinary),
        _column("crc", sa.BigInteger),
    )


def _key(name: str, type_: ColumnType) -> sa.Column[Any]:
    return sa.Column(name, type_, primary_key=True, autoincrement=False)


def _column(name: str, type_: ColumnType) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False)
