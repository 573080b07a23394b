"""Watching at full speed, and what watchers that read nothing cost."""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import clearprop
import grpc
from clearprop.v1 import training_service_pb2 as pb
from clearprop.v1 import training_service_pb2_grpc

from bench.measuring import Times, in_turn
from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import Server, serving

_UPDATES = 1_000_000
#: The runs that are watched as columns: it varies how their threads share the processors.
_RUNS = 10
#: The updates from which four watchers read.
_PLACES = (0, 12_345, 50_001, 100_002)
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
            watched = [*_watched(client), _at_different_places(server, client)]
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
    unwatched, columns = in_turn(
        _RUNS, (training.unwatched, _UPDATES), (training.as_columns, _UPDATES)
    )
    (updates,) = in_turn(3, (training.as_updates, _UPDATES))
    ratio = columns.median / unwatched.median
    ratios = [a / b for a, b in zip(columns.seconds, unwatched.seconds, strict=True)]
    most = sorted(ratios)[_RUNS - 2]
    peer = f"unwatched {unwatched.text(1e-6, 'µs')}"
    what = f"Train of {_UPDATES:,} updates of XOR, every update watched by one Python client"
    return [
        Row(
            f"{what}, as columns",
            columns.text(1e-6, "µs an update"),
            peer,
            f"{ratio:.2f} × its time, up to {most:.2f} × in {_RUNS - 1} of {_RUNS} runs"
            f" ({1 / columns.median:,.0f} snapshots/s)",
            f"≤ 2.0 × in {_RUNS - 1} of {_RUNS}",
            most <= 2.0,
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


def _at_different_places(server: Server, client: clearprop.Client) -> Row:
    """Measure what watchers of one history cost the server, from different updates on."""
    network = client.network("run-1")

    def cost(starts: Sequence[int]) -> float:
        before = server.processor_seconds()
        with ThreadPoolExecutor(len(starts)) as threads:
            done = threads.map(partial(_read_columns, server.target, network.id), starts)
            assert list(done) == [_UPDATES + 1 - start for start in starts]
        return server.processor_seconds() - before

    alone, four = (Times([cost(starts) for _ in range(3)]) for starts in (_PLACES[:1], _PLACES))
    ratio = four.median / alone.median
    places = ", ".join(f"{place:,}" for place in _PLACES)
    return Row(
        f"four watchers of {_UPDATES:,} updates as columns, from the updates {places} on",
        four.text(1.0, "s of the server's processors"),
        f"the first one alone {alone.text(1.0, 's')}",
        f"{ratio:.2f} × its time",
        "≤ 2.0 ×",
        ratio <= 2.0,
    )


def _read_columns(target: str, network: str, start: int) -> int:
    """Read a history in messages that are not converted to arrays; return how many updates."""
    with grpc.insecure_channel(target) as channel:
        stub = training_service_pb2_grpc.TrainingServiceStub(channel)
        request = pb.WatchUpdatesRequest(
            network=network, start_update=start, until_run=1, encoding=pb.ENCODING_COLUMNS
        )
        return sum(answer.columns.count for answer in stub.WatchUpdates(request))


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
