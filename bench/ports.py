"""Ports for servers that nothing else takes between their choice and their use.

A port that the system chooses may be given to another process, or to a connection of a client,
before a server listens there. So each process reserves blocks of ports outside of the range that
the system chooses from, and uses each port once.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from threading import Lock

HOST = "127.0.0.1"

#: The first port of a block stays bound, and thereby reserves the others.
_BLOCK = 64

_FIRST = 10_000
#: Where the range of most systems begins. Linux has a file that says where its own begins.
_LAST = 49_151
_LINUX_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_FEWEST_BLOCKS = 100


def free_port() -> int:
    """Return a port for a server on the loopback interface."""
    with _LOCK:
        return next(_PORTS)


def _free_ports() -> Iterator[int]:
    """Yield ports, each of them once and in this process only."""
    blocks = _blocks()
    begin = os.getpid() % len(blocks)
    with ExitStack() as reserved:
        for first in [*blocks[begin:], *blocks[:begin]]:
            if _binds(reserved.enter_context(socket.socket()), first):
                yield from filter(_is_free, range(first + 1, first + _BLOCK))


def _blocks() -> range:
    """Return the first ports of all blocks."""
    last = _LAST
    if _LINUX_RANGE.exists():
        begin = int(_LINUX_RANGE.read_text().split()[0])
        # If the system chooses from nearly all ports, no other range is better.
        last = begin if begin >= _FIRST + _FEWEST_BLOCKS * _BLOCK else _LAST
    return range(_FIRST, last - _BLOCK, _BLOCK)


def _is_free(port: int) -> bool:
    """Return whether a server can listen there; connections that have ended do not matter."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _binds(probe, port)


def _binds(unbound: socket.socket, port: int) -> bool:
    try:
        unbound.bind((HOST, port))
    except OSError:
        return False
    return True


_LOCK = Lock()
_PORTS = _free_ports()
