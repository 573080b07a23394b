"""Serves an ASGI application over HTTP/1.1, in the event loop of the whole server."""

import asyncio
import ssl
from asyncio.sslproto import SSLProtocol

from starlette.types import ASGIApp
from uvicorn import Config, Server

from service.faces.listeners import bound_socket
from service.faces.rest.acceptor import Acceptor, OpenConnections, Place
from service.faces.rest.connection import HEAD_SECONDS, Connection
from training.limits import Limits

_OPTION = "--http, or disable HTTP with --http off"

#: The buffer of each connection with TLS, in bytes. The largest record of TLS has 16 KiB; asyncio
#: would reserve 256 KiB, also for a connection that does not even begin TLS.
_TLS_BUFFER = 2**15


class HttpServer:
    """An HTTP server: `bind`, then `start`; `close` it to new requests, then `stop`.

    With a context for TLS, it serves HTTPS. Calls that are active when it is stopped have
    `grace_seconds` to finish; then their connections are aborted.
    """

    def __init__(
        self,
        app: ASGIApp,
        limits: Limits,
        grace_seconds: float,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._limits = limits
        self._opened = OpenConnections(limits)
        self._config = Config(
            app,
            timeout_keep_alive=limits.idle_seconds,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            # The client is the peer of the connection; forwarding headers are not trusted.
            proxy_headers=False,
            server_header=False,
        )
        self._grace_seconds = grace_seconds
        self._tls = tls
        self._server = Server(self._config)
        self._acceptor: Acceptor | None = None
        self._ticking: asyncio.Task[None] | None = None

    @property
    def refused_connections(self) -> int:
        """The number of connections that were refused because there were too many."""
        return self._opened.refused

    def bind(self, address: str, option: str = _OPTION) -> str:
        """Listen on HOST:PORT, port 0 for any free port; return it.

        `option` is the option of the command line to choose another address. Raises CannotListen.
        """
        listener = bound_socket(address, option)
        self._acceptor = Acceptor(
            listener, self._opened, self._limits, self._connection, self._tls, HEAD_SECONDS
        )
        return f"{address.rpartition(':')[0]}:{listener.getsockname()[1]}"

    async def start(self) -> None:
        """Start to accept connections."""
        # As in uvicorn's own `serve`, but without signal handlers, which the whole server has, and
        # with sockets that it does not accept from.
        SSLProtocol.max_size = _TLS_BUFFER
        self._config.load()
        self._server.lifespan = self._config.lifespan_class(self._config)
        self._server.servers = []
        self._server.started = True
        if self._acceptor is not None:
            self._acceptor.start()
        self._ticking = asyncio.create_task(self._server.main_loop())

    def close(self) -> None:
        """Accept no more connections, and no more requests on existing ones.

        Clients that connect again are refused and can retry, whereas an error response would be
        final for them.
        """
        if self._ticking is not None:
            if self._acceptor is not None:
                self._acceptor.close()
            for connection in [*self._server.server_state.connections]:
                connection.shutdown()

    async def stop(self) -> None:
        """Wait for active calls, up to the grace period, and stop."""
        if self._ticking is not None:
            self._server.should_exit = True
            await self._ticking
            abort = asyncio.get_running_loop().call_later(self._grace_seconds, self._abort)
            await self._server.shutdown()
            abort.cancel()

    def _connection(self, place: Place) -> Connection:
        return Connection(
            config=self._config,
            server_state=self._server.server_state,
            app_state={},
            limits=self._limits,
            place=place,
        )

    def _abort(self) -> None:
        for connection in [*self._server.server_state.connections]:
            connection.transport.abort()
