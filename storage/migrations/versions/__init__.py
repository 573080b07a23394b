"""One file for each revision, loaded by Alembic. What was released is never changed."""
