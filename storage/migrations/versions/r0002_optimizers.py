"""Optimizer state, and the cost of the current epoch."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add columns to keyframes, runs and their events; existing rows are unchanged."""
    for table, column in (
        ("keyframes", "optimizer"),
        ("keyframes", "optimizer_values"),
        ("runs", "epoch_cost"),
        ("run_events", "epoch_cost"),
    ):
        op.add_column(table, sa.Column(column, sa.LargeBinary))
