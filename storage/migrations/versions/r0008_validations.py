"""Validations of runs."""

import sqlalchemy as sa
from alembic import op

from storage.column_types import TEXT

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add columns; NULL means a run without a validation."""
    op.add_column("segments", sa.Column("validations", sa.LargeBinary))
    op.add_column("runs", sa.Column("validation_set_uid", TEXT))
    op.create_index("runs_by_validation_set", "runs", ["validation_set_uid"])
