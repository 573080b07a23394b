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
from training.errors import ClearpropError
from training.ports import Clock, Reader, Writer
from training.update import Segment

_logger = logging.getLogger(__name__)

#: Seconds before the last attempt; earlier ones follow sooner.
_WAIT = 0.2

#: Undoes one of several works in a transaction.
_TO_SAVEPOINT = ("ROLLBACK TO work", "RELEASE work")


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
        except errors as error:
            _logger.exception("the database cannot be read")
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
        for attempts_left in range(self._database.attempts, 0, -1):
            session = self._session()
            try:
                session.control(self._database.begin)
                is_alone = len(works) == 1
                changed: set[str] = set()
                for work in works:
                    changed |= self._attempt(work, session, attempts_left, is_alone=is_alone)
            except Exception as error:
                if attempts_left == 1 or not self._database.is_undone(error):
                    raise
                _logger.info("a transaction is repeated: %s", str(error).partition("\n")[0])
                self._disconnect()
                # The other one must get the locks first, or both meet again.
                sleep(uniform(0.5, 1) * _WAIT / attempts_left)  # noqa: S311
            else:
                self._commit(session)
                return changed
        raise AssertionError  # the last attempt returns or raises

    def _attempt(
        self, work: Work[Any], session: Session, attempts_left: int, *, is_alone: bool
    ) -> set[str]:
        """Do one work; return the uids of the networks that it changed.

        It is undone alone if it fails: to its savepoint, which one that is alone in its transaction
        does not need. Raises the error of the driver if the whole transaction is lost.
        """
        writer = self._writer(session)
        if not is_alone:
            session.control("SAVEPOINT work")
        try:
            work.attempt(writer)
        except BaseException as error:
            if isinstance(error, Exception) and self._loses_all(error, attempts_left):
                raise
            # Some errors of a database end its transaction: then nothing can be undone, and this
            # raises, too.
            for sql in ("ROLLBACK", self._database.begin) if is_alone else _TO_SAVEPOINT:
                session.control(sql)
            if isinstance(error, self._database.errors):
                if attempts_left > 1 and self._database.is_conflict(error):
                    return self._attempt(work, session, attempts_left - 1, is_alone=is_alone)
                _logger.exception("the database refused to be written")
                work.fail(self._error(error, store_errors.cannot_write()))
            else:
                work.fail(error)
            return set()
        if not is_alone:
            session.control("RELEASE work")
        return writer.changed

    def _loses_all(self, error: Exception, attempts_left: int) -> bool:
        """Return whether an error in a work ends the whole transaction."""
        is_repeated = attempts_left > 1 and self._database.is_undone(error)
        return is_repeated or self._database.is_of_disk(error)

    def _reader(self, session: Session) -> SqlReader:
        return SqlReader(session, self._clock)

    def _writer(self, session: Session) -> SqlWriter:
        return SqlWriter(session, self._clock)

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
        return Session(self._connection, self._statements)

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
