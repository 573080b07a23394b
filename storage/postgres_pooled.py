"""Snapshots through a pooler in transaction mode, such as PgBouncer.

Each transaction may be in another session of the database. So nothing is set, prepared or known for
longer than a transaction: each begins with all of it, in one round trip.
"""

from functools import partial
from typing import Any, cast

import psycopg
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError

from storage.errors import CannotOpenStore
from storage.postgres_connections import (
    BEGIN_READ,
    READING,
    Connection,
    PostgresReaderPool,
    connect,
    opened,
)
from storage.timelines import Timelines

_BEGIN = f"{BEGIN_READ}; SET LOCAL jit = off; {READING.replace('SET ', 'SET LOCAL ')};"

#: What is set here is visible in another connection only if a session is not kept.
_PROBE = "clearprop.session"


class PooledReaderPool(PostgresReaderPool):
    """Connections to a pooler, whose transactions are snapshots."""

    def __init__(self, url: str, size: int, timelines: Timelines) -> None:
        """Open at most `size` connections; more readers wait."""
        super().__init__(partial(_connect, url), size, timelines)

    def _begin_snapshot(self, connection: DBAPIConnection, *_: object) -> None:
        try:
            self._timelines.of(cast("Connection", connection), _BEGIN)
        except psycopg.OperationalError as error:
            raise InvalidatePoolError(str(error)) from error


def _connect(url: str) -> DBAPIConnection:
    connection = opened(url)
    connection.prepare_threshold = None
    return cast("DBAPIConnection", connection)


def require_session(url: str) -> None:
    """Raise CannotOpenStore if a URL leads to a pooler that does not keep sessions.

    Without a pooler, this is one round trip. Raises psycopg.Error.
    """
    with connect(url) as connection:
        (process,) = _row(connection, "SELECT pg_backend_pid()")
        if process == connection.info.backend_pid:
            return
        mark = f"{connection.info.backend_pid}-{process}"
        _row(connection, f"SELECT set_config('{_PROBE}', '{mark}', false)")
        with connect(url) as other:
            seen = _row(other, f"SELECT current_setting('{_PROBE}', true)")
            kept = _row(connection, f"SELECT current_setting('{_PROBE}', true)")
        if seen == (mark,) or kept != (mark,):
            raise CannotOpenStore(
                "the database is behind a pooler in transaction mode: set --direct-database to a"
                " URL that leads to PostgreSQL itself"
            )


def _row(connection: psycopg.Connection[Any], sql: str) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = connection.execute(sql.encode()).fetchone()
    assert row is not None  # of a SELECT without FROM
    return tuple(row)
