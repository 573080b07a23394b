"""What many networks with long histories cost those who call: a full store beside an empty one."""

import tempfile
from pathlib import Path

import clearprop

from bench.measuring import Times, in_turn
from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_NETWORKS = 1_000
_UPDATES = 10_000  # of each
_CALLS = 100
_REPETITIONS = 7
_MOST = 1.2


def rows() -> list[Row]:
    """Measure calls to a server with 10,000,000 updates of 1,000 networks, and to an empty one."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        folder = Path(name)
        with (
            serving(folder, "empty") as empty,
            serving(folder, "full") as full,
            clearprop.connect(empty.target) as alone,
            clearprop.connect(full.target) as crowded,
        ):
            _fill(crowded)
            callers = _Caller(alone), _Caller(crowded)
            return [
                _row("CreateNetwork", *_measured(callers, "create")),
                _row("Step by one update", *_measured(callers, "step")),
                _row("GetState at a random update", *_measured(callers, "read")),
            ]


def _measured(callers: "tuple[_Caller, _Caller]", calls: str) -> list[Times]:
    return in_turn(_REPETITIONS, *((getattr(caller, calls), _CALLS) for caller in callers))


def _fill(client: clearprop.Client) -> None:
    runs = []
    for number in range(_NETWORKS):
        network = client.create_network(f"other-{number}", layer_sizes=[2, 5, 1], seed=number)
        runs.append(network.train("xor", learning_rate=5.0, batch_size=4, epochs=_UPDATES))
    for run in runs:
        run.wait()


class _Caller:
    """Makes the same calls to its server, about networks of its own."""

    def __init__(self, client: clearprop.Client) -> None:
        self._client = client
        self._made = 0
        self._read = client.create_network("read", layer_sizes=[2, 5, 1], seed=7)
        self._read.train("xor", learning_rate=5.0, batch_size=4, epochs=_UPDATES).wait()
        self._stepped = client.create_network("stepped", layer_sizes=[2, 5, 1], seed=7)
        self._stepped.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000)

    def create(self) -> None:
        for _ in range(_CALLS):
            self._made += 1
            self._client.create_network(f"made-{self._made}", layer_sizes=[2, 5, 1], seed=7)

    def step(self) -> None:
        for _ in range(_CALLS):
            self._stepped.step()

    def read(self) -> None:
        for number in range(_CALLS):
            self._read.state(update=number * 7_919 % _UPDATES)


def _row(what: str, empty: Times, full: Times) -> Row:
    ratio = full.median / empty.median
    return Row(
        f"{what}, in a store of {_NETWORKS:,} networks with {_NETWORKS * _UPDATES:,} updates",
        full.text(1e-3, "ms"),
        f"in an empty store {empty.text(1e-3, 'ms')}",
        f"{ratio:.2f} × its time",
        f"≤ {_MOST} ×",
        ratio <= _MOST,
    )
