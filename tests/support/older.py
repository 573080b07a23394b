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


#: The rows that the code of revision 0004 wrote before records had versions: every kind of network,
#: run, event, training set, optimizer and answer. Run 3 of network `net` is paused.
REVISION_0004 = Path(__file__).with_name("revision_0004.sql")


def make_revision_0004(path: Path) -> None:
    """Make a database as the code of revision 0004 left it."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(REVISION_0004.read_text())
