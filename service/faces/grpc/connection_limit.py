"""Limits the connections of one address, where a face itself cannot do it.

gRPC accepts connections without asking the service, and asyncio before TLS has begun. But their
sockets are open files of this process, and a socket that is shut down is one whose client has gone.
"""

import asyncio
import logging
import os
import socket
import stat
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from service.background_task import BackgroundTask
from service.threads import Threads
from training.limits import Limits

logger = logging.getLogger(__name__)

#: The open files of this process, on Linux and macOS.
_FILES = Path("/dev/fd")

#: The interval between checks, in seconds.
_SECONDS = 0.5

#: The address and port of a peer.
Peer = tuple[str, int]


class ConnectionLimit(BackgroundTask):
    """A task in the event loop that closes the newest connections if there are too many.

    It counts those of one address and all together, for each port on its own.
    """

    def __init__(self, limits: Limits, threads: Threads) -> None:
        #: The number of connections that were closed.
        self.closed = 0
        self._most = limits.connections_of_client
        self._most_together = limits.connections
        self._threads = threads
        self._known: dict[int, set[Peer]] = {}
        self._limited: dict[int, set[str]] = {}

    def watch(self, ports: Iterable[int]) -> None:
        """Start to watch the connections to ports of this server, in the running event loop."""
        for port in ports:
            self._known[port], self._limited[port] = set(), set()
        self.start()

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(_SECONDS)
            if _open_files() > min(self._most, self._most_together):
                for port in self._known:
                    await self._threads.run(self._close_surplus, port)

    def _close_surplus(self, port: int) -> None:
        by_address = _connections(port)
        limited = {each for each, found in by_address.items() if len(found) > self._most}
        for address in limited - self._limited[port]:
            logger.warning(
                "closing connections of %s, which has %d; the limit connections_of_client is %d",
                *(address, len(by_address[address]), self._most),
            )
        self._limited[port] = limited
        kept: list[Peer] = []
        for found in by_address.values():
            kept += self._oldest(found, self._most, port)
        self._known[port] = {*self._oldest(kept, self._most_together, port)}
        for found in by_address.values():
            for peer, connection in found.items():
                if peer not in self._known[port]:
                    self.closed += 1
                    with suppress(OSError):  # its client has gone
                        connection.shutdown(socket.SHUT_RDWR)
                connection.close()

    def _oldest(self, peers: Iterable[Peer], most: int, port: int) -> list[Peer]:
        """Return the peers that were there at the last look, and then others, up to a number."""
        return sorted(peers, key=lambda peer: peer not in self._known[port])[:most]


def _open_files() -> int:
    return sum(1 for _ in _FILES.iterdir())


def _connections(port: int) -> dict[str, dict[Peer, socket.socket]]:
    """Return duplicates of the connections to a port by the address of their peers."""
    found: dict[str, dict[Peer, socket.socket]] = defaultdict(dict)
    for file in _FILES.iterdir():
        connection = _duplicate(int(file.name))
        if connection is None:
            continue
        try:
            address, source, *_ = connection.getpeername()
            _, target, *_ = connection.getsockname()
        except (OSError, ValueError):  # it is not connected, or not over a network
            connection.close()
            continue
        address = address.removeprefix("::ffff:")  # IPv4
        if target == port and (address, source) not in found[address]:
            found[address][address, source] = connection
        else:
            connection.close()
    return found


def _duplicate(file: int) -> socket.socket | None:
    """Return another handle of a socket; None if the file is not a socket, or closed by now."""
    try:
        if not stat.S_ISSOCK(os.fstat(file).st_mode):
            return None
        copy = os.dup(file)
    except OSError:
        return None
    try:
        return socket.socket(fileno=copy)
    except OSError:
        # The number now belongs to another file, which may be the database: closing any handle of
        # it would release the locks of SQLite. This happens so rarely that it can stay open.
        return None
