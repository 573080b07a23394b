"""Serves an application of ASGI over HTTP/1.1, in the event loop that all of the server shares."""

import asyncio
import socket

from starlette.types import ASGIApp
from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.faces.rest.streams import ABORT
from service.faces.timeouts import READ_SECONDS

#: How many connections may wait to be taken.
_BACKLOG = 2048

#: The line and the headers of a request come within this time, and have about so many bytes.
HEAD_SECONDS = READ_SECONDS
MOST_HEAD_BYTES = 256 * 2**10


class HttpServer:
    """`bind` it and `start` it; `close` it to whoever comes anew, and `stop` it.

    Calls under way when it is stopped have `grace_seconds` to end.
    """

    def __init__(self, app: ASGIApp, grace_seconds: float) -> None:
        self._config = Config(
            app,
            http=_Protocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            # Who is in front says who calls; whoever says so by a header need not be believed.
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=round(grace_seconds),
        )
        self._server = Server(self._config)
        self._sockets: list[socket.socket] = []
        self._ticking: asyncio.Task[None] | None = None

    def bind(self, address: str) -> str:
        """Take a HOST:PORT, port 0 for any free one; return it. Raises OSError."""
        host, _, port = address.rpartition(":")
        family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
        # Only of a socket that says it is TCP does asyncio let small parts go at once, and what
        # follows them does not wait 40 ms for the client to acknowledge them.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._sockets = [listener]
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host.strip("[]"), int(port)))
        listener.listen(_BACKLOG)
        return f"{host}:{listener.getsockname()[1]}"

    async def start(self) -> None:
        """Serve whoever connects."""
        # What uvicorn's own `serve` does, but for the signals, which are the whole server's affair.
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        await self._server.startup(self._sockets)
        self._ticking = asyncio.create_task(self._server.main_loop())

    def close(self) -> None:
        """Take no more connections, and no more requests on those that there are.

        Who comes again finds nobody, and tries again, where a refusal would be an answer.
        """
        if self._ticking is not None:
            for listener in self._server.servers:
                listener.close()
            for connection in [*self._server.server_state.connections]:
                connection.shutdown()

    async def stop(self) -> None:
        """Wait for the calls under way, for as long as they may take, and end."""
        if self._ticking is not None:
            self._server.should_exit = True
            await self._ticking
            await self._server.shutdown(self._sockets)


class _Protocol(HttpToolsProtocol):
    """uvicorn's protocol, with a way to break a connection off that nobody reads from.

    The head of a request has bounds in size and in time: whoever sends one without end would take
    memory or a connection for good.
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
                self.send_400_response("The head of the request is too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: self.transport.abort}  # type: ignore[dict-item]
        self._begin_head()

    def on_headers_complete(self) -> None:
        self._end_head()
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
