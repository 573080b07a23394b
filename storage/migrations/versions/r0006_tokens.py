"""Tokens of callers, without their secrets."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import TEXT

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the table of tokens."""
    op.create_table(
        "tokens",
        sa.Column("name", TEXT, primary_key=True, autoincrement=False),
        sa.Column("scope", TEXT, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("create_time", sa.BigInteger, nullable=False),
        sa.Column("expire_time", sa.BigInteger),
        sa.Column("crc", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
