"""Executes statements on one connection of a database driver.

SQLAlchemy builds the statements and compiles each of them once; the driver then executes them
directly. Executing through SQLAlchemy took longer than the commit: after an fsync the caches of the
processor are cold, and the same Python code takes five times as long as in a loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

#: Values by the names of parameters.
Values = dict[str, Any]
#: A row of a SELECT, in the order of its columns.
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement as SQL, with the names of its parameters in order; None if they are by name."""

    sql: str
    order: tuple[str, ...] | None
    constants: Values


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one database, each compiled when it is first executed.

    Drivers accept and return bytes, str, int, float and None, so nothing is converted.
    """

    dialect: Dialect
    _compiled: dict[ClauseElement, _Compiled] = field(default_factory=dict)

    def compiled(self, statement: ClauseElement, values: Values) -> _Compiled:
        """Return a statement as SQL; it must always be executed with the same parameter names."""
        found = self._compiled.get(statement)
        if found is None:
            compiled = statement.compile(dialect=self.dialect, column_keys=list(values))
            assert isinstance(compiled, SQLCompiler)
            order = tuple(compiled.positiontup or ()) if compiled.positional else None
            constants = {
                name: value for name, value in compiled.params.items() if name not in values
            }
            found = self._compiled[statement] = _Compiled(str(compiled), order, constants)
        return found


class Session:
    """One connection, used by one thread at a time."""

    def __init__(self, connection: DBAPIConnection, statements: Statements) -> None:
        self._cursor = connection.cursor()
        self._statements = statements
        #: How many rows were changed.
        self.changes = 0

    def execute(self, statement: ClauseElement, values: Values) -> DBAPICursor:
        """Execute a statement and return the cursor, which the next statement reuses."""
        compiled = self._statements.compiled(statement, values)
        if compiled.constants:
            values = compiled.constants | values
        if compiled.order is None:
            self._cursor.execute(compiled.sql, values)
        else:
            self._cursor.execute(compiled.sql, [values[name] for name in compiled.order])
        return self._cursor

    def row(self, statement: ClauseElement, values: Values) -> Row | None:
        """Return the first row of the result of a statement."""
        row: Row | None = self.execute(statement, values).fetchone()
        return row

    def rows(self, statement: ClauseElement, values: Values) -> list[Row]:
        """Return all rows of the result of a statement."""
        return list(self.execute(statement, values).fetchall())

    def change(self, statement: ClauseElement, values: Values) -> int:
        """Execute a statement that changes rows, and return how many it matched."""
        matched = int(self.execute(statement, values).rowcount)
        self.changes += matched
        return matched

    def changed_row(self, statement: ClauseElement, values: Values) -> Row | None:
        """Return the first row of the result of a statement that changes the rows it returns."""
        row = self.row(statement, values)
        self.changes += row is not None
        return row

    def control(self, sql: str) -> str | None:
        """Execute a statement that controls transactions, and return the answer of a driver."""
        self._cursor.execute(sql)
        return getattr(self._cursor, "statusmessage", None)
