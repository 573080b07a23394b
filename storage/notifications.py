"""Tells other processes on the same PostgreSQL database which networks have changed.

A notification is sent after the commit, on a connection of its own: within the transaction it would
take a lock of the whole server at each commit. It may be lost, with its connection or its process:
who must not miss a change reads again from time to time.
"""

import logging
import os
import select
from collections.abc import Callable, Iterable, Iterator, Sequence
from secrets import token_hex
from threading import Condition, Event, Thread
from typing import Any

import psycopg

_CHANNEL = "clearprop"

#: At most 50 notifications per second: more would only wake the same watches more often.
_SECONDS_BETWEEN = 0.02

#: The maximum number of bytes of a notification; PostgreSQL allows less than 8,000.
_PAYLOAD = 7_900

#: Seconds to wait for the first connection: later changes are received from the beginning.
_PATIENCE = 5.0

#: Seconds without a notification after which the listener asks whether the server is there.
_SILENT_SECONDS = 2.0

# Seconds between attempts to connect again.
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 2.0


_logger = logging.getLogger(__name__)


class Notifications:
    """Sends and receives in two threads, each with a connection.

    `told` is called with the uids of networks that other processes have changed. After a time
    without a connection it is called with all uids that `living` returns; it may raise
    psycopg.Error.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        told: Callable[[Sequence[str]], None],
        living: Callable[[], Sequence[str]],
    ) -> None:
        self._connect = connect
        self._told = told
        self._living = living
        self._sender = token_hex(8)  # whose own notifications are ignored
        self._changed: set[str] = set()
        self._is_due = Condition()  # guards what has changed
        self._closed = Event()
        self._wake_read, self._wake_write = os.pipe()
        self._is_listening = Event()
        self._was_interrupted = False
        self._threads = [
            Thread(target=self._serve, args=[serve], name=name, daemon=True)
            for name, serve in (("store-notify", self._send), ("store-listen", self._listen))
        ]
        for thread in self._threads:
            thread.start()
        self._is_listening.wait(_PATIENCE)

    @property
    def is_listening(self) -> bool:
        """Whether changes by other processes are received now."""
        return self._is_listening.is_set()

    def changed(self, uids: Iterable[str]) -> None:
        """Notify other processes soon. May be called from any thread, and is quick."""
        with self._is_due:
            self._changed.update(uids)
            self._is_due.notify()

    def close(self) -> None:
        """Send what is due, if that is possible now, and end."""
        self._closed.set()
        with self._is_due:
            self._is_due.notify()
        os.write(self._wake_write, b"\0")
        for thread in self._threads:
            thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _serve(self, serve: Callable[[psycopg.Connection[Any]], None]) -> None:
        """Connect, and connect again after errors, until everything is closed."""
        wait = _FIRST_WAIT
        while True:
            try:
                with self._connect() as connection:
                    wait = _FIRST_WAIT
                    serve(connection)
            except psycopg.Error as error:
                cause = str(error).partition("\n")[0]
                _logger.info("notifications of other processes are interrupted: %s", cause)
            if self._closed.wait(wait):
                return
            wait = min(2 * wait, _LONGEST_WAIT)

    def _send(self, connection: psycopg.Connection[Any]) -> None:
        is_last = False
        while not is_last:
            with self._is_due:
                self._is_due.wait_for(lambda: self._changed or self._closed.is_set())
                due, self._changed = self._changed, set()
            for payload in _payloads(self._sender, due):
                connection.execute("SELECT pg_notify(%s, %s)", [_CHANNEL, payload])
            is_last = self._closed.wait(_SECONDS_BETWEEN)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        connection.execute(f"LISTEN {_CHANNEL}".encode())
        # From here on nothing is missed; before, everything may have been.
        if self._was_interrupted:
            self._told(self._living())
        self._was_interrupted = True
        self._is_listening.set()
        try:
            while not self._closed.is_set():
                files = [connection.fileno(), self._wake_read]
                if not any(select.select(files, [], [], _SILENT_SECONDS)):
                    connection.execute("SELECT 1")  # a lost connection is as silent
                for notification in connection.notifies(timeout=0):
                    sender, _, uids = notification.payload.partition(" ")
                    if sender != self._sender:
                        self._told(tuple(uids.split()))
        finally:
            self._is_listening.clear()


def _payloads(sender: str, uids: Iterable[str]) -> Iterator[str]:
    """Yield notifications that have all uids."""
    payload = sender
    for uid in uids:
        if len(payload) + 1 + len(uid) > _PAYLOAD:
            yield payload
            payload = sender
        payload += f" {uid}"
    if payload != sender:
        yield payload
