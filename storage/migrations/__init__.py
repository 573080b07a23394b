"""Migrates a database to the tables of storage.schema, in one transaction."""

import sqlalchemy as sa
from sqlalchemy import Connection

from storage.errors import CannotOpenStore

#: The revisions in `versions`, oldest first.
REVISIONS = tuple(f"{number:04}" for number in range(1, 15))


#: The table of a database into which not all rows of another one have been copied yet.
INCOMPLETE = "incomplete_copy"


def migrate(connection: Connection) -> None:
    """Create or change the tables if necessary, within the transaction of the caller.

    Raises CannotOpenStore for a database of another program, or of a newer version.
    """
    revision = revision_of(connection)
    if INCOMPLETE in sa.inspect(connection).get_table_names():
        raise CannotOpenStore("the database is an incomplete copy: repeat clearprop copy")
    if revision == REVISIONS[-1]:
        return
    if revision is not None:
        require_known(revision)
    # Not at the top: the import takes a large part of the start of a server.
    from alembic.command import upgrade  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    upgrade(config, "head")


def require_known(revision: str | None) -> str:
    """Return a revision that this version can read. Raises CannotOpenStore for a newer one."""
    if revision not in REVISIONS:
        raise CannotOpenStore(
            f"the database was written by a newer version of Clearprop (its revision is {revision},"
            f" this version supports up to {REVISIONS[-1]}): install that version"
        )
    return revision


def revision_of(connection: Connection) -> str | None:
    """Return the database's revision, None for an empty one.

    Raises CannotOpenStore for a database of another program.
    """
    tables = sa.inspect(connection).get_table_names()
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise CannotOpenStore("the database belongs to another program: use another database")
    version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    return str(version)
