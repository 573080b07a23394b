"""Sockets that listen for callers."""

import errno
import socket

from clearprop.addresses import parse_address

_REASONS = {
    errno.EADDRINUSE: "another program, perhaps another Clearprop server, uses this port",
    errno.EADDRNOTAVAIL: "this machine does not have this address",
    errno.EACCES: "permission denied",
}


class CannotListen(Exception):
    """The server cannot listen on an address; the message is for people."""


def bound_socket(address: str, option: str) -> socket.socket:
    """Return a socket that is bound to HOST:PORT, port 0 for any free port, and does not listen.

    A host name is resolved to its first address, IPv4 if it has any. `option` is the option of the
    command line to choose another address. Raises CannotListen.
    """
    try:
        found = socket.getaddrinfo(
            *parse_address(address), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, *_, target = min(found, key=lambda each: each[0] is not socket.AF_INET)
        # asyncio sets TCP_NODELAY only if the protocol is given explicitly. Without it, a chunk
        # after a small one waits up to 40 ms for the client's acknowledgement.
        bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(target)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise CannotListen(
            f"cannot listen on {address}: {_reason(error)}. Choose another address with {option}"
        ) from None
    return bound


def numeric_host(bound: socket.socket) -> str:
    """Return the host to which a socket is bound, as in HOST:PORT."""
    host: str = bound.getsockname()[0]
    return f"[{host}]" if bound.family is socket.AF_INET6 else host


def _reason(error: OSError) -> str:
    if isinstance(error, socket.gaierror):
        return "the host name cannot be resolved"
    return _REASONS.get(error.errno or 0, error.strerror or str(error))
