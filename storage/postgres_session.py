"""Executes statements on a connection to PostgreSQL."""

from typing import cast

from sqlalchemy.engine.interfaces import DBAPIConnection

from storage.postgres_connections import Connection
from storage.session import Session, Statements


class PostgresSession(Session):
    """A session that waits for a transaction to end, and not for it to begin.

    What controls it is sent without the cursor, which would also forget all prepared statements
    after a ROLLBACK.
    """

    def __init__(self, connection: DBAPIConnection, statements: Statements) -> None:
        super().__init__(connection, statements)
        self._connection = cast("Connection", connection)

    def control(self, sql: str) -> str | None:
        """Send a statement that controls transactions; return the answer to a COMMIT.

        The errors of others are those of the next statement.
        """
        self._connection.send(sql)
        return self._connection.finish() if sql == "COMMIT" else None
