"""Packed costs, which versions of earlier revisions cannot read; their rows stay as they are."""

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Change nothing: the revision alone keeps earlier versions from the database."""
