"""Looks at a PostgreSQL database without changing it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import psycopg
from sqlalchemy.exc import SQLAlchemyError

from storage.errors import CannotOpenStore
from storage.migrations import REVISIONS, require_known, revision_of
from storage.postgres import postgres_engine
from storage.postgres_connections import shown_cause
from storage.postgres_pooled import require_session
from storage.urls import without_password

#: The settings without which the server may lose what it has acknowledged.
_DURABILITY: Final = ("fsync", "full_page_writes", "synchronous_commit")

_STANDBYS: Final = "SELECT count(*) FROM pg_stat_replication"


@dataclass(frozen=True, slots=True)
class InspectedPostgres:
    """A database: the version of its server, its revision, and settings of the server by name.

    `revision` is None if the database is empty. `standbys` is how many are connected, and
    `synchronous_standbys` which of them a commit waits for, empty for none.
    """

    version: str
    revision: str | None
    durability: Mapping[str, str]
    standbys: int
    synchronous_standbys: str

    @property
    def is_migrated(self) -> bool:
        """Whether its tables are those of this version."""
        return self.revision == REVISIONS[-1]


def inspect_postgres(url: str) -> InspectedPostgres:
    """Return what is found at the URL of a database.

    Raises CannotOpenStore if it cannot be reached, or belongs to another program or version.
    """
    try:
        require_session(url)
        with postgres_engine(url).connect() as connection:
            revision = revision_of(connection)
            found = {
                name: str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
                for name in ("server_version", "synchronous_standby_names", *_DURABILITY)
            }
            standbys = int(connection.exec_driver_sql(_STANDBYS).scalar_one())
    except (psycopg.Error, SQLAlchemyError, ValueError) as error:
        raise CannotOpenStore(
            f"cannot open the database {without_password(url)}: {shown_cause(error)}"
        ) from None
    if revision is not None:
        require_known(revision)
    version = found.pop("server_version").split()[0]
    names = found.pop("synchronous_standby_names").strip()
    return InspectedPostgres(version, revision, found, standbys, names)
