"""What the stores that speak SQL share: snapshots, and transactions for all that waits."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage import refusals
from storage.purging import remove_piece
from storage.queued_store import QueuedStore, Work
from storage.sql_reader import SqlReader
from storage.sql_writer import SqlWriter
from training.ports import Clock, Reader, Writer

_logger = logging.getLogger(__name__)


class SqlStore(QueuedStore):
    """A store in a database; see training.ports.Store.

    `writing` makes the connection that the store's thread writes with, whose transactions take the
    lock for writing when they begin; `reading` makes those of snapshots.
    """

    def __init__(self, writing: Engine, reading: Engine, clock: Clock) -> None:
        self._writing = writing
        self._reading = reading
        self._clock = clock
        self._connection: Connection | None = None  # the store's thread alone uses it
        super().__init__()

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """Open a snapshot, of what is committed at its first read.

        Raises StoreUnavailable, also in the block.
        """
        if self._closed:
            raise refusals.closed()
        try:
            with self._reading.connect() as connection, connection.begin():
                yield SqlReader(connection, self._clock)
        except SQLAlchemyError as error:
            _logger.exception("the database cannot be read")
            raise refusals.cannot_read() from error

    def purge(self) -> bool:
        """Remove one piece of what was deleted or has expired; return whether there may be more."""
        return self.write(self._remove_piece).result()

    def _remove_piece(self, _: Writer) -> bool:
        return remove_piece(self._connected(), self._clock.now())

    def _transact(self, works: Sequence[Work[Any]]) -> set[str]:
        changed: set[str] = set()
        try:
            connection = self._connected()
            with connection.begin():
                for work in works:
                    changed |= self._attempt(work, connection)
        except Exception:
            _logger.exception("the database cannot be written")
            self._disconnect()
            for work in works:
                work.fail(refusals.cannot_write())
            return set()
        return changed

    def _attempt(self, work: Work[Any], connection: Connection) -> set[str]:
        """Do one work in a savepoint; return the uids of the networks that it changed.

        Raises SQLAlchemyError when the whole transaction is lost.
        """
        writer = SqlWriter(connection, self._clock)
        connection.exec_driver_sql("SAVEPOINT work")
        try:
            work.attempt(writer)
        except BaseException as error:
            # Some errors of a database end its transaction: then there is no savepoint, and this
            # raises, too.
            connection.exec_driver_sql("ROLLBACK TO work")
            if isinstance(error, SQLAlchemyError):
                _logger.exception("the database refused to be written")
                work.fail(refusals.cannot_write())
            else:
                work.fail(error)
            writer.changed.clear()
        connection.exec_driver_sql("RELEASE work")
        return writer.changed

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._writing.connect()
        return self._connection

    def _disconnect(self) -> None:
        """Give up a connection whose memory is not to be trusted any more."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
            self._connection = None

    def _release(self) -> None:
        self._reading.dispose()
        if self._connection is not None:
            self._connection.close()
        self._writing.dispose()
