"""Workers and the runs that they own.

Servers of revision 0010 may still write while this is added: they leave the new columns NULL.
"""

import sqlalchemy as sa
from alembic import op

from storage.column_types import TEXT

revision = "0011"
down_revision = "0010"

_NUMBERS = [
    ("segments", "costs"),
    ("keyframes", "parameters"),
    ("keyframes", "optimizer_values"),
]


def upgrade() -> None:
    """Create the table of leases; add the owner of each run, and the time of its claim."""
    op.create_table(
        "workers",
        sa.Column("name", TEXT, primary_key=True, autoincrement=False),
        sa.Column("expire_time", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.add_column("runs", sa.Column("owner", TEXT))
    op.add_column("runs", sa.Column("claim_time", sa.BigInteger))
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "heads_with_run",
            "heads",
            ["network_uid"],
            postgresql_where=sa.column("active_run", sa.BigInteger) > 0,
        )
        # Numbers that hardly can be compressed: trying it took two thirds of PostgreSQL's time.
        for table, column in _NUMBERS:
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL")
