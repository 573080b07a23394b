"""The time of an update, and until an update is received, against the number of watchers."""

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import clearprop

from bench.growth.curves import Curve, folder_on_disk
from bench.growth.limits import call_limits, p99_of, wire_seconds_per_byte
from bench.growth.watching_process import STRIDE
from bench.measuring import Times
from bench.serving import serving

_PROCESSES = 2
_REPETITIONS = 3
_MOST_UPDATES, _FEWEST_UPDATES = 1_000_000, 20_000
_STEPS = 100
_LIMITS = (
    *("--limit", "watches_of_client=1000", "--limit", "connections_of_client=2000"),
    *("--limit", "calls_of_client=10000"),
)
_FORMS = {
    "columns": "all parameters, as columns",
    "cost": "costs alone, as columns",
    "stride": f"each {STRIDE:,}th update, as columns",
}


def by_watchers(counts: Sequence[int]) -> list[Curve]:
    """Measure training until the last of so many watchers has received all of it."""
    curves = {form: Curve(name, "ours") for form, name in _FORMS.items()}
    unwatched = Curve("limit: nobody watches", "limit")
    wire = Curve("limit: wire, all parameters", "limit")
    byte = wire_seconds_per_byte()
    with (
        folder_on_disk() as folder,
        serving(folder, "watched", *_LIMITS) as server,
        clearprop.connect(server.target) as client,
    ):
        training = _Training(client, server.target)
        alone = training.unwatched()
        for count in counts:
            for form, curve in curves.items():
                seconds, received = training.watched(count, form)
                curve.points.append((count, seconds))
                if form == "columns":
                    wire.points.append((count, received * byte))
            unwatched.points.append((count, alone))
    return [*curves.values(), unwatched, wire]


def until_received(counts: Sequence[int]) -> list[Curve]:
    """Measure how long after a Step is sent so many watchers receive its update."""
    median, p99 = Curve("received, median", "ours"), Curve("received, 99th percentile", "ours")
    answered = Curve("the answer of the Step, median", "ours")
    with (
        folder_on_disk() as folder,
        serving(folder, "stepped", *_LIMITS) as server,
        clearprop.connect(server.target) as client,
    ):
        limits = call_limits(folder, server.target, counts)
        for count in counts:
            network = client.create_network(f"by-{count}", layer_sizes=[2, 5, 1], seed=7)
            network.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000)
            with _watchers(server.target, network.id, count, "columns", 0) as processes:
                answers, receipts = _steps(network, processes)
            median.points.append((count, Times(receipts).median))
            p99.points.append((count, p99_of(receipts)))
            answered.points.append((count, Times(answers).median))
    return [p99, median, answered, *limits]


def _steps(
    network: clearprop.Network, processes: list[subprocess.Popen[bytes]]
) -> tuple[list[float], list[float]]:
    """Step when all watchers have the update before; return the times of answers and receipts."""
    answers, receipts = [], []
    for _ in range(_STEPS):
        sent = time.monotonic()
        network.step()
        answers.append(time.monotonic() - sent)
        for process in processes:
            receipts += [float(when) - sent for when in _line(process).split()]
    return answers, receipts


class _Training:
    """Runs of the same training, each on a network of its own."""

    def __init__(self, client: clearprop.Client, target: str) -> None:
        self._client = client
        self._target = target
        self._made = 0

    def unwatched(self) -> float:
        """Return the seconds of an update that nobody watches."""
        return Times([self._unwatched() for _ in range(_REPETITIONS)]).median

    def watched(self, count: int, form: str) -> tuple[float, float]:
        """Return the seconds and bytes of an update with so many watchers."""
        found = [self._watched(count, form) for _ in range(_REPETITIONS)]
        return Times([seconds for seconds, _ in found]).median, found[0][1]

    def _unwatched(self) -> float:
        run = self._paused_run(_MOST_UPDATES)
        started = time.monotonic()
        run.resume()
        run.wait()
        return (time.monotonic() - started) / _MOST_UPDATES

    def _watched(self, count: int, form: str) -> tuple[float, float]:
        # About as many snapshots are sent, however many watchers there are.
        most = _MOST_UPDATES * (1 if form != "stride" else STRIDE) // count
        updates = max(_FEWEST_UPDATES, min(_MOST_UPDATES, most))
        run = self._paused_run(updates)
        with _watchers(self._target, run.network, count, form, run.number) as processes:
            started = time.monotonic()
            run.resume()
            found = [_line(process).split() for process in processes]
        ended = max(float(when) for _, when in found)
        received = sum(int(total) for total, _ in found)
        return (ended - started) / updates, received / updates

    def _paused_run(self, updates: int) -> clearprop.Run:
        """Begin a run, of a network of its own, which watchers can find before it is resumed."""
        self._made += 1
        network = self._client.create_network(f"run-{self._made}", layer_sizes=[2, 5, 1], seed=7)
        return network.step("xor", learning_rate=5.0, batch_size=4, epochs=updates).run


@contextmanager
def _watchers(
    target: str, network: str, count: int, form: str, until_run: int
) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Let watchers of a network in some processes wait for its updates during the block."""
    shares = [len(range(start, count, _PROCESSES)) for start in range(min(count, _PROCESSES))]
    command = [sys.executable, "-m", "bench.growth.watching_process", target, network]
    processes = [
        subprocess.Popen(  # noqa: S603 (the project's own program)
            [*command, str(share), form, str(until_run)], stdout=subprocess.PIPE
        )
        for share in shares
    ]
    try:
        for process in processes:
            if _line(process) != "watching":
                raise RuntimeError("a watcher could not watch")
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _line(process: subprocess.Popen[bytes]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().decode().strip()
