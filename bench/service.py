"""The service, as its clients and its operator see it."""

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import clearprop

from bench.measuring import Times, in_turn, percentile
from bench.peers import plain_c
from bench.peers.compiling import BUILD
from bench.peers.work import Absent
from bench.report import Row
from bench.serving import Server, serving
from bench.works import xor

_TRAINED = 2_000_000
_READ = 10_000_000  # updates of the history that is read from
_STEPS = 300
_READS = 300
_STEP_BYTES = 1_500  # the rows that one step adds or writes anew


def rows() -> list[Row]:
    """Measure starting, training, stepping, reading and storing."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        return [_ready(folder), *_training(folder), _step(folder)]


def _ready(folder: Path) -> Row:
    server = Server(folder / "ready.db")
    seconds = []
    for _ in range(6):
        started = time.perf_counter()
        server.start()
        seconds.append(time.perf_counter() - started)
        server.stop()
    times = Times(seconds[1:])  # the first makes the database
    return Row(
        "ready to serve after start, warm cache",
        times.text(1.0, "s"),
        "",
        f"{times.median:.2f} s",
        "≤ 3 s",
        times.median <= 3.0,
    )


def _train(client: clearprop.Client, name: str, updates: int = _TRAINED) -> None:
    run = client.create_network(name, layer_sizes=[2, 5, 1], seed=7).train(
        "xor", learning_rate=5.0, batch_size=4, epochs=updates
    )
    run.wait()


def _training(folder: Path) -> list[Row]:
    """Measure runs, the bytes that they leave behind, and reads from anywhere in one."""
    names = iter(f"trained-{number}" for number in range(100))
    with serving(folder, "training") as server, clearprop.connect(server.target) as client:
        trained = _speed(lambda: _train(client, next(names)))
        networks = sum(1 for _ in client.networks())
        _train(client, "read", _READ)
        reading = _reading(client.network("read"))
    stored = sum(path.stat().st_size for path in folder.glob("training.db*"))
    each = stored / (networks * _TRAINED + _READ)
    storing = Row(
        f"storage per update, 2-5-1, {networks} runs of {_TRAINED:,} and one of {_READ:,}",
        f"{each:.2f} bytes",
        "",
        f"{each:.2f} bytes",
        "≤ 16 bytes",
        each <= 16,
    )
    return [trained, storing, reading]


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


def _reading(network: clearprop.Network) -> Row:
    drawn = random.Random(7)  # noqa: S311 (which updates are read is no secret)
    seconds = []
    for _ in range(_READS):
        update = drawn.randrange(_READ)
        started = time.perf_counter()
        network.state(update)
        seconds.append(time.perf_counter() - started)
    p99 = percentile(seconds, 0.99)
    return Row(
        f"GetState at a random update out of {_READ:,} (2-5-1)",
        f"p50 {percentile(seconds, 0.5) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms",
        "",
        f"p99 {p99 * 1e3:.1f} ms",
        "p99 ≤ 20 ms",
        p99 <= 0.02,
    )


def _step(folder: Path) -> Row:
    bare = sqlite3.connect(folder / "bare.db", isolation_level=None)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE t (b BLOB)")
    content = b"\0" * _STEP_BYTES

    def commits() -> None:
        for _ in range(_STEPS):
            bare.execute("INSERT INTO t VALUES (?)", (content,))

    with serving(folder, "stepping") as server, clearprop.connect(server.target) as client:
        network = client.create_network("stepped", layer_sizes=[2, 5, 1], seed=7)
        network.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000)

        def steps() -> None:
            for _ in range(_STEPS):
                network.step()

        def echoes() -> None:
            for _ in range(_STEPS):
                client.server_info()

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
