"""What optimizers remember, and the cost of the epoch under way."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make room in keyframes, runs and their events; the rows that are there stay as they are."""
    for table, column in (
        ("keyframes", "optimizer"),
        ("keyframes", "optimizer_values"),
        ("runs", "epoch_cost"),
        ("run_events", "epoch_cost"),
    ):
        op.add_column(table, sa.Column(column, sa.LargeBinary))
