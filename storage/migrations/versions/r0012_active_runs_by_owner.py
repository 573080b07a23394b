"""An index of active runs by their owner, so that looking for runs without one does not read all.

Workers of revision 0011 may still claim while this is added: they do not use it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the index in PostgreSQL. In SQLite one process has all runs."""
    if op.get_bind().dialect.name == "postgresql":
        op.create_index(
            "active_runs_by_owner",
            "runs",
            ["owner", sa.text("claim_time NULLS FIRST"), "network_uid"],
            postgresql_where=sa.text("state = 'PENDING' OR state = 'RUNNING'"),
        )
