"""One connection of HTTP/1.1, bounded in everything that its client controls."""

import asyncio
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from service.faces.rest.acceptor import Place
from service.faces.rest.browser_guard import TARGET_HOST
from service.faces.rest.streams import ABORT, WHEN_LOST
from training.limits import Limits

#: The extension of an ASGI scope with the certificate of the client, in DER, if it has one.
CLIENT_CERTIFICATE = "clearprop.client_certificate"

#: The request line and headers must arrive within this time and have about this size at most.
HEAD_SECONDS = 10.0
MOST_HEAD_BYTES = 64 * 2**10

#: What a header occupies in addition to its name and value: as in HTTP/2, RFC 9113, section 10.5.1.
_HEADER_BYTES = 32

#: How much is read and parsed at a time: asyncio reads 256 KiB, and 40,000 chunks of a body in them
#: take 50 ms.
MOST_READ_BYTES = 64 * 2**10

#: How many requests can wait for the response of an earlier one on the same connection.
MOST_WAITING = 100

#: A response of which nothing can be written for this time ends its connection.
STALLED_SECONDS = 30.0


class Connection(HttpToolsProtocol):
    """uvicorn's protocol, with a way to abort a connection whose client does not read.

    The head of a request is limited in size and time, the requests that wait in number, and the
    connection in age and in the time without a request. The limits of bodies are those of each
    call.
    """

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 (those of uvicorn)
        limits: Limits,
        place: Place,
        **named: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **named)
        self._limits = limits
        self._place = place
        self._refused_later = ""
        self._head_bytes = 0
        self._head_ends: asyncio.TimerHandle | None = None
        self._ages: asyncio.TimerHandle | None = None
        self._aborts: asyncio.TimerHandle | None = None
        self._when_lost: Callable[[], object] | None = None
        self._certificate: bytes | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin the connection."""
        transport.max_size = MOST_READ_BYTES  # type: ignore[attr-defined]
        tls = transport.get_extra_info("ssl_object")
        self._certificate = None if tls is None else tls.getpeercert(binary_form=True)
        super().connection_made(transport)
        self._ages = self.loop.call_later(self._limits.connection_seconds, self.shutdown)
        self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End everything that the connection has begun."""
        self._place.free()
        self._end_head()
        for timer in (self._ages, self._aborts):
            if timer is not None:
                timer.cancel()
        super().connection_lost(exc)
        if self._when_lost is not None:
            self._when_lost()

    def data_received(self, data: bytes) -> None:
        """Parse what has arrived."""
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._head_ends is not None:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self.send_400_response("The request line and headers are too large.")
        elif self.timeout_keep_alive_task is None and self._is_idle:
            # The rest of a body that was refused, or line ends: it must end as a head must.
            self._begin_head()

    def send_400_response(self, msg: str) -> None:
        """Refuse what has been received, and close the connection."""
        if self.transport.is_closing():
            return
        if len(self.pipeline) > MOST_WAITING:
            msg = "Too many requests wait on this connection."
        elif self._head_bytes > MOST_HEAD_BYTES:
            msg = "The request line and headers are too large."
        if not self._is_idle and not self.cycle.more_body:
            # Earlier requests are complete and are answered first.
            self._refused_later = msg
            self.flow.pause_reading()
            return
        super().send_400_response(msg)
        self._abort_after(STALLED_SECONDS)

    def on_message_begin(self) -> None:
        """Begin to read the head of a request."""
        super().on_message_begin()
        extensions = {ABORT: self.transport.abort, WHEN_LOST: self._set_when_lost}
        self.scope["extensions"] = extensions  # type: ignore[typeddict-item]
        if self._certificate is not None:
            self.scope["extensions"][CLIENT_CERTIFICATE] = self._certificate  # type: ignore[assignment]
        self._begin_head()

    def on_url(self, url: bytes) -> None:
        """Read a part of the target."""
        self._count_head(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Read a header."""
        self._count_head(len(name) + len(value) + _HEADER_BYTES)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Begin the request."""
        self._end_head()
        if not self.url.startswith(b"/"):
            # An absolute target, such as http://host/path, has a host of its own.
            authority = self.url.partition(b"://")[2].partition(b"/")[0].partition(b"?")[0]
            self.scope["extensions"][TARGET_HOST] = authority.decode("latin-1")  # type: ignore[assignment]
        super().on_headers_complete()
        if len(self.pipeline) > MOST_WAITING:
            raise ValueError("too many requests wait")

    def on_message_complete(self) -> None:
        """End the request; its response can be complete already."""
        super().on_message_complete()
        if self._head_ends is not None and self._is_idle:
            self._end_head()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def on_response_complete(self) -> None:
        """Wait for the next request, or close."""
        super().on_response_complete()
        if self._refused_later and self._is_idle and not self.transport.is_closing():
            super().send_400_response(self._refused_later)
        if self.transport.is_closing():
            self._abort_after(STALLED_SECONDS)

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection, which is idle."""
        super().timeout_keep_alive_handler()
        self._abort_after(STALLED_SECONDS)

    def shutdown(self) -> None:
        """Close the connection after the current response."""
        # With TLS, a second close would let asyncio forget how to abort the connection.
        if not self.transport.is_closing():
            super().shutdown()
        if self.transport.is_closing():
            self._abort_after(STALLED_SECONDS)

    def pause_writing(self) -> None:
        """Wait until the client reads, but not for ever."""
        super().pause_writing()
        self._abort_after(STALLED_SECONDS)

    def resume_writing(self) -> None:
        """Write again."""
        super().resume_writing()
        if self._aborts is not None and not self.transport.is_closing():
            self._aborts.cancel()
            self._aborts = None

    def _set_when_lost(self, function: Callable[[], object] | None) -> None:
        """Call the function when the connection is lost; None: call nothing any more."""
        self._when_lost = function
        if function is not None and self.transport.is_closing():
            function()
        elif function is not None and not self.pipeline and not self._refused_later:
            # A transport that does not read does not notice that its client is gone.
            self.flow.resume_reading()

    @property
    def _is_idle(self) -> bool:
        is_answered = self.cycle is None or self.cycle.response_complete  # type: ignore[redundant-expr]
        return is_answered and not self.pipeline

    def _begin_head(self) -> None:
        if self._head_ends is None:
            self._head_bytes = 0
            self._head_ends = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _end_head(self) -> None:
        if self._head_ends is not None:
            self._head_ends.cancel()
            self._head_ends = None

    def _count_head(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MOST_HEAD_BYTES:
            raise ValueError("the head is too large")

    def _abort_after(self, seconds: float) -> None:
        """Abort the connection later: closing it waits until the client has read everything."""
        if self._aborts is None:
            self._aborts = self.loop.call_later(seconds, self.transport.abort)
