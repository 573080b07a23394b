"""Reading and changing rows in one transaction; the base of readers and writers with SQL."""

from collections.abc import Callable
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy import ClauseElement, bindparam, select

from storage import codec, rows, store_errors
from storage.schema import heads
from storage.session import Row, Session
from training.network import Network
from training.ports import Clock
from training.run import Run
from training.training_set import TrainingSet
from training.update import Head

T = TypeVar("T")

# Who changes a network in several steps locks its head first, and then other rows. SQLite has only
# one writer, and compiles this to a SELECT.
_LOCK_HEAD = (
    select(*rows.HEAD_COLUMNS)
    .where(heads.c.network_uid == bindparam("at_uid", type_=sa.Text))
    .with_for_update()
)


class RowReading:
    """Reads rows, and raises DamagedHistory for those that are corrupt."""

    def __init__(self, session: Session, clock: Clock) -> None:
        self._session = session
        self._clock = clock

    def _rows(self, statement: ClauseElement, **values: object) -> list[Row]:
        return self._session.rows(statement, values)

    def _row(self, statement: ClauseElement, **values: object) -> Row | None:
        return self._session.row(statement, values)

    def _count(self, statement: ClauseElement, **values: object) -> int:
        row = self._row(statement, **values)
        assert row is not None  # a count always returns a row
        return int(row[0])

    def _found_head(self, uid: str, row: Row | None) -> Head:
        if row is None:
            raise store_errors.no_network_uid(uid)
        return self._intact(rows.head, row, "the head of a network", uid=uid)

    def _found_set(self, set_id: str, row: Row | None) -> TrainingSet:
        if row is None:
            raise store_errors.no_training_set(set_id)
        return self._training_set(row)

    def _network(self, row: Row) -> Network:
        return self._intact(rows.network, row, "a network", uid=row[0])

    def _run(self, row: Row) -> Run:
        return self._intact(rows.run, row, "a run", uid=row[0], run=row[1])

    def _training_set(self, row: Row) -> TrainingSet:
        return self._intact(rows.training_set, row, "a training set", uid=row[0])

    def _intact(self, read: Callable[[Row], T], row: Row, what: str, **metadata: object) -> T:
        try:
            return read(row)
        except codec.NotAsWritten as error:
            raise store_errors.damaged(what, **metadata) from error


class RowWriting(RowReading):
    """Changes rows, and notes the uids of the networks that have `changed`."""

    def __init__(self, session: Session, clock: Clock) -> None:
        super().__init__(session, clock)
        self.changed: set[str] = set()

    def _change(self, statement: ClauseElement, **values: object) -> bool:
        """Execute an UPDATE or a DELETE, and return whether it matched a row."""
        return self._session.change(statement, values) > 0

    def _lock_head(self, uid: str) -> Row | None:
        """Return the row of a head, which no other process changes before the transaction ends."""
        return self._row(_LOCK_HEAD, at_uid=uid)
