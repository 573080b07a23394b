"""Networks between two processes that can fail, in every way in which networks do."""

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from time import sleep

from cutting_proxy import Proxy, cut

#: How many bytes are passed on at once, at most, and how long each takes over a slow link.
_BYTES = 2**16
_SLOW_SECONDS = 0.05


class Trouble(StrEnum):
    """How a network fails."""

    #: It ends connections, and accepts no others.
    CUT = "networks_cut"
    #: It keeps and accepts connections, but passes nothing on, not even that one has ended. What
    #: was sent meanwhile arrives when it works again.
    SILENT = "networks_silent"
    #: All that is sent takes long.
    SLOW = "networks_slow"


class Link(Proxy):
    """A network to a server; `server_port` is asked for each connection."""

    def __init__(self, server_port: Callable[[], int]) -> None:
        self._trouble: Trouble | None = None
        self._is_closing = False
        self._changed = threading.Condition()
        self._ends: set[socket.socket] = set()
        self._delays = random.Random(5)
        super().__init__(server_port)

    @contextmanager
    def having(self, trouble: Trouble) -> Iterator[None]:
        """Let it have a trouble for the block."""
        self._become(trouble)
        try:
            yield
        finally:
            self._become(None)

    def close(self) -> None:
        """End all connections, and take no more."""
        with self._changed:
            self._is_closing = True
            cut(*self._ends)
            self._changed.notify_all()
        super().close()

    def _become(self, trouble: Trouble | None) -> None:
        with self._changed:
            self._trouble = trouble
            if trouble is Trouble.CUT:
                cut(*self._ends)
            self._changed.notify_all()

    def _serve(self, client: socket.socket) -> None:
        if self._passes():
            super()._serve(client)
        else:
            client.close()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> None:
        with self._changed:
            self._ends |= {client, server}
            if self._is_closing or self._trouble is Trouble.CUT:
                cut(client, server)
        replies = threading.Thread(target=self._pass_bytes, args=[server, client], daemon=True)
        replies.start()
        self._pass_bytes(client, server)
        replies.join()
        with self._changed:
            self._ends -= {client, server}

    def _pass_bytes(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while (content := source.recv(_BYTES)) and self._passes():
                target.sendall(content)
        if self._passes():
            cut(source, target)

    def _passes(self) -> bool:
        """Wait while nothing is passed on, and return whether something is then."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing or self._trouble is not Trouble.SILENT)
            is_slow = self._trouble is Trouble.SLOW
            passes = not self._is_closing and self._trouble is not Trouble.CUT
        if is_slow:
            sleep(self._delays.uniform(0, _SLOW_SECONDS))
        return passes
