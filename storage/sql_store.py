"""The base of the SQL stores: snapshots, and transactions for all queued work."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from random import uniform
from time import sleep
from typing import Any

from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import SQLAlchemyError

from storage import store_errors
from storage.merging import Group
from storage.purging import remove_piece
from storage.queued_store import QueuedStore, Work
from storage.reader_pool import ReaderPool
from storage.session import Session, Statements
from storage.sql_reader import SqlReader
from storage.sql_writer import SqlWriter
from training.error_kinds import ClearpropError
from training.ports import Clock, Reader, Writer
from training.update import Segment

_logger = logging.getLogger(__name__)

#: Seconds before the last attempt; earlier ones follow sooner.
_WAIT = 0.2


class _MustBeSaved(Exception):
    """One of several works has to be undone, which needs savepoints."""


@dataclass(frozen=True, slots=True)
class _Undoing:
    """The statements before and after a work, and those that undo it; None if it has none."""

    begin: tuple[str, ...] = ()
    undo: tuple[str, ...] | None = None
    end: tuple[str, ...] = ()


_SAVED = _Undoing(("SAVEPOINT work",), ("ROLLBACK TO work", "RELEASE work"), ("RELEASE work",))
_UNSAVED = _Undoing()


def _never(_: Exception) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Database:
    """Access to a database; its connections do not begin transactions automatically.

    `connect` opens the writing connection, `begin` is the statement that begins a transaction with
    the write lock; `readers` are the connections of snapshots; `errors` are the exceptions of the
    driver. For one of these, `is_damage` returns whether the database is corrupt, `is_of_disk`
    whether the disk failed, which ends the whole transaction, and `is_full` whether it is full.

    A database that others write, too, has more than one attempt: `is_undone` returns whether it
    undid the whole transaction, and `is_conflict` whether a work met what another process has just
    committed; both may succeed if they are repeated.
    """

    dialect: Dialect
    connect: Callable[[], DBAPIConnection]
    begin: str
    readers: ReaderPool
    errors: tuple[type[Exception], ...]
    is_damage: Callable[[Exception], bool]
    is_of_disk: Callable[[Exception], bool]
    is_full: Callable[[Exception], bool]
    attempts: int = 1
    is_undone: Callable[[Exception], bool] = _never
    is_conflict: Callable[[Exception], bool] = _never


class SqlStore(QueuedStore):
    """A store in a database; see training.ports.Store."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._statements = Statements(database.dialect)
        # Only the thread that writes uses it. It is opened before the first reader, which may not
        # create what readers and the writer share.
        self._connection: DBAPIConnection | None = database.connect()
        self._is_readable = True
        super().__init__()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Open a snapshot of what is committed at its first read.

        Raises StoreUnavailable, also within the block.
        """
        if self._closed:
            raise store_errors.closed()
        errors: tuple[type[Exception], ...] = (*self._database.errors, SQLAlchemyError)
        try:
            with self._database.readers.connection() as connection:
                yield self._reader(Session(connection, self._statements))
            self._is_readable = True
        except errors as error:
            if self._is_readable:
                _logger.exception("the database cannot be read")
            else:  # it is in the log already
                _logger.warning("the database still cannot be read: %s", error)
            self._is_readable = False
            raise self._error(error, store_errors.cannot_read()) from error

    def _remove_piece(self, writer: Writer) -> bool:
        assert isinstance(writer, SqlWriter)
        may_be_more = remove_piece(self._session(), self._clock.now())
        return may_be_more or writer.remove_expired_workers()

    def _living(self, reader: Reader) -> list[str]:
        assert isinstance(reader, SqlReader)
        return reader.living()

    def _replace(self, writer: Writer, group: Group, segment: Segment) -> None:
        assert isinstance(writer, SqlWriter)
        writer.replace(group, segment)

    def _transact(self, works: Sequence[Work[Any]]) -> set[str] | None:
        try:
            return self._do_in_transaction(works)
        except Exception as error:
            is_full = self._database.is_full(error)
            failure = store_errors.full() if is_full else store_errors.cannot_write()
            if self.is_writable:
                _logger.exception("the database cannot be written")
            else:  # it is in the log already
                _logger.warning("the database still cannot be written: %s", error)
            self._disconnect()
            for work in works:
                work.fail(failure)
            return None

    def _do_in_transaction(self, works: Sequence[Work[Any]]) -> set[str]:
        """Do all work in one transaction, and again if the database undid it before its COMMIT."""
        attempts_left, begin = self._database.attempts, self._database.begin
        # Savepoints take half the time of a large transaction in PostgreSQL. Where works can be
        # repeated, they are used only after one of several has failed.
        undoing = _SAVED if attempts_left == 1 else _UNSAVED
        if len(works) == 1:
            undoing = _Undoing(begin=(begin,), undo=("ROLLBACK",))
        while True:
            session = self._session()
            try:
                changed = self._attempt_all(works, session, attempts_left, undoing)
            except _MustBeSaved:
                session.control("ROLLBACK")
                undoing = _SAVED
            except Exception as error:
                if attempts_left == 1 or not self._database.is_undone(error):
                    raise
                _logger.info("a transaction is repeated: %s", str(error).partition("\n")[0])
                self._disconnect()
                # The other one must get the locks first, or both meet again.
                sleep(uniform(0.5, 1) * _WAIT / attempts_left)  # noqa: S311
                attempts_left -= 1
            else:
                if changed is None:
                    return set()
                self._commit(session)
                return changed

    def _attempt_all(
        self, works: Sequence[Work[Any]], session: Session, attempts_left: int, undoing: _Undoing
    ) -> set[str] | None:
        """Do all work in a transaction; return the uids of the networks that it changed.

        None if there is nothing to commit. Raises what `_attempt` raises.
        """
        if len(works) == 1:
            return self._attempt(works[0], session, attempts_left, undoing)
        session.control(self._database.begin)
        changed: set[str] = set()
        for work in works:
            changed |= self._attempt(work, session, attempts_left, undoing) or set()
        return changed

    def _attempt(
        self, work: Work[Any], session: Session, attempts_left: int, undoing: _Undoing
    ) -> set[str] | None:
        """Do one work; return the uids of the networks that it changed, None if it failed.

        Then it is undone alone. Raises the error of the driver if the whole transaction is
        lost, and _MustBeSaved if it cannot be undone alone.
        """
        is_first = attempts_left == self._database.attempts
        writer, changes = self._writer(session, is_first=is_first), session.changes
        for sql in undoing.begin:
            session.control(sql)
        try:
            self._perform(work, writer)
        except BaseException as error:
            if isinstance(error, Exception) and self._loses_all(error, attempts_left):
                raise
            if not isinstance(error, self._database.errors):
                self._undo(session, undoing, is_needed=session.changes > changes)
                work.fail(error)
                return None
            self._undo(session, undoing)
            if attempts_left > 1 and self._database.is_conflict(error):
                return self._attempt(work, session, attempts_left - 1, undoing)
            _logger.exception("the database refused to be written")
            work.fail(self._error(error, store_errors.cannot_write()))
            return None
        for sql in undoing.end:
            session.control(sql)
        self._done(writer)
        return writer.changed

    def _undo(self, session: Session, undoing: _Undoing, *, is_needed: bool = True) -> None:
        """Undo one work. Raises _MustBeSaved if that is needed and impossible.

        Some errors of a database end its transaction: then nothing can be undone, and this raises
        the error of the driver.
        """
        if undoing.undo is None and is_needed:
            raise _MustBeSaved
        for sql in undoing.undo or ():
            session.control(sql)

    def _loses_all(self, error: Exception, attempts_left: int) -> bool:
        """Return whether an error in a work ends the whole transaction."""
        is_repeated = attempts_left > 1 and self._database.is_undone(error)
        return is_repeated or self._database.is_of_disk(error)

    def _reader(self, session: Session) -> SqlReader:
        return SqlReader(session, self._clock)

    def _writer(self, session: Session, *, is_first: bool) -> SqlWriter:  # noqa: ARG002
        """Return a writer for a work, and for its first attempt if `is_first`."""
        return SqlWriter(session, self._clock)

    def _perform(self, work: Work[Any], writer: SqlWriter) -> None:
        """Do a work. Raises what it raises."""
        work.attempt(writer)

    def _done(self, writer: SqlWriter) -> None:
        """Note what a work has done whose transaction will be committed."""

    def _commit(self, session: Session) -> None:
        """Commit; if this raises, the outcome is unknown."""
        session.control("COMMIT")

    def _error(self, error: Exception, otherwise: ClearpropError) -> ClearpropError:
        """Return the error for callers for an error of the driver, without SQL and paths."""
        if self._database.is_damage(error):
            return store_errors.damaged("the database")
        return otherwise

    def _session(self) -> Session:
        if self._connection is None:
            self._connection = self._database.connect()
        return self._session_on(self._connection)

    def _session_on(self, connection: DBAPIConnection) -> Session:
        return Session(connection, self._statements)

    def _disconnect(self) -> None:
        """Close a connection whose state is unknown, and abandon its transaction."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _now(self) -> datetime:
        return self._clock.now()

    def _release(self) -> None:
        self._database.readers.close()
        self._disconnect()
