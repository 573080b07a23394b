"""The audit log."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import ASSIGNED, TEXT

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the table of audit entries."""
    op.create_table(
        "audit_entries",
        sa.Column("number", ASSIGNED, primary_key=True),
        sa.Column("first_time", sa.BigInteger, nullable=False),
        sa.Column("last_time", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.BigInteger, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("principal", "address")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("method", "resource")),
        sa.Column("run", sa.BigInteger, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("request_id", "code")),
        sa.Column("crc", sa.BigInteger, nullable=False),
    )
