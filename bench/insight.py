"""What metrics, the log and the audit log cost: a server with and one without, in turn.

`python -m bench.insight` prints the rows.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread
from urllib.request import urlopen

import clearprop

from bench.measuring import Times, in_turn
from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_UPDATES = 1_000_000
_STEPS = 300
_REPETITIONS = 9
_MOST = 1.02


def rows() -> list[Row]:
    """Measure training, watching and steps of a server whose metrics are read every second."""
    BUILD.mkdir(exist_ok=True)
    with ExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(dir=BUILD)))
        observed = opened.enter_context(serving(folder, "observed", http=True))
        bare = opened.enter_context(
            serving(folder, "bare", http=True, program=("-m", "bench.unobserved"))
        )
        opened.enter_context(_scraped(f"http://{observed.http}/metrics"))
        ours, theirs = (
            _Client(opened.enter_context(clearprop.connect(server.target)))
            for server in (observed, bare)
        )
        rows = []
        for what, pieces, unit, name, mine, other in (
            (
                f"Train of {_UPDATES:,} updates of XOR",
                _UPDATES,
                1e-9,
                "ns",
                ours.train,
                theirs.train,
            ),
            ("the same, watched as columns", _UPDATES, 1e-6, "µs", ours.watch, theirs.watch),
            ("Step by one update over gRPC", _STEPS, 1e-3, "ms", ours.step, theirs.step),
        ):
            measured = in_turn(_REPETITIONS, (mine, pieces), (other, pieces))
            rows.append(_row(what, unit, name, *measured))
    return rows


def _row(what: str, unit: float, name: str, observed: Times, bare: Times) -> Row:
    ratio = observed.least / bare.least
    has_goal = not what.startswith("Step")
    return Row(
        f"{what}, with metrics, log and audit log, scraped every second",
        observed.text(unit, name),
        f"without {bare.text(unit, name)}",
        f"of minima: {ratio:.3f} × its time (of medians: {observed.median / bare.median:.3f} ×)",
        f"≤ {_MOST} ×" if has_goal else "",
        ratio <= _MOST if has_goal else None,
    )


class _Client:
    """Uses one of the servers."""

    def __init__(self, client: clearprop.Client) -> None:
        self._client = client
        self._stepped = client.create_network("stepped", layer_sizes=[2, 5, 1], seed=7)
        self._stepped.step("xor", learning_rate=5.0, batch_size=4, epochs=10**6)
        self._made = 0

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
    """Read the metrics every second for the time of the block."""
    ended = Event()

    def scrape() -> None:
        while not ended.wait(1.0):
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
