"""The time of an update against the parameters of the network and the size of its batches.

Plain gradient descent in float64 with one thread; each loop runs in a process of its own. Times are
the minima of nine measurements, which other work on the machine affects least.
"""

from collections.abc import Callable, Sequence

from bench.growth.curves import Curve
from bench.growth.limits import copy_seconds
from bench.peak import operations_of, peak
from bench.peers.work import Work
from bench.racing import Contestant, race
from bench.works import wide

#: Of each library, the loop that is fastest at most sizes.
_CONTESTANTS = [
    Contestant("Clearprop", "bench.ours"),
    Contestant("NumPy", "bench.peers.numpy_preallocated"),
    Contestant("PyTorch", "bench.peers.pytorch_derived", needs_peers=True),
    Contestant("plain C", "bench.peers.plain_c"),
]
_BATCH = 32


def by_parameters(widths: Sequence[int]) -> list[Curve]:
    """Measure an update of networks with layers of equal width; sizes are their parameters."""
    return _curves(
        [wide((width, width, width), "sigmoid", "sigmoid", _BATCH) for width in widths],
        size=lambda work: len(work.parameters),
        share=lambda work: 1.0,  # noqa: ARG005 (a whole update)
    )


def by_batch(batch_sizes: Sequence[int]) -> list[Curve]:
    """Measure an example of batches of several sizes, of 784-100-10."""
    return _curves(
        [wide((784, 100, 10), "sigmoid", "sigmoid", batch) for batch in batch_sizes],
        size=lambda work: work.batch_size,
        share=lambda work: 1.0 / work.batch_size,
    )


def _curves(
    works: list[Work], size: Callable[[Work], int], share: Callable[[Work], float]
) -> list[Curve]:
    """Measure each work, whose size and counted share of an update two functions tell."""
    curves = {each.name: Curve(each.name, "ours") for each in _CONTESTANTS[:1]}
    curves |= {each.name: Curve(each.name, "peer") for each in _CONTESTANTS[1:]}
    arithmetic = Curve("limit: arithmetic, not fused", "limit")
    memory = Curve("limit: copying the parameters", "limit")
    most = peak()
    for work in works:
        found = race(work, _CONTESTANTS)
        x, counted = size(work), share(work)
        for name, times in found.times.items():
            curves[name].points.append((x, times.least * counted))
        arithmetic.points.append((x, operations_of(work) / most * counted))
        memory.points.append((x, copy_seconds(len(work.parameters)) * counted))
    return [*(curve for curve in curves.values() if curve.points), arithmetic, memory]
