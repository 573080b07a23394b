"""Executes statements on one connection of a database's driver.

SQLAlchemy builds the statements, and compiles each of them once; from there on the driver gets them
directly. Going through SQLAlchemy every time took longer than the commit: a statement that follows
an fsync finds the processor's caches cold, and then much Python costs five times as much as it does
in a loop.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor, Dialect
from sqlalchemy.sql.compiler import SQLCompiler

#: Values by the names of parameters.
Values = dict[str, Any]
#: What a SELECT returned, in the order of its columns.
Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in a database's SQL; the names of its parameters in order, None for by name."""

    sql: str
    order: tuple[str, ...] | None
    constants: Values


@dataclass(frozen=True, slots=True)
class Statements:
    """The statements of one database, each compiled when it is first executed.

    Drivers take and give bytes, str, int, float and None as they are, so nothing is converted.
    """

    dialect: Dialect
    _compiled: dict[ClauseElement, _Compiled] = field(default_factory=dict)

    def compiled(self, statement: ClauseElement, values: Values) -> _Compiled:
        """Return a statement as SQL; it must always be executed with the same names."""
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

    def execute(self, statement: ClauseElement, values: Values) -> DBAPICursor:
        """Execute a statement and return the driver's cursor; the next one takes it over."""
        compiled = self._statements.compiled(statement, values)
        if compiled.constants:
            values = compiled.constants | values
        if compiled.order is None:
            self._cursor.execute(compiled.sql, values)
        else:
            self._cursor.execute(compiled.sql, [values[name] for name in compiled.order])
        return self._cursor

    def row(self, statement: ClauseElement, values: Values) -> Row | None:
        """Return the first row that a statement finds."""
        row: Row | None = self.execute(statement, values).fetchone()
        return row

    def rows(self, statement: ClauseElement, values: Values) -> list[Row]:
        """Return all rows that a statement finds."""
        return list(self.execute(statement, values).fetchall())

    def change(self, statement: ClauseElement, values: Values) -> int:
        """Execute a statement that changes rows and return how many it found."""
        return int(self.execute(statement, values).rowcount)

    def control(self, sql: str) -> None:
        """Execute a statement that controls transactions."""
        self._cursor.execute(sql)
