"""Measures loops against each other: each in a process of its own, in turn."""

import os
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import numpy as np

from bench.measuring import Times
from bench.peers.compiling import BUILD
from bench.peers.work import Array, Work

_ROOT = Path(__file__).parents[1]
#: The environment of the peers that are no part of the application; `make peers` makes it.
_PEERS_PYTHON = _ROOT / ".venv-bench" / "bin" / "python"

_REPETITIONS = 9
_SECONDS = 0.15  # how long one repetition takes, about
_CHECKED_UPDATES = 20


@dataclass(frozen=True, slots=True)
class Contestant:
    """A loop by its name in the report, its module, and whether it needs the peers' environment."""

    name: str
    module: str
    needs_peers: bool = False


@dataclass(frozen=True, slots=True)
class Race:
    """The time of an update for each installed contestant, and why others are missing.

    `versions` are what the contestants are made with.
    """

    times: dict[str, Times]
    absent: dict[str, str]
    versions: list[str]


class _Worker:
    """A contestant at its work."""

    def __init__(self, contestant: Contestant, work: Path, threads: int) -> None:
        self.name = contestant.name
        here = contestant.needs_peers and _PEERS_PYTHON.exists()
        self._process = subprocess.Popen(  # noqa: S603 (the project's own program)
            [
                str(_PEERS_PYTHON) if here else sys.executable,
                *("-m", "bench.peers.worker", contestant.module, str(work)),
            ],
            cwd=_ROOT,
            env=_environment(threads),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def read(self) -> str:
        """Return its next line.

        Raises:
            RuntimeError: it ended without one.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line:
            raise RuntimeError(f"{self.name} ended before it answered")
        return line

    def ask(self, line: str) -> str:
        """Return its answer to a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self.read()

    def seconds(self, updates: int) -> float:
        """Run a number of updates, and return how long they took."""
        return float(self.ask(str(updates)))

    def checked(self, target: Path) -> tuple[Array, Array]:
        """Return its costs and parameters after some updates."""
        self.ask(f"check {_CHECKED_UPDATES} {target}")
        with np.load(target) as file:
            return file["costs"], file["parameters"]


def _environment(threads: int) -> dict[str, str]:
    """Let every library show its best with so many threads, whatever is set here."""
    kept = {name: value for name, value in os.environ.items() if "BLAS" not in name}  # noqa: TID251
    names = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")
    return kept | dict.fromkeys(names, str(threads))


def race(work: Work, contestants: list[Contestant]) -> Race:
    """Measure an update of each contestant, in turn, after a check that they do the same.

    Raises:
        RuntimeError: a contestant whose network is quite that of the first trains it otherwise.
    """
    BUILD.mkdir(exist_ok=True)
    absent: dict[str, str] = {}
    versions: dict[str, None] = {}  # a set in order
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(dir=BUILD)))
        path = folder / "work.npz"
        work.save(path)
        workers = []
        for contestant in contestants:
            worker = stack.enter_context(_Worker(contestant, path, work.threads))
            word, _, rest = worker.read().partition(" ")
            if word == "absent":
                absent[worker.name] = rest
            else:
                workers.append(worker)
                versions[rest] = None
        _check(workers, folder / "checked.npz")
        counts = [_count(worker) for worker in workers]
        seconds: dict[str, list[float]] = {worker.name: [] for worker in workers}
        for _ in range(_REPETITIONS):
            for worker, count in zip(workers, counts, strict=True):
                seconds[worker.name].append(worker.seconds(count) / count)
    times = {name: Times(each) for name, each in seconds.items()}
    return Race(times, absent, list(versions))


def _check(workers: list[_Worker], target: Path) -> None:
    costs, parameters = workers[0].checked(target)
    for worker in workers[1:]:
        their_costs, their_parameters = worker.checked(target)
        if their_parameters.size == 0:
            continue  # its network is not quite ours
        for ours, theirs in ((costs, their_costs), (parameters, their_parameters)):
            if not np.allclose(theirs, ours, rtol=1e-9, atol=1e-12):
                raise RuntimeError(f"{worker.name} does not train as {workers[0].name} does")


def _count(worker: _Worker) -> int:
    """Return how many updates take it about the time of a repetition."""
    updates = 4
    while (seconds := worker.seconds(updates)) < _SECONDS / 4:
        updates *= 4
    return max(1, round(updates * _SECONDS / seconds))
