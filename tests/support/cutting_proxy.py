"""A proxy that cuts connections: before a request has passed, right after it, or before its reply.

So clients do not know whether a call happened. It knows of HTTP/2 where its frames begin. Each
connection must carry one call at a time.
"""

import random
import socket
import threading
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from enum import StrEnum
from typing import NamedTuple

_PREFACE = len(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
_FRAME_HEADER = 9
_DATA, _HEADERS = 0, 1
_END_STREAM = 1


class Fate(StrEnum):
    """What becomes of a call."""

    PASSED = "calls_passed"
    REQUEST_LOST = "requests_lost"
    CUT_AFTER_REQUEST = "cuts_after_requests"
    REPLY_LOST = "replies_lost"


#: How often each happens, of a hundred calls.
FATES = {
    Fate.PASSED: 86,
    Fate.REQUEST_LOST: 3,
    Fate.CUT_AFTER_REQUEST: 4,
    Fate.REPLY_LOST: 7,
}


class Frame(NamedTuple):
    kind: int
    is_last: bool
    content: bytes


class Proxy(ABC):
    """Listens on a port of its own, and passes connections on to a server.

    `server_port` is asked for each connection.
    """

    def __init__(self, server_port: Callable[[], int]) -> None:
        self._server_port = server_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._connections: list[threading.Thread] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"

    def close(self) -> None:
        """Take no more connections, and wait until the clients have closed theirs."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()
        for connection in self._connections:
            connection.join()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed
            serve = threading.Thread(target=self._serve, args=[client], daemon=True)
            self._connections.append(serve)
            serve.start()

    def _serve(self, client: socket.socket) -> None:
        with closing(client):
            try:
                server = socket.create_connection(("127.0.0.1", self._server_port()))
            except OSError:
                return  # it is being started again
            with closing(server):
                for end in (client, server):
                    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self._pass_on(client, server)

    @abstractmethod
    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what both ends send, until one of them closes."""


class CuttingProxy(Proxy):
    """Cuts connections; `counts` says how often which fate came."""

    def __init__(self, server_port: Callable[[], int], fates: random.Random) -> None:
        self.counts: Counter[str] = Counter()
        self._fates = fates
        super().__init__(server_port)

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        _Connection(client, server, self._draw).serve()

    def _draw(self) -> Fate:
        (fate,) = self._fates.choices(list(FATES), list(FATES.values()))
        self.counts[fate] += 1
        return fate


class _Connection:
    """Passes frames on in both directions until someone closes, or a call's fate is a cut."""

    def __init__(
        self, client: socket.socket, server: socket.socket, draw: Callable[[], Fate]
    ) -> None:
        self._client = client
        self._server = server
        self._draw = draw
        self._fate = Fate.PASSED

    def serve(self) -> None:
        replies = threading.Thread(target=self._pass_replies, daemon=True)
        replies.start()
        self._pass_requests()
        replies.join()

    def _pass_requests(self) -> None:
        with self._until_cut():
            self._server.sendall(_read(self._client, _PREFACE))
            for frame in _frames(self._client):
                if frame.kind == _HEADERS:
                    self._fate = self._draw()
                if self._fate is Fate.REQUEST_LOST:
                    return
                self._server.sendall(frame.content)
                if frame.is_last and self._fate is Fate.CUT_AFTER_REQUEST:
                    return

    def _pass_replies(self) -> None:
        with self._until_cut():
            for frame in _frames(self._server):
                if frame.kind == _HEADERS and self._fate is Fate.REPLY_LOST:
                    return
                self._client.sendall(frame.content)

    @contextmanager
    def _until_cut(self) -> Iterator[None]:
        """Cut the connection at the end, which ends the other direction as well."""
        with suppress(OSError, EOFError):
            yield
        cut(self._client, self._server)


def cut(*ends: socket.socket) -> None:
    """End connections, also for threads that read from them."""
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def _frames(source: socket.socket) -> Iterator[Frame]:
    while True:
        header = _read(source, _FRAME_HEADER)
        content = header + _read(source, int.from_bytes(header[:3]))
        kind, flags = header[3], header[4]
        yield Frame(kind, kind == _DATA and bool(flags & _END_STREAM), content)


def _read(source: socket.socket, count: int) -> bytes:
    """Read so many bytes. Raises EOFError where there are no more."""
    content = b""
    while len(content) < count:
        more = source.recv(count - len(content))
        if not more:
            raise EOFError
        content += more
    return content
