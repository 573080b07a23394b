"""The time of calls against the length of a network's history."""

import random
from collections.abc import Sequence

import clearprop

from bench.growth.curves import Curve, folder_on_disk
from bench.growth.limits import call_limits, median_of
from bench.serving import serving

_READS = 100
_LISTS = 3
_POINTS = 1_000
_STEPS = 100


def by_history(lengths: Sequence[int]) -> list[Curve]:
    """Measure calls about a 2-5-1 network that is trained to each length in turn."""
    read = Curve("GetState at a random update", "ours")
    listed = Curve(f"ListUpdates thinned to {_POINTS:,}", "ours")
    stepped = Curve("Step by one update", "ours")
    with (
        folder_on_disk() as folder,
        serving(folder, "history") as server,
        clearprop.connect(server.target) as client,
    ):
        network = client.create_network("measured", layer_sizes=[2, 5, 1], seed=7)
        limits = call_limits(folder, server.target, lengths)
        for length in lengths:
            _train_to(network, length)
            read.points.append((length, _state(network, length)))
            listed.points.append((length, median_of(lambda: _list(network), _LISTS)))
            stepped.points.append((length, _step(network)))
    return [read, listed, stepped, *limits]


def _train_to(network: clearprop.Network, length: int) -> None:
    missing = length - network.refresh().latest_update
    network.train("xor", learning_rate=5.0, batch_size=4, epochs=missing).wait()


def _state(network: clearprop.Network, length: int) -> float:
    drawn = random.Random(7)  # noqa: S311 (which updates are read is no secret)
    return median_of(lambda: network.state(drawn.randrange(length)), _READS)


def _list(network: clearprop.Network) -> None:
    assert len(network.history(max_points=_POINTS)) <= _POINTS


def _step(network: clearprop.Network) -> float:
    """Measure steps of a run, which ends so that the next one can begin."""
    run = network.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000).run
    seconds = median_of(network.step, _STEPS)
    run.cancel()
    return seconds
