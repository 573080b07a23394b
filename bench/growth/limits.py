"""The least times on this machine: of bytes in memory, on the disk and on the loopback."""

import socket
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import cache
from pathlib import Path
from threading import Thread

import grpc
import numpy as np
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bench.growth.curves import Curve
from bench.measuring import Times, percentile

_FEWEST = 4_096  # doubles whose copying takes much longer than the call of NumPy
_COPIED = 2**24  # doubles that are copied in one measurement, at least
_REPETITIONS = 5
_CALLS = 300
_COMMITTED_BYTES = 1_500  # the rows that one step adds or rewrites
_SENT_BYTES = 2**30
_CHUNK = 2**18


@cache
def copy_seconds(doubles: int) -> float:
    """Return the processor time of reading and writing as many numbers, again and again.

    Small arrays stay in a cache; those with fewer than 4,096 numbers are taken to be as fast.
    """
    measured = max(doubles, _FEWEST)
    source, target = np.ones(measured), np.zeros(measured)
    rounds = max(1, _COPIED // measured)

    seconds = []
    for _ in range(_REPETITIONS):
        started = time.process_time()
        for _ in range(rounds):
            np.copyto(target, source)
        seconds.append(time.process_time() - started)
    return min(seconds) / rounds * doubles / measured


def commit_seconds(folder: Path) -> float:
    """Return the median time of a durable transaction of SQLite with the bytes of one step."""
    content = b"\0" * _COMMITTED_BYTES
    with closing(sqlite3.connect(folder / "bare.db", isolation_level=None)) as bare:
        bare.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (b BLOB)"
        )
        return median_of(lambda: bare.execute("INSERT INTO t VALUES (?)", (content,)), _CALLS)


def call_limits(folder: Path, target: str, sizes: Sequence[int]) -> list[Curve]:
    """Return the least times of a call that changes nothing and of one that is durable."""
    parts = {
        "limit: echo": echo_seconds(target),
        "limit: commit": commit_seconds(folder),
    }
    return [
        Curve(name, "limit", [(size, seconds) for size in sizes]) for name, seconds in parts.items()
    ]


def echo_seconds(target: str) -> float:
    """Return the median time of the smallest call to a server over gRPC: of its health."""
    with grpc.insecure_channel(target) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        return median_of(lambda: health.Check(health_pb2.HealthCheckRequest()), _CALLS)


def wire_seconds_per_byte() -> float:
    """Return how long a byte takes from one thread to another over the loopback interface."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        sender = Thread(target=_send, args=(server.getsockname(),), daemon=True)
        sender.start()
        with closing(server.accept()[0]) as connection:
            buffer = bytearray(_CHUNK)
            seconds = seconds_of(lambda: _receive(connection, buffer))
        sender.join()
    return seconds / _SENT_BYTES


def _send(address: tuple[str, int]) -> None:
    content = bytes(_CHUNK)
    with closing(socket.create_connection(address)) as connection:
        for _ in range(_SENT_BYTES // _CHUNK):
            connection.sendall(content)


def _receive(connection: socket.socket, buffer: bytearray) -> None:
    while connection.recv_into(buffer):
        pass


def median_of(call: Callable[[], object], calls: int) -> float:
    """Return the median time of some calls, one after the other, after one that does not count."""
    call()
    return Times([seconds_of(call) for _ in range(calls)]).median


def p99_of(seconds: list[float]) -> float:
    """Return the time that 99 % of the measurements do not exceed."""
    return percentile(seconds, 0.99)


def seconds_of(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started
