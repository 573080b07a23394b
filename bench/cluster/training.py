"""Training in workers that share a PostgreSQL database, against one process and one worker."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median

import clearprop

from bench.cluster.calls import ENDLESS
from bench.cluster.processes import Cluster, WorkerProcess, cluster, processor_seconds, start
from bench.measuring import Times, in_turn, percentile
from bench.report import Row

_TRAINED = 2_000_000
_REPETITIONS = 7
_MOST_TRAINED = 1.3

_SHARED_RUNS, _SHARED_UPDATES = 8, 1_000_000
_SHARED_REPETITIONS = 3
_MOST_SHARED = 1.2

_AT_ONCE, _ONE_AFTER_THE_OTHER = 1_000, 50
_PROCESSORS, _LEAST_SHARE = 2, 0.9

_KILLS = 10
_MOST_KILLED = 8.0
_PATIENCE = 60.0

_names = (f"run-{number}" for number in count())


def _begin(client: clearprop.Client, updates: int) -> clearprop.Run:
    """Begin a run on XOR: an update takes about 0.3 µs."""
    network = client.create_network(next(_names), layer_sizes=[2, 5, 1], seed=7)
    return network.train("xor", learning_rate=5.0, batch_size=4, epochs=updates)


def _begin_wide(client: clearprop.Client, updates: int) -> clearprop.Run:
    """Begin a run on a network with 10,501 parameters."""
    network = client.create_network(next(_names), layer_sizes=[2, 100, 100, 1], seed=7)
    return network.train("xor", learning_rate=0.1, batch_size=4, epochs=updates)


def unwatched(shared: Cluster, alone: clearprop.Client) -> Row:
    """Compare a run that nobody watches with the same in one process on SQLite."""
    ours, theirs = in_turn(
        _REPETITIONS,
        *((partial(_train, client), _TRAINED) for client in (shared.clients[0], alone)),
    )
    ratio = ours.median / theirs.median
    return Row(
        f"Train of {_TRAINED:,} updates of XOR, its end awaited, in a worker, PostgreSQL",
        ours.text(1e-9, "ns an update"),
        f"one process, SQLite {theirs.text(1e-9, 'ns')}",
        f"{ratio:.2f} × its time (of minima: {ours.least / theirs.least:.2f} ×)",
        f"≤ {_MOST_TRAINED} ×",
        ratio <= _MOST_TRAINED,
    )


def _train(client: clearprop.Client) -> None:
    _begin(client, _TRAINED).wait()


def divided(folder: Path) -> Row:
    """Compare the processor time of the same runs in four workers and in one, in turn.

    It is that of all processes, also of PostgreSQL and of the servers.
    """
    used: dict[int, list[float]] = {1: [], 4: []}
    with cluster(folder, workers=0) as shared:
        for _ in range(_SHARED_REPETITIONS):
            for workers, kept in used.items():
                kept.append(_processor_seconds(shared, folder, workers))
    one, four = (median(kept) for kept in used.values())
    return Row(
        "processor time of all processes for a million updates of XOR, eight runs on four workers",
        f"{four:.3f} s ({min(used[4]):.3f} to {max(used[4]):.3f})",
        f"on one worker {one:.3f} s ({min(used[1]):.3f} to {max(used[1]):.3f})",
        f"{four / one:.2f} × its time",
        f"≤ {_MOST_SHARED} ×",
        four / one <= _MOST_SHARED,
    )


def _processor_seconds(shared: Cluster, folder: Path, count: int) -> float:
    """Return the processor time of a million updates."""
    with ExitStack() as stack:
        workers = [WorkerProcess(shared.database, folder / "worker.log", 1) for _ in range(count)]
        for worker in workers:
            start(stack, worker)
        _begin(shared.clients[0], 1).wait()
        pids = [shared.postgres.pid, *(each.pid for each in (*shared.servers, *workers))]
        before = sum(map(processor_seconds, pids))
        runs = [_begin(shared.clients[0], _SHARED_UPDATES) for _ in range(_SHARED_RUNS)]
        for run in runs:
            run.wait()
        used = sum(map(processor_seconds, pids)) - before
    return used / (_SHARED_RUNS * _SHARED_UPDATES / 1e6)


def at_once(shared: Cluster) -> list[Row]:
    """Compare many networks that are trained at once with one after the other."""
    return [
        _at_once(shared, "2-100-100-1, 10,000 updates", partial(_begin_wide, updates=10_000)),
        _at_once(shared, "2-5-1, 50,000 updates", partial(_begin, updates=50_000)),
    ]


def _at_once(shared: Cluster, what: str, begin: Callable[[clearprop.Client], clearprop.Run]) -> Row:
    client = shared.clients[0]
    began = time.monotonic()
    for _ in range(_ONE_AFTER_THE_OTHER):
        begin(client).wait()
    alone = (time.monotonic() - began) / _ONE_AFTER_THE_OTHER
    began = time.monotonic()
    runs = [begin(client) for _ in range(_AT_ONCE)]
    for run in runs:
        run.wait()
    together = (time.monotonic() - began) / _AT_ONCE
    share = alone / together / _PROCESSORS
    return Row(
        f"{_AT_ONCE:,} networks ({what} each) trained at once on two workers with a thread each",
        f"{together * 1e3:.0f} ms each",
        f"one after the other {alone * 1e3:.0f} ms each",
        f"{alone / together:.2f} × the speed, {share:.2f} × that of two processors",
        f"≥ {_LEAST_SHARE} × that of two processors",
        share >= _LEAST_SHARE,
    )


def killed(shared: Cluster) -> Row:
    """Kill the worker of a run, again and again, and wait for the next update."""
    network = shared.clients[0].create_network("killed", layer_sizes=[2, 5, 1], seed=7)
    run = network.train(**ENDLESS)
    seconds = []
    for _ in range(_KILLS):
        _wait_for_update(network)
        ((owner,),) = shared.postgres.execute("SELECT owner FROM runs WHERE owner IS NOT NULL")
        (worker,) = [each for each in shared.workers if f"-{each.pid}-" in owner]
        worker.kill()
        began = time.monotonic()
        worker.start()  # it claims as any other
        _wait_for_update(network)
        seconds.append(time.monotonic() - began)
    run.cancel()
    p99 = percentile(seconds, 0.99)
    return Row(
        f"from the SIGKILL of the worker of a run to its next update ({_KILLS} times)",
        Times(seconds).text(1.0, "s"),
        "",
        f"p99 {p99:.1f} s",
        f"p99 ≤ {_MOST_KILLED:.0f} s",
        p99 <= _MOST_KILLED,
    )


def _wait_for_update(network: clearprop.Network) -> None:
    """Wait until an update is stored that was not there before."""
    deadline = time.monotonic() + _PATIENCE
    before = network.refresh().latest_update
    time.sleep(0.05)
    before = max(before, network.latest_update)
    while network.refresh().latest_update == before:
        if time.monotonic() > deadline:
            raise RuntimeError("no worker continues the run")
        time.sleep(0.005)
