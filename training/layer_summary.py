"""What an update did to each layer: norms, histograms, dead and saturated units."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.cancellation import cancellable
from training.chunks import chunks
from training.engine import activations
from training.histogram import EMPTY, Histogram, histogram
from training.network import Array, LayerShape, Network
from training.numerics.activations import Activation
from training.numerics.overflow import allow_overflow
from training.numerics.sums import sum_in_order

#: The bounds of an activation between which a unit learns: beyond them it is saturated. Each is a
#: twentieth of the range away from the bound that the activation never reaches.
SATURATED: Mapping[Activation, tuple[float, float]] = MappingProxyType(
    {Activation.SIGMOID: (0.05, 0.95), Activation.TANH: (-0.9, 0.9)}
)

#: The numbers of a part of a sum: they fit into the cache of a processor.
_PART: Final = 16_384

#: The largest number of examples on which activations are computed.
MOST_EXAMPLES: Final = 256


@dataclass(frozen=True, slots=True)
class UnitsSummary:
    """The activations of a layer for some examples.

    `dead` is the number of units that are 0 for every example, None unless the activation is RELU.
    `saturated` is the number of units beyond the bounds in `SATURATED` for every example, None for
    other activations.
    """

    activations: Histogram
    dead: int | None
    saturated: int | None


@dataclass(frozen=True, slots=True)
class LayerSummary:
    """One layer at one update.

    Norms are the square roots of sums of squares, in the order of the parameters: of the gradient
    G/n, of the change of the parameters, and of the parameters after the update. The first two are
    None if the update has none, or if they are unknown. `weights` are those after the update.
    `units` is None without examples.
    """

    gradient_norm: float | None
    update_norm: float | None
    parameter_norm: float
    weights: Histogram
    units: UnitsSummary | None

    @property
    def activations(self) -> Histogram:
        """The activations of the units; none without examples."""
        return EMPTY if self.units is None else self.units.activations

    @property
    def nbytes(self) -> int:
        """The size of the counts in bytes."""
        return self.weights.counts.nbytes + self.activations.counts.nbytes


@allow_overflow
def summarize(
    network: Network,
    before: Array | None,
    after: Array,
    gradient: Array | None,
    inputs: Array | None,
) -> tuple[LayerSummary, ...]:
    """Return the summary of each layer after the inputs.

    `before`, `after` and `gradient` (parameters) are those of the update, None if it has none.
    `inputs` (n, inputs) are the examples for which activations are computed with `after`.
    """
    units = [None] * len(network.shapes) if inputs is None else _units(network, after, inputs)
    return tuple(
        LayerSummary(
            None if gradient is None else norm(gradient[_parameters(shape)]),
            None if before is None else norm(after[_parameters(shape)], before[_parameters(shape)]),
            norm(after[_parameters(shape)]),
            histogram(after[shape.weights]),
            of_units,
        )
        for shape, of_units in cancellable(zip(network.shapes, units, strict=True))
    )


@allow_overflow
def norm(numbers: Array, origin: Array | None = None) -> float:
    """Return √(((0 + x₀²) + x₁²) + …), infinite if a square overflows.

    With an `origin`, x are the differences from it. They are computed in parts, because arrays as
    large as a layer would take longer to allocate than to fill.
    """
    total = 0.0
    for first in range(0, len(numbers), _PART):
        part = numbers[first : first + _PART]
        if origin is not None:
            part = part - origin[first : first + _PART]
        total = sum_in_order(part * part, total)
    return sqrt(total)


def spread_examples(count: int, most: int = MOST_EXAMPLES) -> NDArray[np.intp]:
    """Return the indices of up to `most` of so many examples, at equal distances."""
    chosen = min(count, most)
    return np.arange(chosen, dtype=np.intp) * count // max(chosen, 1)


def _parameters(shape: LayerShape) -> slice:
    return slice(shape.offset, shape.offset + shape.size)


def _units(network: Network, parameters: Array, inputs: Array) -> list[UnitsSummary]:
    """Return the summary of the units of each layer, from several examples at a time."""
    layers = [
        _Units(activation, units)
        for activation, units in zip(network.activations, network.layer_sizes[1:], strict=True)
    ]
    for rows in chunks(network, len(inputs)):
        values, first = activations(network, parameters, inputs[rows]), 0
        for layer in layers:
            last = first + layer.count
            layer.add(values[:, first:last])
            first = last
    return [layer.summary for layer in layers]


class _Units:
    """The units of a layer, and which of them are dead or saturated so far."""

    def __init__(self, activation: Activation, count: int) -> None:
        self.count = count
        self._histogram = EMPTY
        self._bounds = SATURATED.get(activation)
        self._is_relu = activation is Activation.RELU
        self._is_idle = np.ones(count, dtype=np.bool_)  # dead, or saturated

    def add(self, values: Array) -> None:
        """Add the activations (examples, units) for some examples."""
        self._histogram = self._histogram.joined(histogram(values))
        if self._is_relu:
            self._is_idle &= (values == 0.0).all(axis=0)
        elif self._bounds is not None:
            low, high = self._bounds
            self._is_idle &= ((values <= low) | (values >= high)).all(axis=0)

    @property
    def summary(self) -> UnitsSummary:
        """The summary of all activations that were added."""
        idle = int(np.count_nonzero(self._is_idle))
        return UnitsSummary(
            self._histogram,
            idle if self._is_relu else None,
            None if self._bounds is None else idle,
        )
