"""The figures of several servers and workers."""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import clearprop

from bench.cluster import calls, statement_load, training
from bench.cluster.processes import Cluster, cluster
from bench.report import Row, Table, table_of
from bench.serving import serving

TEXT = """\
PostgreSQL with the settings of a new installation, two servers, and as many workers with one thread
each as a row says, two if it says nothing. One process with SQLite is measured in turn. All
processes, clients and databases share two processors and a disk."""


def _step(folder: Path) -> list[Row]:
    with _both(folder) as (shared, alone):
        return [calls.step(shared, alone), calls.step_anywhere(shared, alone)]


def _watch(folder: Path) -> list[Row]:
    with cluster(folder) as shared:
        return calls.watch(shared)


def _kill(folder: Path) -> list[Row]:
    with cluster(folder) as shared:
        return [training.killed(shared)]


def _pause(folder: Path) -> list[Row]:
    with cluster(folder) as shared:
        return [calls.pause(shared)]


def _divide(folder: Path) -> list[Row]:
    return [training.divided(folder)]


def _train(folder: Path) -> list[Row]:
    with _both(folder) as (shared, alone):
        return [training.unwatched(shared, alone)]


def _many(folder: Path) -> list[Row]:
    with cluster(folder) as shared:
        return training.at_once(shared)


def _load(folder: Path) -> list[Row]:
    return [statement_load.row(folder)]


PARTS: dict[str, Callable[[Path], list[Row]]] = {
    "step": _step,
    "watch": _watch,
    "kill": _kill,
    "pause": _pause,
    "divide": _divide,
    "train": _train,
    "many": _many,
    "load": _load,
}


@contextmanager
def _both(folder: Path) -> Iterator[tuple[Cluster, clearprop.Client]]:
    """Run a cluster, and one process with SQLite on the same disk."""
    with (
        cluster(folder) as shared,
        serving(folder, "alone") as server,
        clearprop.connect(server.target) as alone,
    ):
        yield shared, alone


def measure(*names: str) -> list[Table]:
    """Measure all parts, or some; report each figure as soon as it is measured."""
    rows = []
    for row in measured(names or PARTS):
        rows.append(row)
        sys.stderr.write(f"{row}\n")
    return [table_of(rows, TEXT)]


def measured(names: Iterable[str]) -> Iterator[Row]:
    """Measure some of the parts, each with processes of its own."""
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o711)  # PostgreSQL may run as another user
            yield from PARTS[name](Path(folder))
