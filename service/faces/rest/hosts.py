"""The hosts under which a server answers: protection against DNS rebinding.

A page of another site can resolve its own name to the address of this server. Its requests then
have the origin of that page, so that a browser allows everything; only the name in Host differs.
"""

import re
import socket
from collections.abc import Iterable
from ipaddress import ip_address

from clearprop.addresses import parse_address

_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?", re.ASCII)
_LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_WILDCARDS = {"0.0.0.0", "::"}  # noqa: S104 (compared, not bound)


class Hosts:
    """The hosts of a server that listens on `address`, HOST:PORT.

    These are the names of loopback, HOST, and `allowed`; "*" allows all. A server that listens
    on all interfaces also has the name of the machine and every IP address: a page can have any
    name, but not the address of another machine.
    """

    def __init__(self, address: str, allowed: Iterable[str] = ()) -> None:
        bound = parse_address(address).host
        self._has_every_address = bound in _WILDCARDS
        own = socket.gethostname() if self._has_every_address else _bracketed(bound)
        self._allowed = {name.lower() for name in allowed}
        self._names = {name.lower() for name in (*_LOOPBACK, own)} | self._allowed

    def allow(self, host: str) -> bool:
        """Return whether the value of a Host header names this server, with any port.

        The port can differ: that of a container or of a tunnel is often mapped to another one.
        """
        match = _HOST.fullmatch(host)
        if match is None:
            return False
        name = match[1].lower()
        return (
            name in self._names
            or "*" in self._names
            or (self._has_every_address and _is_address(name))
        )

    def can_be_proxied(self, host: str) -> bool:
        """Return whether a proxy with TLS can forward requests for a host: it is allowed by name.

        The origin of its pages is https, although the requests come without TLS.
        """
        return host_name(host) in self._allowed


def host_name(host: str) -> str:
    """Return a host without its port."""
    match = _HOST.fullmatch(host)
    return match[1].lower() if match else host


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
