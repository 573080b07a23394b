"""Dropout: hidden units that take no part in an update, for each example of its batch.

A unit is dropped or kept by a function of the seed, the number of the update in its run, the
position of the example in the batch and the unit, so the history does not store it.  The activation
of a unit is multiplied by its factor: 0 if it is dropped, else 1/(1 − p), which keeps the expected
value (*inverted* dropout).  Source: Srivastava et al. (JMLR 15, 2014).

The random numbers are those of SplitMix64: Steele, Lea and Flood (OOPSLA 2014).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.numerics.encoded_network import NetworkPointers, size_of
from training.numerics.jit import part, shared
from training.numerics.teams import Share
from training.numerics.tile_workspace import Stretches, TileWorkspace
from training.numerics.vectors import Pointer, at, integer_at, pointer, put


class DroppedUnits(NamedTuple):
    """Which units of a batch are dropped."""

    rates: NDArray[np.float64]
    """[hidden layers], the probability p of a unit of each, in [0, 1); or [0] without dropout."""
    seed: int = 0
    """0 to 2^63 − 1."""
    update: int = 0
    """The number of updates of the run before this one."""
    position: int = 0
    """The position of the first example in the batch."""

    def after(self, examples: int) -> "DroppedUnits":
        """Return the same for the batch without its first examples."""
        return self._replace(position=self.position + examples)


NOTHING_DROPPED = DroppedUnits(np.empty(0))

_GOLDEN = 0x9E3779B97F4A7C15
_MASK = 2**64 - 1


def unit_factors(
    dropout: DroppedUnits, layer_sizes: tuple[int, ...], position: int
) -> list[list[float]]:
    """Return the factors of the units of each hidden layer for an example; [] without dropout.

    `position` is that of the example in the batch.
    """
    if not dropout.rates.size:
        return []
    stream = _mixed(_mixed(dropout.seed + _GOLDEN) + (dropout.update + 1) * _GOLDEN)
    hidden = layer_sizes[1:-1]
    number = position * sum(hidden)
    factors: list[list[float]] = []
    for units, rate in zip(hidden, dropout.rates.tolist(), strict=True):
        of_layer = []
        for _ in range(units):
            number += 1
            u = (_mixed(stream + number * _GOLDEN) >> 11) * 2.0**-53
            of_layer.append(0.0 if u < rate else 1.0 / (1.0 - rate))
        factors.append(of_layer)
    return factors


def _mixed(word: int) -> int:
    """Return a 64-bit number of which every bit depends on every bit of `word`."""
    word &= _MASK
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 & _MASK
    word = (word ^ (word >> 27)) * 0x94D049BB133111EB & _MASK
    return word ^ (word >> 31)


class DropoutPointers(NamedTuple):
    """`DroppedUnits` within a kernel."""

    on: bool
    rates: Pointer
    stream: np.uint64
    """The start of the random numbers of the update."""
    position: int


_27 = np.uint64(27)
_30 = np.uint64(30)
_31 = np.uint64(31)
_11 = np.uint64(11)
_STEP = np.uint64(_GOLDEN)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@shared
def _mixed_word(word: np.uint64) -> np.uint64:
    word = (word ^ (word >> _30)) * _FIRST
    word = (word ^ (word >> _27)) * _SECOND
    return word ^ (word >> _31)


@shared
def dropout_of(dropout: DroppedUnits, update: int) -> DropoutPointers:
    """Return the dropout of an update; it is valid as long as the rates are kept."""
    stream = np.uint64(0)
    if dropout.rates.size > 0:
        seed = _mixed_word(np.uint64(dropout.seed) + _STEP)
        stream = _mixed_word(seed + np.uint64(update + 1) * _STEP)
    return DropoutPointers(dropout.rates.size > 0, pointer(dropout.rates), stream, dropout.position)


@part
def drop_units(
    network: NetworkPointers,
    workspace: TileWorkspace,
    dropout: DropoutPointers,
    tiles: int,
    lanes: int,
    layer: int,
    own: Share,
) -> None:
    """Multiply the activations of units of a hidden layer by their factors, and keep both."""
    before, hidden = 0, 0
    for below in range(1, network.layers - 1):
        before += size_of(network, below) if below < layer else 0
        hidden += size_of(network, below)
    units, rate = size_of(network, layer), at(dropout.rates, layer - 1)
    kept = 1.0 / (1.0 - rate)
    for tile in range(tiles):
        place = integer_at(workspace.begins, layer) + (tile * units + own.first) * lanes
        for i in range(own.first, own.end):
            for lane in range(lanes):
                position = dropout.position + tile * lanes + lane
                number = np.uint64(position * hidden + before + i + 1)
                word = _mixed_word(dropout.stream + number * _STEP)
                factor = 0.0 if np.int64(word >> _11) * 2.0**-53 < rate else kept
                put(workspace.factors, place, factor)
                put(workspace.undropped, place, at(workspace.a, place))
                put(workspace.a, place, at(workspace.a, place) * factor)
                place += 1


@part
def drop_deltas(workspace: TileWorkspace, stretches: Stretches) -> None:
    """Multiply deltas by the factors of their units."""
    for stretch in range(stretches.number):
        begin = stretches.begin + stretch * stretches.apart
        for place in range(begin, begin + stretches.length):
            put(workspace.delta, place, at(workspace.delta, place) * at(workspace.factors, place))
