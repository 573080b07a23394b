"""The service, as its clients and its operator see it."""

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clearprop
import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from bench.measuring import Times, in_turn
from bench.peers import plain_c
from bench.peers.compiling import BUILD
from bench.peers.work import Absent
from bench.report import Row
from bench.serving import Server, serving
from bench.works import xor

_TRAINED = 2_000_000
_STEPS = 300
_STEP_BYTES = 1_500  # the rows that one step adds or rewrites


def rows() -> list[Row]:
    """Measure starting, training and stepping."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        return [*_starting(folder), _training(folder), _step(folder)]


def _starting(folder: Path) -> list[Row]:
    """Measure how long a server takes to start, and its memory before it has done anything."""
    server = Server(folder / "ready.db")
    seconds, megabytes = [], []
    for _ in range(6):
        started = time.perf_counter()
        server.start()
        seconds.append(time.perf_counter() - started)
        megabytes.append(server.memory() / 1e6)
        server.stop()
    times, memory = Times(seconds[1:]), Times(megabytes[1:])  # the first makes the database
    ready = Row(
        "ready to serve after start, warm cache",
        times.text(1.0, "s"),
        "",
        f"{times.median:.2f} s",
        "≤ 1 s",
        times.median <= 1.0,
    )
    idle = Row(
        "memory of a server that has done nothing, with what it shares with others",
        memory.text(1.0, "MB"),
        "",
        f"{memory.median:.0f} MB",
        "≤ 150 MB",
        memory.median <= 150.0,
    )
    return [ready, idle]


def _train(client: clearprop.Client, name: str) -> None:
    run = client.create_network(name, layer_sizes=[2, 5, 1], seed=7).train(
        "xor", learning_rate=5.0, batch_size=4, epochs=_TRAINED
    )
    run.wait()


def _training(folder: Path) -> Row:
    """Measure whole runs, unwatched."""
    names = iter(f"trained-{number}" for number in range(100))
    with serving(folder, "training") as server, clearprop.connect(server.target) as client:
        return _speed(lambda: _train(client, next(names)))


def _speed(train: Callable[[], None]) -> Row:
    work = f"Train of {_TRAINED:,} updates of XOR over gRPC, durable, its end awaited"
    try:
        loop = plain_c.loop(xor(record=False))
    except Absent as reason:
        (ours,) = in_turn(3, (train, _TRAINED))
        return Row(work, ours.text(1e-9, "ns an update"), f"plain C: {reason}", "", "≤ 1.2 ×", None)
    ours, c = in_turn(5, (train, _TRAINED), (lambda: loop(_TRAINED), _TRAINED))
    ratio = ours.median / c.median
    return Row(
        work,
        ours.text(1e-9, "ns an update"),
        f"plain C at -O3, storing nothing {c.text(1e-9, 'ns')}",
        f"{ratio:.2f} × its time",
        "≤ 1.2 ×",
        ratio <= 1.2,
    )


def _step(folder: Path) -> Row:
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (b BLOB)")
    content = b"\0" * _STEP_BYTES

    def commits() -> None:
        for _ in range(_STEPS):
            bare.execute("INSERT INTO t VALUES (?)", (content,))

    with (
        serving(folder, "stepping") as server,
        clearprop.connect(server.target) as client,
        grpc.insecure_channel(server.target) as channel,
    ):
        health: Any = health_pb2_grpc.HealthStub(channel)
        network = client.create_network("stepped", layer_sizes=[2, 5, 1], seed=7)
        network.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000)

        def steps() -> None:
            for _ in range(_STEPS):
                network.step()

        def echoes() -> None:
            for _ in range(_STEPS):
                health.Check(health_pb2.HealthCheckRequest())

        ours, echo, commit = in_turn(5, (steps, _STEPS), (echoes, _STEPS), (commits, _STEPS))
    bare.close()
    ratio = ours.median / (echo.median + commit.median)
    return Row(
        "Step by one update over gRPC",
        ours.text(1e-3, "ms"),
        f"echo RPC {echo.text(1e-3, 'ms')} + durable commit {commit.text(1e-3, 'ms')}",
        f"{ratio:.2f} × their sum",
        "≤ 1.5 ×",
        ratio <= 1.5,
    )
