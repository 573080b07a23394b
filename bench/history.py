"""Long histories: what they take on disk, and how long reading them takes."""

import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import clearprop
import numpy as np

from bench.measuring import Times, percentile
from bench.peers.compiling import BUILD
from bench.report import Row
from bench.serving import serving

_SMALL = 10_000_000  # updates of 2-5-1
_LARGE = 10_000  # updates of 784-100-10
_STEPS = 10_000  # one by one
_READS = 300
_POINTS = 1_000
_MAINTENANCE_SECONDS = 6.0  # the server looks for what is to be merged every 2 s

#: The pages that tables take in the file, with what is free within them.
_PAGES = """
    SELECT sum(pgsize) FROM dbstat
    WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = ?)
"""


def rows() -> list[Row]:
    """Measure a long history of a tiny network, one of a larger one, and one of single steps."""
    BUILD.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        return [*_small(Path(name)), *_large(Path(name)), _stepped(Path(name))]


def _small(folder: Path) -> list[Row]:
    with serving(folder, "small") as server, clearprop.connect(server.target) as client:
        network = client.create_network("read", layer_sizes=[2, 5, 1], seed=7)
        network.train("xor", learning_rate=5.0, batch_size=4, epochs=_SMALL).wait()
        what = f"out of {_SMALL:,} (2-5-1)"
        found = [
            _states(network, _SMALL, what, 0.02),
            _curve(network, what),
            _verified(network, _SMALL, "2-5-1"),
        ]
        client.close()
    return [_storage(folder, "small", _SMALL, "2-5-1, one run", 16), *found]


def _large(folder: Path) -> list[Row]:
    drawn = np.random.default_rng(7)
    inputs = drawn.random((1_000, 784))
    targets = np.eye(10)[drawn.integers(0, 10, 1_000)]
    with serving(folder, "large") as server, clearprop.connect(server.target) as client:
        client.upload_training_set("images", inputs, targets)
        network = client.create_network(
            "read", layer_sizes=[784, 100, 10], activations=["sigmoid", "softmax"], seed=7
        )
        network.train("images", learning_rate=0.1, batch_size=32, epochs=320).wait()
        assert network.refresh().latest_update == _LARGE
        found = [
            _states(network, _LARGE, f"out of {_LARGE:,} (784-100-10)", 0.5),
            _verified(network, _LARGE, "784-100-10"),
        ]
    set_bytes = inputs.nbytes + targets.nbytes
    return [_storage(folder, "large", _LARGE, "784-100-10", None, set_bytes), *found]


def _states(network: clearprop.Network, updates: int, what: str, reach: float) -> Row:
    drawn = random.Random(7)  # noqa: S311 (which updates are read is no secret)
    seconds = [_seconds(lambda: network.state(drawn.randrange(updates))) for _ in range(_READS)]
    p99 = percentile(seconds, 0.99)
    return Row(
        f"GetState at a random update {what}",
        f"p50 {percentile(seconds, 0.5) * 1e3:.1f} ms, p99 {p99 * 1e3:.1f} ms",
        "",
        f"p99 {p99 * 1e3:.1f} ms",
        f"p99 ≤ {reach * 1e3:.0f} ms",
        p99 <= reach,
    )


def _curve(network: clearprop.Network, what: str) -> Row:
    first = _seconds(lambda: network.history(max_points=_POINTS))
    again = Times([_seconds(lambda: network.history(max_points=_POINTS)) for _ in range(20)])
    return Row(
        f"ListUpdates thinned to {_POINTS:,} points {what}",
        f"{again.text(1e-3, 'ms')}; the first time {first * 1e3:.0f} ms",
        "",
        f"the first time {first * 1e3:.0f} ms",
        "≤ 200 ms",
        first <= 0.2,
    )


def _verified(network: clearprop.Network, updates: int, layers: str) -> Row:
    seconds = _seconds(lambda: list(network.verify()))
    return Row(
        f"VerifyHistory of {updates:,} updates ({layers})",
        f"{seconds:.1f} s",
        "",
        f"{updates / seconds:,.0f} updates/s",
        "",
        None,
    )


def _stepped(folder: Path) -> Row:
    """Measure single steps, whose segments are merged while nothing else is to be done."""
    with serving(folder, "stepped") as server, clearprop.connect(server.target) as client:
        network = client.create_network("stepped", layer_sizes=[2, 5, 1], seed=7)
        network.step("xor", learning_rate=5.0, batch_size=4, epochs=1_000_000)
        for _ in range(_STEPS - 1):
            network.step()
        time.sleep(_MAINTENANCE_SECONDS)
    with closing(sqlite3.connect(folder / "stepped.db")) as database:
        segments, keyframes, answers = (
            database.execute(_PAGES, [table]).fetchone()[0]
            for table in ("segments", "keyframes", "answers")
        )
    history = segments + keyframes
    return Row(
        f"storage per update, 2-5-1, {_STEPS:,} single Steps, segments and keyframes",
        f"{history / _STEPS:,.2f} bytes; for 7 days {answers / _STEPS:,.0f} for each answer",
        "",
        f"{history / _STEPS:,.2f} bytes",
        "≤ 16 bytes",
        history / _STEPS <= 16,
    )


def _storage(
    folder: Path, name: str, updates: int, what: str, reach: int | None, less: int = 0
) -> Row:
    """Measure the file of a server that has been stopped, `less` what is no history in it."""
    stored = sum(path.stat().st_size for path in folder.glob(f"{name}.db*")) - less
    each = stored / updates
    return Row(
        f"storage per update, {what}, {updates:,} updates",
        f"{each:,.2f} bytes",
        "",
        f"{each:,.2f} bytes",
        "" if reach is None else f"≤ {reach} bytes",
        None if reach is None else each <= reach,
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
