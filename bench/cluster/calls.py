"""Calls to servers on one PostgreSQL database: steps, watches and pauses."""

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from typing import Any

import clearprop

from bench.cluster.processes import Cluster
from bench.measuring import Times, in_turn, percentile
from bench.report import Row

_STEPS = 100
_REPETITIONS = 15
_MOST_STEP = 2.0

_WATCHED = 300
_WATCHED_CUT_OFF = 100
_MOST_WATCH, _MOST_CUT_OFF = 0.050, 0.400

_PAUSES = 100
_MOST_PAUSE = 0.100

#: The settings of runs that do not end during a measurement.
ENDLESS: dict[str, Any] = {
    "training_set": "xor",
    "learning_rate": 0.5,
    "batch_size": 4,
    "epochs": 10**9,
}

#: Has notifications sent to nobody, in sessions that begin from now on.
_CUT_OFF = (
    "CREATE FUNCTION public.pg_notify(text, text) RETURNS void LANGUAGE sql AS ''",
    "ALTER DATABASE postgres SET search_path = public, pg_catalog",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_notify%'",
)


def step(cluster: Cluster, alone: clearprop.Client) -> Row:
    """Compare steps through a server with those of one process on SQLite."""
    what = "Step by one update (2-5-1), through a server on PostgreSQL, beside two idle workers"
    return _step(what, cluster.clients[:1], alone)


def step_anywhere(cluster: Cluster, alone: clearprop.Client) -> Row:
    """Compare the same, each step through the other server, which has to read what changed."""
    what = "the same, each step through the other one of two servers"
    return _step(what, cluster.clients, alone)


def _step(what: str, clients: Sequence[clearprop.Client], alone: clearprop.Client) -> Row:
    name = f"stepped-{len(clients)}"
    ours, theirs = in_turn(
        _REPETITIONS, *((_steps(name, each), _STEPS) for each in (clients, [alone]))
    )
    ratio = ours.median / theirs.median
    low = percentile(ours.seconds, 0.1) / percentile(theirs.seconds, 0.1)
    return Row(
        what,
        ours.text(1e-3, "ms"),
        f"one process, SQLite {theirs.text(1e-3, 'ms')}",
        f"{ratio:.2f} × its time (of the tenth percentiles: {low:.2f} ×)",
        f"≤ {_MOST_STEP:.0f} ×",
        max(ratio, low) <= _MOST_STEP,
    )


def _steps(name: str, clients: Sequence[clearprop.Client]) -> Callable[[], None]:
    clients[0].create_network(name, layer_sizes=[2, 5, 1], seed=7).step(**ENDLESS)
    networks = itertools.cycle([client.network(name) for client in clients])

    def steps() -> None:
        for _ in range(_STEPS):
            next(networks).step()

    return steps


def watch(cluster: Cluster) -> list[Row]:
    """Measure how long an update takes to a watch at another server, also without notifications."""
    asked, other = cluster.clients
    network = asked.create_network("watched", layer_sizes=[2, 5, 1], seed=7)
    network.step(**ENDLESS)
    with _watching(other.network("watched")) as received:
        usual = Times(_delays(network, received, _WATCHED))
        for sql in _CUT_OFF:
            cluster.postgres.execute(sql)
        time.sleep(1.0)  # those that send have connected again
        cut_off = Times(_delays(network, received, _WATCHED_CUT_OFF))
    what = "from a Step through one server, sent, to the receipt of its update at another"
    return [
        _p99(what, usual, _MOST_WATCH),
        _p99(f"{what}, all notifications lost", cut_off, _MOST_CUT_OFF),
    ]


@contextmanager
def _watching(network: clearprop.Network) -> Iterator["SimpleQueue[float]"]:
    """Watch a network; the queue has the times at which updates were received."""
    received: SimpleQueue[float] = SimpleQueue()

    def follow() -> None:
        with suppress(clearprop.ClearpropError):  # the server stops
            for _ in network.watch():
                received.put(time.perf_counter())

    Thread(target=follow, daemon=True).start()
    time.sleep(1.0)  # the watch begins
    yield received


def _delays(network: clearprop.Network, received: "SimpleQueue[float]", count: int) -> list[float]:
    chosen = random.Random(1)  # noqa: S311 (pauses)
    delays = []
    for _ in range(count):
        time.sleep(chosen.uniform(0.0, 0.05))
        sent = time.perf_counter()
        network.step()
        delays.append(received.get(timeout=10.0) - sent)
    return delays


def pause(cluster: Cluster) -> Row:
    """Measure pauses of a run in a worker, through two servers in turn."""
    network = cluster.clients[0].create_network("paused", layer_sizes=[2, 5, 1], seed=7)
    number = network.train(**ENDLESS).number
    runs = [client.network("paused").run(number) for client in cluster.clients]
    chosen = random.Random(1)  # noqa: S311 (pauses)
    seconds = []
    for run, _ in zip(itertools.cycle(runs), range(_PAUSES), strict=False):
        time.sleep(chosen.uniform(0.1, 0.3))
        began = time.perf_counter()
        run.pause()
        seconds.append(time.perf_counter() - began)
        run.resume()
    runs[0].cancel()
    return _p99(
        "a pause of a run in a worker, through two servers in turn", Times(seconds), _MOST_PAUSE
    )


def _p99(what: str, times: Times, most: float) -> Row:
    p99 = percentile(times.seconds, 0.99)
    return Row(
        what,
        f"p50 {times.median * 1e3:.0f} ms, at most {max(times.seconds) * 1e3:.0f} ms",
        "",
        f"p99 {p99 * 1e3:.0f} ms",
        f"p99 ≤ {most * 1e3:.0f} ms",
        p99 <= most,
    )
