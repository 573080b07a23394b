"""The engine against the loops that others would write."""

from dataclasses import dataclass

from bench.measuring import Times
from bench.peak import operations_of, peak
from bench.peers.work import Work
from bench.racing import Contestant, Race, race
from bench.report import Row, Table, table_of
from bench.works import wide, xor

_OURS = "ours"
_FANN = "FANN"
_PLAIN_C = "plain C"
_NUMPY = ("NumPy", "NumPy, preallocated")
_AUTOGRAD = ("PyTorch, modules", "PyTorch, functional")
_PYTORCH = (*_AUTOGRAD, "PyTorch, no autograd")

#: Those that can compute an update with several threads.
_WITH_THREADS = (_OURS, *_NUMPY, *_PYTORCH)

CONTESTANTS = [
    Contestant(_OURS, "bench.ours"),
    Contestant(_FANN, "bench.peers.fann"),
    Contestant(_NUMPY[0], "bench.peers.numpy_idiomatic"),
    Contestant(_NUMPY[1], "bench.peers.numpy_preallocated"),
    Contestant(_PYTORCH[0], "bench.peers.pytorch_modules", needs_peers=True),
    Contestant(_PYTORCH[1], "bench.peers.pytorch_functional", needs_peers=True),
    Contestant(_PYTORCH[2], "bench.peers.pytorch_derived", needs_peers=True),
    Contestant("scikit-learn", "bench.peers.scikit_learn", needs_peers=True),
    Contestant(_PLAIN_C, "bench.peers.plain_c"),
]


@dataclass(frozen=True, slots=True)
class _Target:
    """What to reach: our time at most `share` of that of the best of some peers."""

    peers: tuple[str, ...]
    share: float

    @property
    def words(self) -> str:
        if self.share <= 0.1:
            return f"≥ {1 / self.share:.0f} × faster"
        return f"≤ {self.share} ×"

    def figure(self, ratio: float) -> str:
        if self.share <= 0.1:
            return f"{1 / ratio:.0f} × faster"
        return f"{ratio:.2f} × its time"


@dataclass(frozen=True, slots=True)
class _Measured:
    """A work by its name, and what to reach with it."""

    name: str
    work: Work
    targets: tuple[_Target, ...]


_SIGMOIDS, _CLASSES = ("sigmoid", "sigmoid"), ("tanh", "softmax")

#: Layer sizes, batch size, functions, and the share of the time of the best peer to reach.
_WIDE = (
    ((64, 32, 10), 32, _SIGMOIDS, 0.35),
    ((64, 32, 10), 32, _CLASSES, 0.35),
    ((784, 100, 10), 32, _SIGMOIDS, 1.0),
    ((784, 100, 10), 32, _CLASSES, 1.0),
    ((784, 100, 10), 256, _SIGMOIDS, 2.0),
    ((1000, 900, 100), 32, _SIGMOIDS, 1.3),
    ((1000, 450, 100), 256, _SIGMOIDS, 2.0),
)

#: Those that may have two threads: ours if it measures that they save time.
_TOGETHER = (
    ((784, 100, 10), 32, _SIGMOIDS, 1.0),
    ((1000, 900, 100), 32, _SIGMOIDS, 1.3),
    ((1000, 450, 100), 256, _SIGMOIDS, 2.0),
)

#: The least operations in the sums of an update of many of them, of those that the processor can do
#: in the same time: a small network spends more of its time elsewhere.
_MANY, _SHARE_OF_PEAK = 10_000_000, 0.75


def _works() -> list[_Measured]:
    of_small = (
        *(_Target((_PLAIN_C,), 0.85), _Target((_FANN,), 0.4)),
        *(_Target(_NUMPY, 0.01), _Target(_AUTOGRAD, 0.0025)),
    )
    name = "2-5-1, batch 4, sigmoid, cost and parameters recorded"
    works = [_Measured(name, xor(record=True), of_small)]
    for layer_sizes, batch_size, functions, share in _WIDE:
        target = _Target((*_NUMPY, *_PYTORCH), share)
        work = wide(layer_sizes, *functions, batch_size)
        works.append(_Measured(_name(layer_sizes, batch_size, functions), work, (target,)))
    for layer_sizes, batch_size, functions, share in _TOGETHER:
        target = _Target((*_NUMPY, *_PYTORCH), share)
        work = wide(layer_sizes, *functions, batch_size, threads=2)
        name = f"{_name(layer_sizes, batch_size, functions)}, up to two threads"
        works.append(_Measured(name, work, (target,)))
    return works


def _name(layer_sizes: tuple[int, ...], batch_size: int, functions: tuple[str, str]) -> str:
    return f"{'-'.join(map(str, layer_sizes))}, batch {batch_size}, {' and '.join(functions)}"


def measure(*names: str) -> list[Table]:
    """Measure all works; return the figures to reach, and all times.

    Only Clearprop and the named peers are measured, or all if none is named.
    """
    contestants = [each for each in CONTESTANTS if not names or each.name in (_OURS, *names)]
    rows: list[Row] = []
    table = Table(
        ["an update of", *(contestant.name for contestant in contestants)],
        text="The time of an update by plain gradient descent, in float64: processor time with\n"
        "one thread, and the time that passes with two. Each loop runs in its own process,\n"
        "alternately. FANN and scikit-learn always have biases, the others have none. FANN\n"
        "minimizes the squared error, because it has no cross-entropy. All other loops compute\n"
        "the same costs and parameters.",
    )
    most, ours = peak(), dict[str, Times]()
    for measured in _works():
        together = measured.work.threads > 1
        able = [each for each in contestants if not together or each.name in _WITH_THREADS]
        result = race(measured.work, able)
        rows += [_row(measured.name, target, result) for target in measured.targets]
        if operations_of(measured.work) > _MANY and not together:
            rows.append(_row_of_peak(measured, result.times[_OURS], most))
        cells = [_cell(result, contestant.name) for contestant in contestants]
        table.rows.append([measured.name, *cells])
        # Those of the first race, in which all contestants take part.
        table.note = table.note or f"Made with {', '.join(result.versions)}."
        ours[measured.name] = result.times[_OURS]
    rows.append(_row_of_batches(ours))
    return [table_of(rows), table]


def _cell(result: Race, name: str) -> str:
    times = result.times.get(name)
    return _text(times) if times else result.absent.get(name, "has one thread")


def _text(times: Times) -> str:
    return times.text(1e-9, "ns") if times.median < 1e-6 else times.text(1e-6, "µs")


def _row_of_peak(measured: _Measured, ours: Times, most: float) -> Row:
    """Compare the speed with the most that the processor can do without fused instructions."""
    reached = operations_of(measured.work) / ours.median
    return Row(
        f"engine: {measured.name}, multiplications and additions in its sums",
        f"{reached / 1e9:.1f} billion/s",
        f"independent ones in a loop, none of them fused: {most / 1e9:.1f} billion/s",
        f"{reached / most:.0%} of them",
        f"≥ {_SHARE_OF_PEAK:.0%}",
        reached >= _SHARE_OF_PEAK * most,
    )


def _row_of_batches(ours: dict[str, Times]) -> Row:
    """Compare the time of an example in a large batch with that in a small one."""
    small, large = (ours[_name((784, 100, 10), n, _SIGMOIDS)].median / n for n in (32, 256))
    return Row(
        "engine: 784-100-10, an example of a batch of 256",
        f"{large * 1e6:.2f} µs",
        f"an example of a batch of 32: {small * 1e6:.2f} µs",
        f"{large / small:.2f} × its time",
        "≤ 1 ×",
        large <= small,
    )


def _row(name: str, target: _Target, result: Race) -> Row:
    """Compare Clearprop with the best of the installed peers, and name those that are missing."""
    work = f"engine: {name}"
    ours = result.times[_OURS]
    missing = [f"{peer}: {result.absent[peer]}" for peer in target.peers if peer in result.absent]
    here = {peer: result.times[peer] for peer in target.peers if peer in result.times}
    if not here:
        return Row(work, _text(ours), "; ".join(missing) or "not asked for", "", target.words, None)
    best = min(here, key=lambda peer: here[peer].median)
    ratio = ours.median / here[best].median
    least = ours.least / here[best].least
    return Row(
        work,
        _text(ours),
        "; ".join([f"{best} {_text(here[best])}", *missing]),
        f"{target.figure(ratio)} (of minima: {target.figure(least)})",
        target.words,
        ratio <= target.share,
    )
