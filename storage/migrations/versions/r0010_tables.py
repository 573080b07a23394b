"""Tables and preparations, which are parts of documents.

An earlier version would train on their examples as they are, so it must not open such a database.
"""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Change nothing: earlier documents have neither."""
