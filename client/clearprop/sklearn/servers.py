"""The connections of estimators: one for each server in a process."""

import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from clearprop._sync.client import Client, connect


class ServerKey(NamedTuple):
    """A server and the options of the connection."""

    target: str
    options: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, target: str, options: Mapping[str, Any] | None) -> "ServerKey":
        """Return the key for the arguments of `connect`."""
        return cls(target, tuple(sorted((options or {}).items())))


_clients: dict[tuple[int, ServerKey], Client] = {}


def client_of(server: ServerKey) -> Client:
    """Return the connection of this process to a server."""
    key = os.getpid(), server  # a connection does not survive a fork
    if key not in _clients:
        _clients[key] = connect(server.target, **dict(server.options))
    return _clients[key]
