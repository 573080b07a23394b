"""The read-only connections of a store."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import PoolProxiedConnection, QueuePool


class ReaderPool:
    """Read-only connections, opened when they are needed, which can all be closed at once."""

    def __init__(self, connect: Callable[[], DBAPIConnection], size: int) -> None:
        """Open at most `size` connections; more readers wait."""
        self._pool = self._opened(connect, size)
        self._changed = Condition()
        self._in_use = 0
        self._is_paused = False

    @contextmanager
    def connection(self) -> Iterator[PoolProxiedConnection]:
        """Use a connection in a transaction, which ends with the block."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_paused)
            self._in_use += 1
        try:
            connection = self._pool.connect()
            try:
                self._begin(connection)
                yield connection
            finally:
                connection.close()
        finally:
            with self._changed:
                self._in_use -= 1
                self._changed.notify_all()

    def _opened(self, connect: Callable[[], DBAPIConnection], size: int) -> QueuePool:
        return QueuePool(connect, pool_size=size, max_overflow=0)

    def _begin(self, connection: PoolProxiedConnection) -> None:
        connection.cursor().execute("BEGIN")

    @contextmanager
    def paused(self, timeout: float) -> Iterator[bool]:
        """Close all connections, and let new readers wait until the block ends.

        Yields False, with nothing closed, if connections are still in use after `timeout` seconds.
        """
        with self._changed:
            self._is_paused = True
            is_unused = self._changed.wait_for(lambda: not self._in_use, timeout)
        try:
            if is_unused:
                self.close()
            yield is_unused
        finally:
            with self._changed:
                self._is_paused = False
                self._changed.notify_all()

    def close(self) -> None:
        """Close the connections that are not in use."""
        self._pool.dispose()
        self._pool = self._pool.recreate()
