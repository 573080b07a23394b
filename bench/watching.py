"""Watching at full speed, and what watchers that read nothing cost."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import clearprop

from bench.measuring import in_turn
from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import Server, serving

_UPDATES = 1_000_000
_STALLED = 50
_PROCESSES = 5
_MINUTE = 60.0
_MOST_BYTES = 8 * 2**20


def rows() -> list[Row]:
    """Measure watched training, in both encodings, and training beside stalled watchers."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        with serving(folder, "watched") as server, clearprop.connect(server.target) as client:
            watched = _watched(client)
        with serving(folder, "stalled") as server, clearprop.connect(server.target) as client:
            return [*watched, *_stalled(server, client)]


class _Training:
    """Runs of the same training, each on a network of its own."""

    def __init__(self, client: clearprop.Client) -> None:
        self._client = client
        self._made = 0

    def begin(self) -> clearprop.Run:
        self._made += 1
        network = self._client.create_network(f"run-{self._made}", layer_sizes=[2, 5, 1], seed=7)
        return network.train("xor", learning_rate=5.0, batch_size=4, epochs=_UPDATES)

    def unwatched(self) -> None:
        self.begin().wait()

    def as_columns(self) -> None:
        seen = sum(columns.parameters.shape[0] for columns in self.begin().columns())
        assert seen == _UPDATES

    def as_updates(self) -> None:
        assert sum(1 for _ in self.begin().updates()) == _UPDATES


def _watched(client: clearprop.Client) -> list[Row]:
    training = _Training(client)
    unwatched, columns, updates = in_turn(
        3,
        (training.unwatched, _UPDATES),
        (training.as_columns, _UPDATES),
        (training.as_updates, _UPDATES),
    )
    ratio = columns.median / unwatched.median
    peer = f"unwatched {unwatched.text(1e-6, 'µs')}"
    what = f"Train of {_UPDATES:,} updates of XOR, every update watched by one Python client"
    return [
        Row(
            f"{what}, as columns",
            columns.text(1e-6, "µs an update"),
            peer,
            f"{ratio:.2f} × its time ({1 / columns.median:,.0f} snapshots/s)",
            "≤ 2.5 ×",
            ratio <= 2.5,
        ),
        Row(
            f"{what}, as updates",
            updates.text(1e-6, "µs an update"),
            peer,
            f"{1 / updates.median:,.0f} snapshots/s",
            "≥ 100,000 snapshots/s",
            1 / updates.median >= 100_000,
        ),
    ]


def _stalled(server: Server, client: clearprop.Client) -> list[Row]:
    training = _Training(client)
    training.unwatched()
    history = "run-1"
    for _ in range(2):
        training.as_columns()  # what a server that is watched keeps at hand is there now
    before = server.memory()
    alone, stalled = [], []
    memory = 0
    for _ in range(3):
        alone.append(_seconds(training))
        # New ones each time: a watcher that cannot be written to is cut after 10 s.
        with _stopped_watchers(server, history):
            _seconds(training)  # until what connections take in is full
            stalled.append(_seconds(training))
            memory = max(memory, server.memory())
    with _stopped_watchers(server, history):
        deadline = time.monotonic() + _MINUTE
        while time.monotonic() < deadline:
            _seconds(training)
            memory = max(memory, server.memory())
        after_a_minute = server.memory()
    share = min(alone) / min(stalled)
    each = (memory - before) / _STALLED
    flat = (after_a_minute - before) / _STALLED
    return [
        Row(
            f"Train beside {_STALLED} watchers whose processes are stopped, one healthy watcher",
            f"{_UPDATES / min(stalled):,.0f} updates/s",
            f"without them {_UPDATES / min(alone):,.0f}",
            f"{share:.0%} of the speed",
            "≥ 95 %",
            share >= 0.95,
        ),
        Row(
            f"memory of the server for each of {_STALLED} stopped watchers",
            f"{each / 2**20:.2f} MiB at most, {flat / 2**20:.2f} MiB after a minute of training",
            "",
            f"{each / 2**20:.2f} MiB",
            "≤ 8 MiB, flat",
            max(each, flat) <= _MOST_BYTES,
        ),
    ]


def _seconds(training: _Training) -> float:
    started = time.perf_counter()
    training.as_columns()
    return time.perf_counter() - started


@contextmanager
def _stopped_watchers(server: Server, network: str) -> Iterator[None]:
    """Let watchers begin to read a history, then stop their processes for the time of the block."""
    command = [sys.executable, "-m", "bench.stalling", server.target, network]
    processes = [
        subprocess.Popen(  # noqa: S603 (the project's own program)
            [*command, str(_STALLED // _PROCESSES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for _ in range(_PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == b"watching\n"
            process.send_signal(signal.SIGSTOP)
        yield
    finally:
        for process in processes:
            process.kill()
            process.communicate()
