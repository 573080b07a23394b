"""Weights of examples."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add a column; NULL means that all weights are 1."""
    op.add_column("examples", sa.Column("weights", sa.LargeBinary))
