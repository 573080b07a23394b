"""What metrics, the log and the audit log cost: a server with and one without, in turn.

`python -m bench.insight` prints the rows.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.request import urlopen

import clearprop

from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_UPDATES = 1_000_000
_STEPS = 300
_REPETITIONS = 10
_MOST = 1.02
_SCRAPE_SECONDS = 15.0


def rows() -> Iterator[Row]:
    """Measure training, watching and steps of a server whose metrics are read every 15 s."""
    BUILD.mkdir(exist_ok=True)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(dir=BUILD)))
        observed = opened.enter_context(serving(folder, "observed", http=True))
        bare = opened.enter_context(
            serving(folder, "bare", http=True, program=("-m", "bench.unobserved"))
        )
        opened.enter_context(_scraped(f"http://{observed.http}/metrics"))
        ours, theirs = (
            _Client(opened.enter_context(clearprop.connect(server.target)), server.pid)
            for server in (observed, bare)
        )
        for what, pieces, work in (
            (f"Train of {_UPDATES:,} updates of XOR", _UPDATES, _Client.train),
            ("the same, watched as columns", _UPDATES, _Client.watch),
            ("Step by one update over gRPC", _STEPS, _Client.step),
        ):
            yield _row(what, pieces, ours, theirs, work)


def _row(
    what: str, pieces: int, ours: "_Client", theirs: "_Client", work: Callable[["_Client"], None]
) -> Row:
    """Compare what the servers compute: how long it takes depends on other work of the machine."""
    seconds = [0.0, 0.0]
    for repetition in range(_REPETITIONS + 1):
        for index, client in enumerate((ours, theirs)):
            before = client.processor_seconds()
            work(client)
            if repetition:  # the first ones are not counted
                seconds[index] += client.processor_seconds() - before
    ratio = seconds[0] / seconds[1]
    has_goal = work is not _Client.step
    observed, bare = (each / _REPETITIONS / pieces * 1e6 for each in seconds)
    return Row(
        f"{what}, with metrics, log and audit log, scraped every 15 s: processor time",
        f"{observed:,.3f} µs",
        f"without {bare:,.3f} µs",
        f"{ratio:.3f} × its time",
        f"≤ {_MOST} ×" if has_goal else "",
        ratio <= _MOST if has_goal else None,
    )


class _Client:
    """Uses one of the servers."""

    def __init__(self, client: clearprop.Client, pid: int) -> None:
        self._client = client
        self._stat = Path(f"/proc/{pid}/stat")
        self._stepped = client.create_network("stepped", layer_sizes=[2, 5, 1], seed=7)
        self._stepped.step("xor", learning_rate=5.0, batch_size=4, epochs=10**6)
        self._made = 0

    def processor_seconds(self) -> float:
        """Return how long the server has computed. Linux only."""
        fields = self._stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def train(self) -> None:
        self._begin().wait()

    def watch(self) -> None:
        seen = sum(columns.parameters.shape[0] for columns in self._begin().columns())
        assert seen == _UPDATES

    def step(self) -> None:
        for _ in range(_STEPS):
            self._stepped.step()

    def _begin(self) -> clearprop.Run:
        self._made += 1
        network = self._client.create_network(f"run-{self._made}", layer_sizes=[2, 5, 1], seed=7)
        return network.train("xor", learning_rate=5.0, batch_size=4, epochs=_UPDATES)


@contextmanager
def _scraped(url: str) -> Iterator[None]:
    """Read the metrics as Prometheus does, for the time of the block."""
    ended = Event()

    def scrape() -> None:
        while not ended.wait(_SCRAPE_SECONDS):
            with urlopen(url, timeout=9) as answer:  # noqa: S310 (of this machine)
                answer.read()

    thread = Thread(target=scrape)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    for row in rows():
        sys.stdout.write(f"{row}\n")
        sys.stdout.flush()
