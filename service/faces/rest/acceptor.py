"""Accepts the connections of a socket that listens, and refuses those that are too many."""

import asyncio
import logging
import socket
import ssl
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

import grpc

from service.faces.rest.errors import HttpError, error_response
from training.limits import Limits

logger = logging.getLogger(__name__)

#: How many connections can wait to be accepted.
_BACKLOG = 2048

#: The pause after an error such as too many open files, in seconds.
_PAUSE_SECONDS = 1.0

#: At most so much of a request is read that is answered without looking at it, in bytes.
_REQUEST_BYTES = 2**16


class OpenConnections:
    """The open connections, counted for each client and together."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._of_client: Counter[str] = Counter()
        self._count = 0
        #: The number of connections that were refused.
        self.refused = 0

    def place(self, client: str) -> "Place | None":
        """Count a new connection until its place is freed; return None if there are too many."""
        if (
            self._count >= self._limits.connections
            or self._of_client[client] >= self._limits.connections_of_client
        ):
            self.refused += 1
            return None
        self._count += 1
        self._of_client[client] += 1
        return Place(self, client)

    def remove(self, client: str) -> None:
        """Count a connection no longer."""
        self._count -= 1
        self._of_client[client] -= 1
        if not self._of_client[client]:
            del self._of_client[client]


class Place:
    """The place of one connection among those that are open."""

    __slots__ = ("_client", "_opened")

    def __init__(self, opened: OpenConnections, client: str) -> None:
        self._opened: OpenConnections | None = opened
        self._client = client

    def free(self) -> None:
        """Count the connection no longer; may be called again."""
        if self._opened is not None:
            self._opened.remove(self._client)
            self._opened = None


class Acceptor:
    """Accepts one connection in each turn of the event loop, so that others wait for no more.

    asyncio's own server accepts as many as wait, and builds a transport and a protocol, and begins
    TLS, also for connections that are refused then.
    """

    def __init__(
        self,
        listener: socket.socket,
        opened: OpenConnections,
        limits: Limits,
        protocol: Callable[[Place], asyncio.Protocol],
        tls: ssl.SSLContext | None,
        tls_seconds: float,
    ) -> None:
        self._listener = listener
        self._opened = opened
        self._refusal = _refusal(limits) if tls is None else b""
        self._protocol = protocol
        self._tls = tls
        self._tls_seconds = tls_seconds
        self._beginning: set[asyncio.Task[None]] = set()
        self._resumes: asyncio.TimerHandle | None = None
        listener.settimeout(0)
        listener.listen(_BACKLOG)

    def start(self) -> None:
        """Accept connections, in the running event loop."""
        asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def close(self) -> None:
        """Accept no more connections; may be called again."""
        if self._resumes is not None:
            self._resumes.cancel()
        if self._listener.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()

    def _accept(self) -> None:
        try:
            connection, (client, *_) = self._listener.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return
        except OSError as error:
            logger.error("cannot accept connections: %s; retrying", error)  # noqa: TRY400
            self._pause()
            return
        connection.settimeout(0)
        place = self._opened.place(client)
        if place is not None:
            task = asyncio.get_running_loop().create_task(self._begin(connection, place))
            self._beginning.add(task)
            task.add_done_callback(self._beginning.discard)
            return
        with connection, suppress(OSError):  # its client has gone
            connection.send(self._refusal)

    async def _begin(self, connection: socket.socket, place: Place) -> None:
        try:
            if self._tls is not None and await self._is_plain(connection):
                _answer(connection, _TLS_REQUIRED)
                place.free()
                return
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self._protocol(place),
                connection,
                ssl=self._tls,
                ssl_handshake_timeout=None if self._tls is None else self._tls_seconds,
            )
        except OSError:  # its client has gone, or does not speak TLS
            place.free()
        except BaseException:
            place.free()
            raise

    async def _is_plain(self, connection: socket.socket) -> bool:
        """Return whether a client begins with HTTP instead of TLS. Raises OSError.

        A connection that does not begin in time is closed.
        """
        loop = asyncio.get_running_loop()
        begins = asyncio.Event()
        try:
            loop.add_reader(connection, begins.set)
            try:
                async with asyncio.timeout(self._tls_seconds):
                    await begins.wait()
            finally:
                loop.remove_reader(connection)
            return connection.recv(1, socket.MSG_PEEK).isalpha()
        except BaseException:
            connection.close()
            raise

    def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._listener)
        self._resumes = loop.call_later(_PAUSE_SECONDS, self.start)


def _answer(connection: socket.socket, answer: bytes) -> None:
    """Send the only response of a connection, and close it."""
    with connection, suppress(OSError):  # its client has gone
        connection.recv(_REQUEST_BYTES)  # otherwise closing would discard the response
        connection.send(answer)


def _refusal(limits: Limits) -> bytes:
    """Return the response for a connection that is one too many."""
    error = HttpError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        "TOO_MANY_CONNECTIONS",
        f"too many connections: at most {limits.connections_of_client} of one client"
        f" (limit connections_of_client) and {limits.connections} in total (limit"
        " connections); close some, or retry later",
    )
    return _response(error, b"Retry-After: 1\r\n")


def _response(error: HttpError, header: bytes = b"") -> bytes:
    """Return a whole response, before which nothing of the request was read."""
    status, document = error.http_code, error_response(error).document
    return (
        b"HTTP/1.1 %d %b\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n%bConnection: close\r\n\r\n%b"
        % (status, status.phrase.encode(), len(document), header, document)
    )


_TLS_REQUIRED = _response(
    HttpError(
        HTTPStatus.BAD_REQUEST,
        grpc.StatusCode.INVALID_ARGUMENT,
        "TLS_REQUIRED",
        "this port uses TLS: use https:// instead of http://",
    )
)
