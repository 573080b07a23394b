"""What the database bears: hundreds of simulated workers, and segments of several lengths."""

import json
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from histories import Story, make_network

from bench.cluster.processes import postgres, processor_seconds
from bench.measuring import percentile
from bench.report import Row
from service.clock import SystemClock
from storage import open_store
from training.network import Network
from training.ports import Writer
from training.update import Addition, Keyframe, Segment

_PROCESSES = 4
_SECONDS = 4.0
_WARMING_SECONDS = 6.0
#: The first seconds of workers that choose the length of their segments are not counted.
_SETTLING_SECONDS = 12.0

_MOST_CONNECTIONS = 1_100
_MOST_P99 = 1.0

#: The lengths of segments in seconds, by the number of workers.
SWEEP = {
    10: (0.010,),
    100: (0.010, 0.025, 0.050),
    300: (0.100, 0.250),
    1_000: (0.500, 1.000),
}


@dataclass(frozen=True, slots=True)
class Load:
    """What workers have written: `length` is that of their segments, all in seconds.

    `offered` is how many segments per second they would write if transactions took no time, and
    `processor` the time of PostgreSQL for each.
    """

    workers: int
    length: float
    is_chosen: bool
    written: float
    p50: float
    p99: float
    processor: float

    @property
    def offered(self) -> float:
        """Segments per second if transactions took no time."""
        return self.workers / self.length


class Simulation:
    """Simulated workers in a few processes."""

    def __init__(self, stack: ExitStack, url: str, database_pid: int, workers: int) -> None:
        self._workers, self._database_pid = workers, database_pid
        command = [sys.executable, "-m", "bench.cluster.simulated_workers", url]
        self._processes = [
            stack.enter_context(
                subprocess.Popen(  # noqa: S603 (the project's own program)
                    [*command, str(workers // _PROCESSES)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(_PROCESSES)
        ]
        for process in self._processes:
            stack.callback(process.kill)
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"

    def warm_up(self, length: float) -> None:
        """Have each worker compile its statements, and spread their renewals, uncounted."""
        self._work(_WARMING_SECONDS, length)

    def load(self, length: float) -> Load:
        """Have the workers write segments of a length; 0: of the one that their pace chooses."""
        if not length:
            self._work(_SETTLING_SECONDS, length)
        began, before = time.monotonic(), processor_seconds(self._database_pid)
        lengths, taken = self._work(_SECONDS, length)
        seconds = time.monotonic() - began
        used = processor_seconds(self._database_pid) - before
        return Load(
            self._workers,
            length or median(lengths),
            not length,
            len(taken) / seconds,
            median(taken),
            percentile(taken, 0.99),
            used / len(taken),
        )

    def _work(self, seconds: float, length: float) -> tuple[list[float], list[float]]:
        for process in self._processes:
            assert process.stdin is not None
            process.stdin.write(f"{seconds} {length}\n")
            process.stdin.flush()
        lengths: list[float] = []
        taken: list[float] = []
        for process in self._processes:
            assert process.stdout is not None
            for found, kept in zip(
                json.loads(process.stdout.readline()), (lengths, taken), strict=True
            ):
                kept.extend(found)
        return lengths, taken


def row(folder: Path) -> Row:
    """Return the load of workers that choose the length of their segments, and of others."""
    found = loads(folder)
    chosen = [load for load in found if load.is_chosen]
    knee = max(load.written for load in found)
    sentences = "; ".join(
        f"{load.workers:,} workers choose {load.length * 1e3:.0f} ms:"
        f" {load.written:,.0f} segments/s, p50 {load.p50 * 1e3:.0f} ms, p99 {load.p99 * 1e3:.0f} ms"
        for load in chosen
    )
    fixed = "; ".join(
        f"{load.workers:,} × {load.length * 1e3:.0f} ms: {load.written:,.0f} of"
        f" {load.offered:,.0f}/s, p99 {load.p99 * 1e3:.0f} ms"
        for load in found
        if not load.is_chosen
    )
    last = chosen[-1]
    return Row(
        "statement load of simulated workers, segments of 2 kB",
        sentences,
        f"with segments of a given length: {fixed}",
        f"the knee is at {knee:,.0f} segments/s;"
        f" {last.workers} workers choose {last.length * 1e3:.0f} ms",
        f"p99 of the most workers ≤ {_MOST_P99:.0f} s",
        last.p99 <= _MOST_P99,
    )


def loads(folder: Path) -> list[Load]:
    """Sweep the number of workers and the length of segments."""
    found = []
    for workers, lengths in SWEEP.items():
        with ExitStack() as stack:
            database = stack.enter_context(
                postgres(folder / f"postgres-{workers}", max_connections=str(_MOST_CONNECTIONS))
            )
            _add_runs(database.url(), workers)
            simulation = Simulation(stack, database.url(), database.pid, workers)
            simulation.warm_up(lengths[-1])
            for each in (*lengths, 0.0):
                found.append(simulation.load(each))
                sys.stderr.write(f"{found[-1]}\n")
    return found


def _add_runs(url: str, count: int) -> None:
    with closing(open_store(url, SystemClock())) as store:
        for number in range(count):
            story = Story(make_network(f"simulated-{number}"))
            store.write(partial(_add_run, story.beginning(), story.opening()))
        store.commit(lambda _: None)


def _add_run(
    beginning: tuple[Network, Segment, Keyframe], opening: Addition, writer: Writer
) -> None:
    writer.add_network(*beginning)
    writer.append(opening)
