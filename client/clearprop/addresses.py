"""Addresses of servers: HOST:PORT."""

import re
from ipaddress import ip_address
from typing import Final, NamedTuple
from urllib.parse import unquote

#: The address of a server for gRPC, unless another one is given.
DEFAULT_SERVER: Final = "127.0.0.1:50051"

#: The schemes of gRPC targets that are not HOST:PORT, which gRPC itself resolves.
_SCHEMES: Final = ("dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:", "vsock:", "xds:")

#: Whether a target has TLS, by its scheme.
_TLS: Final = {"grpcs": True, "grpc": False}
_SECURE: Final = "grpcs://clearprop.example.com:50051"

_IPV6: Final = r"\[(?=[^\]]*:[^\]]*:)[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]"
_HOST_AND_PORT: Final = re.compile(rf"({_IPV6}|[^\s\[\]/@:]+):([0-9]+)", re.ASCII)
_LARGEST_PORT: Final = 2**16 - 1
_LONGEST_SHOWN: Final = 100


class Address(NamedTuple):
    """An address of TCP; the host of an IPv6 address has no brackets."""

    host: str
    port: int


class Target(NamedTuple):
    """A target as gRPC expects it, and whether it has TLS: None if it does not say so."""

    name: str
    has_tls: bool | None

    @property
    def is_local(self) -> bool:
        """Whether what is sent to it does not leave this machine."""
        if self.name.startswith(("unix:", "unix-abstract:")):
            return True
        scheme = next(filter(self.name.startswith, _SCHEMES), "")
        addresses = self.name.removeprefix(scheme).rpartition("/")[2].split(",")
        hosts = (unquote(each).rpartition(":")[0].strip("[]") for each in addresses)
        return all(map(is_loopback, hosts))


def parse_address(text: str, *, lowest_port: int = 0, example: str = DEFAULT_SERVER) -> Address:
    """Parse HOST:PORT, such as 127.0.0.1:50051, localhost:0 or [::1]:50051.

    Raises ValueError with a description of what is wrong and an example.
    """
    match = _HOST_AND_PORT.fullmatch(text)
    if match is None:
        raise _invalid(text, _advice(text, example))
    host, port = match[1].strip("[]"), int(match[2][:6])
    if not lowest_port <= port <= _LARGEST_PORT:
        raise _invalid(text, f"the port must be {lowest_port} to {_LARGEST_PORT}")
    return Address(host, port)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine, reached without a network; other names are not."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def parse_target(text: str) -> Target:
    """Parse a target to connect to.

    This is HOST:PORT, grpcs://HOST:PORT for TLS, grpc://HOST:PORT for none, or a target with a
    scheme of gRPC itself, such as unix:/path. Raises ValueError.
    """
    scheme, _, rest = text.rpartition("://")
    if scheme in _TLS:
        return Target(_checked(rest), _TLS[scheme])
    if scheme == "https":
        raise _invalid(text, f"use grpcs:// and the port for gRPC, such as {_SECURE}")
    return Target(text if text.startswith(_SCHEMES) else _checked(text), None)


def _checked(target: str) -> str:
    parse_address(target, lowest_port=1)
    return target


def _advice(text: str, example: str) -> str:
    if re.fullmatch("[0-9]+", text):
        return f"use HOST:PORT, such as 127.0.0.1:{text}"
    if "://" in text:
        return f"use HOST:PORT without {text.partition('://')[0]}://, such as {example}"
    if text.count(":") > 1 and not text.startswith("["):
        return "put an IPv6 address in brackets, such as [::1]:50051"
    return f"use HOST:PORT, such as {example}"


def _invalid(text: str, advice: str) -> ValueError:
    shown = text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"
    return ValueError(f"{shown!r} is not a valid address: {advice}")
