"""Databases as earlier versions filled them."""

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic.command import upgrade
from alembic.config import Config
from sqlalchemy import create_engine

#: The rows that the code of revision 0001 wrote: network `net`, 2-5-1 with seed 7, on xor with a
#: batch size of 3; its run 1, of 6 updates, is over, its run 2 is paused after 7 of 134.
ROWS = Path(__file__).with_name("revision_0001.sql")


def make_revision_0001(path: Path) -> None:
    """Make a database with the tables of revision 0001 alone, and the rows of its time."""
    engine = create_engine(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        upgrade(config, "0001")
        for statement in ROWS.read_text().splitlines():
            connection.exec_driver_sql(statement)
    engine.dispose()


SUPPORT = Path(__file__).parent

#: The rows that the code of two revisions wrote: every kind of network, run, event, training set,
#: optimizer and answer. The first is the one before records had versions, the second the one before
#: validations, with a token and audit entries. A file beside the rows has the calls that were made,
#: what a repetition of each was answered, and how runs that are paused end with the same code.
REVISION_0004, REVISION_0007 = (SUPPORT / f"revision_{name}.sql" for name in ("0004", "0007"))


def make_revision(rows: Path, path: Path) -> None:
    """Make a database as the code of a revision left it."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(rows.read_text())
