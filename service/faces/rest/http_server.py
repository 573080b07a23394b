"""Serves an ASGI application over HTTP/1.1, in the event loop of the whole server."""

import asyncio
import socket

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.faces.listeners import bound_socket
from service.faces.rest.browser_guard import TARGET_HOST
from service.faces.rest.streams import ABORT
from service.faces.timeouts import READ_SECONDS

#: How many connections can wait to be accepted.
_BACKLOG = 2048

#: The request line and headers must arrive within this time and have about this size at most.
HEAD_SECONDS = READ_SECONDS
MOST_HEAD_BYTES = 256 * 2**10


class HttpServer:
    """An HTTP server: `bind`, then `start`; `close` it to new requests, then `stop`.

    Calls that are active when it is stopped have `grace_seconds` to finish.
    """

    def __init__(self, app: ASGIApp, grace_seconds: float) -> None:
        self._config = Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            # The client is the peer of the connection; forwarding headers are not trusted.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=round(grace_seconds),
        )
        self._server = Server(self._config)
        self._sockets: list[socket.socket] = []
        self._ticking: asyncio.Task[None] | None = None

    def bind(self, address: str) -> str:
        """Listen on HOST:PORT, port 0 for any free port; return it. Raises CannotListen."""
        listener = bound_socket(address, "--http, or disable HTTP with --http off")
        self._sockets = [listener]
        listener.listen(_BACKLOG)
        return f"{address.rpartition(':')[0]}:{listener.getsockname()[1]}"

    async def start(self) -> None:
        """Start to accept connections."""
        # As in uvicorn's own `serve`, but without signal handlers, which the whole server has.
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(self._sockets)
        self._ticking = asyncio.create_task(self._server.main_loop())

    def close(self) -> None:
        """Accept no more connections, and no more requests on existing ones.

        Clients that connect again are refused and can retry, whereas an error response would be
        final for them.
        """
        if self._ticking is not None:
            for listener in self._server.servers:
                listener.close()
            for connection in [*self._server.server_state.connections]:
                connection.shutdown()

    async def stop(self) -> None:
        """Wait for active calls, up to the grace period, and stop."""
        if self._ticking is not None:
            self._server.should_exit = True
            await self._ticking
            await self._server.shutdown(self._sockets)


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with a way to abort a connection whose client does not read.

    The head of a request is limited in size and time, because an endless one would occupy memory
    or a connection permanently.
    """

    _head_bytes = 0
    _head_ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._begin_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._head_ends is not None and not self.transport.is_closing():
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.send_400_response("The request line and headers are too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
        if not self.url.startswith(b"/"):
            # An absolute target, such as http://host/path, has a host of its own.
            authority = self.url.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0]
            self.scope["extensions"][TARGET_HOST] = authority.decode("latin-1")  # type: ignore[assignment]
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end_head()
        super().connection_lost(exc)

    def _begin_head(self) -> None:
        if self._head_ends is None:
            self._head_bytes = 0
            self._head_ends = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _end_head(self) -> None:
        if self._head_ends is not None:
            self._head_ends.cancel()
            self._head_ends = None
