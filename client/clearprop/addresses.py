"""Addresses of servers: HOST:PORT."""

import re
from ipaddress import ip_address
from typing import Final, NamedTuple

#: The address of a server for gRPC, unless another one is given.
DEFAULT_SERVER: Final = "127.0.0.1:50051"

#: The schemes of gRPC targets that are not HOST:PORT, which gRPC itself resolves.
_SCHEMES: Final = ("dns:", "ipv4:", "ipv6:", "unix:", "unix-abstract:", "vsock:", "xds:")

_IPV6: Final = r"\[(?=[^\]]*:[^\]]*:)[0-9A-Fa-f:.]+(?:%[\w.-]+)?\]"
_HOST_AND_PORT: Final = re.compile(rf"({_IPV6}|[^\s\[\]/@:]+):([0-9]+)", re.ASCII)
_LARGEST_PORT: Final = 2**16 - 1
_LONGEST_SHOWN: Final = 100


class Address(NamedTuple):
    """An address of TCP; the host of an IPv6 address has no brackets."""

    host: str
    port: int


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


def check_target(target: str) -> str:
    """Return a target to connect to: HOST:PORT, or a target with a scheme of gRPC, such as unix:.

    Raises ValueError if it is neither.
    """
    if not target.startswith(_SCHEMES):
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
