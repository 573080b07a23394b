"""Tells other processes on the same PostgreSQL database which networks have changed.

Runs without an owner have a channel of their own: so a thousand workers are not woken by each
other's commits.

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
from time import monotonic
from typing import Any

import psycopg

# The payload of the second one is only its sender.
CHANGES, WAITING = "clearprop", "clearprop_waiting"

#: At most 50 notifications per second of updates: more would only wake the same watches more often.
_SECONDS_BETWEEN = 0.02

#: And a process spends at most a tenth of its time on them. When a thousand workers write, only
#: changes of runs are notified at once; updates are found by those who read again.
_PAUSES = 10

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
    psycopg.Error. `waiting` is called when runs of other processes may wait for an owner. Both are
    called only while `receive` was asked for their channel: PostgreSQL wakes whoever listens to any
    channel with every notification.
    """

    def __init__(
        self,
        connect: Callable[[], psycopg.Connection[Any]],
        told: Callable[[Sequence[str]], None],
        waiting: Callable[[], None],
        living: Callable[[], Sequence[str]],
    ) -> None:
        self._connect = connect
        self._told = told
        self._waiting = waiting
        self._living = living
        self._sender = token_hex(8)  # whose own notifications are ignored
        self._changed: set[str] = set()
        self._has_left_runs = self._is_urgent = False
        self._is_due = Condition()  # guards what has changed
        self._closed = Event()
        self._wake_read, self._wake_write = os.pipe()
        self._is_listening = Event()
        self._wanted: set[str] = set()
        self._received: set[str] = set()  # channels; changed only in the thread that listens
        self._is_received = Condition()
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

    def changed(self, uids: Iterable[str], *, at_once: bool = False) -> None:
        """Notify other processes soon, or at once. May be called from any thread, and is quick."""
        with self._is_due:
            is_first = not self._changed
            self._changed.update(uids)
            self._is_urgent |= at_once
            if is_first or at_once:  # others are sent with it
                self._is_due.notify()

    def left_runs(self) -> None:
        """Notify other processes at once that a run waits for an owner; as `changed`."""
        with self._is_due:
            self._has_left_runs = self._is_urgent = True
            self._is_due.notify()

    def receive(self, channel: str, *, is_wanted: bool = True) -> None:
        """Receive the notifications of a channel from now on, or no more.

        It waits until they are received, up to a few seconds if there is no connection.
        """
        if is_wanted == (channel in self._wanted):
            return
        self._wanted = self._wanted | {channel} if is_wanted else self._wanted - {channel}
        self._wake_listener()
        if is_wanted:
            with self._is_received:
                self._is_received.wait_for(lambda: channel in self._received, _PATIENCE)

    def close(self) -> None:
        """Send what is due, if that is possible now, and end."""
        self._closed.set()
        with self._is_due:
            self._is_due.notify()
        self._wake_listener()
        for thread in self._threads:
            thread.join()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _wake_listener(self) -> None:
        os.write(self._wake_write, b"\0")

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
                self._is_due.wait_for(
                    lambda: self._changed or self._is_urgent or self._closed.is_set()
                )
                due, self._changed = self._changed, set()
                has_left_runs, self._has_left_runs = self._has_left_runs, False
                self._is_urgent = False
            began = monotonic()
            if has_left_runs:
                connection.execute("SELECT pg_notify(%s, %s)", [WAITING, self._sender])
            for payload in _payloads(self._sender, due):
                connection.execute("SELECT pg_notify(%s, %s)", [CHANGES, payload])
            pause = pause_after(monotonic() - began)
            with self._is_due:
                self._is_due.wait_for(lambda: self._is_urgent or self._closed.is_set(), pause)
                is_last = self._closed.is_set() and not self._changed

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        self._listen_to_wanted(connection)
        # From here on nothing is missed; before, everything may have been.
        if self._was_interrupted:
            self._waiting()
            self._told(self._living())
        self._was_interrupted = True
        self._is_listening.set()
        try:
            while not self._closed.is_set():
                files = [connection.fileno(), self._wake_read]
                ready, _, _ = select.select(files, [], [], _SILENT_SECONDS)
                if self._wake_read in ready:
                    os.read(self._wake_read, 1)
                    self._listen_to_wanted(connection)
                elif not ready:
                    connection.execute("SELECT 1")  # a lost connection is as silent
                for notification in connection.notifies(timeout=0):
                    self._receive(notification)
        finally:
            self._is_listening.clear()
            self._received = set()

    def _listen_to_wanted(self, connection: psycopg.Connection[Any]) -> None:
        wanted = self._wanted
        for channel in wanted - self._received:
            connection.execute(f"LISTEN {channel}".encode())
        for channel in self._received - wanted:
            connection.execute(f"UNLISTEN {channel}".encode())
        with self._is_received:
            self._received = wanted
            self._is_received.notify_all()

    def _receive(self, notification: psycopg.Notify) -> None:
        sender, _, uids = notification.payload.partition(" ")
        if sender == self._sender:
            return
        if notification.channel == WAITING:
            self._waiting()
        else:
            self._told(tuple(uids.split()))


def pause_after(seconds: float) -> float:
    """Return how long to send no notifications of updates after some that took so many seconds."""
    return max(_SECONDS_BETWEEN, _PAUSES * seconds)


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
