"""Executes statements as `storage.session` does, but with blocking calls of libpq.

A client of its own machine has a processor that waits for the answer. Hundreds of simulated workers
share those of the database: with cursors, they took three times as much of them as it did.
"""

import re
from typing import Any, cast

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus, Format
from psycopg.pq.abc import PGresult
from sqlalchemy import ClauseElement
from sqlalchemy.engine.interfaces import DBAPIConnection

from storage.session import Row, Session, Statements, Values

_PARAMETER = re.compile(r"%\((\w+)\)s")
_FINE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class BlockingSession(Session):
    """One connection, used by one thread at a time."""

    def __init__(self, connection: DBAPIConnection, statements: Statements) -> None:
        super().__init__(connection, statements)
        self._connection = cast("psycopg.Connection[Any]", connection)
        self._converting = Transformer(self._connection)
        self._prepared: dict[ClauseElement, tuple[bytes, tuple[str, ...]]] = {}

    def row(self, statement: ClauseElement, values: Values) -> Row | None:
        """Return the first row of the result of a statement."""
        return next(iter(self.rows(statement, values)), None)

    def rows(self, statement: ClauseElement, values: Values) -> list[Row]:
        """Return all rows of the result of a statement."""
        result = self._result(statement, values)
        self._converting.set_pgresult(result)
        return list(self._converting.load_rows(0, result.ntuples, tuple))

    def change(self, statement: ClauseElement, values: Values) -> int:
        """Execute a statement that changes rows, and return how many it matched."""
        return self._result(statement, values).command_tuples or 0

    def control(self, sql: str) -> str | None:
        """Execute a statement that controls transactions."""
        self._checked(self._connection.pgconn.exec_(sql.encode()))
        return None

    def _result(self, statement: ClauseElement, values: Values) -> PGresult:
        compiled = self._statements.compiled(statement, values)
        values = compiled.constants | values
        known = self._prepared.get(statement)
        names = (
            known[1] if known else tuple(dict.fromkeys(re.findall(r"%\((\w+)\)s", compiled.sql)))
        )
        given = self._converting.dump_sequence(
            [values[name] for name in names], [PyFormat.AUTO] * len(names)
        )
        types, formats = self._converting.types, self._converting.formats
        if known is None:
            known = self._prepared[statement] = f"s{len(self._prepared)}".encode(), names
            places = {name: f"${place}" for place, name in enumerate(names, 1)}
            sql = _PARAMETER.sub(lambda found: places[found[1]], compiled.sql)
            self._checked(self._connection.pgconn.prepare(known[0], sql.encode(), types))
        return self._checked(
            self._connection.pgconn.exec_prepared(
                known[0],
                given,  # type: ignore[arg-type] # None is NULL
                formats,
                Format.BINARY,
            )
        )

    def _checked(self, result: PGresult) -> PGresult:
        if result.status not in _FINE:
            raise psycopg.errors.error_from_result(result)
        return result
