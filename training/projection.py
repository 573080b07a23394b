"""A plane on which examples differ most, by the activations of a layer: their projection onto it.

The axes are the first two principal components: the eigenvectors of the covariance matrix with the
largest eigenvalues (Pearson, 1901). NumPy's eigenvalues are not those of the numerics: their last
digits can differ from machine to machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from training.cancellation import cancellable
from training.chunks import chunks
from training.engine import activations
from training.network import Array, Network
from training.numerics.overflow import allow_overflow

#: The largest number of examples of a projection: the eigenvalues of a matrix of so many rows take
#: less than 100 ms, during which nothing can be cancelled.
MOST_EXAMPLES: Final = 500

_AXES: Final = 2

#: The units of a layer that are multiplied at a time: about 10 ms for all examples.
_UNITS_AT_ONCE: Final = 256

#: A variance below this part of the whole one is due to rounding.
_LEAST_SHARE: Final = 1e-14


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane through `center` (units), with two `axes` (2, units) of length 1.

    Of each axis, the component with the largest absolute value, the first of equal ones, is
    positive, so that a picture is not mirrored. `shares` are the parts of the variance along the
    axes. An axis along which nothing differs is 0.
    """

    center: Array
    axes: Array
    shares: tuple[float, float]

    @property
    def nbytes(self) -> int:
        """The size of the arrays in bytes."""
        return self.center.nbytes + self.axes.nbytes

    @allow_overflow
    def coordinates(self, values: Array) -> Array:
        """Return the coordinates (n, 2) of `values` (n, units); NaN or infinite where they are."""
        coordinates: Array = (values - self.center) @ self.axes.T
        return coordinates


@allow_overflow
def plane_of(values: Array) -> Plane:
    """Return the plane on which `values` (n, units) differ most; rows with NaN or ∞ do not count.

    n is at most `MOST_EXAMPLES`.
    """
    finite = values[np.isfinite(values).all(axis=1)]
    units = values.shape[1]
    if not len(finite):
        return Plane(np.zeros(units), np.zeros((_AXES, units)), (0.0, 0.0))
    # Squares of large numbers must not overflow, nor those of small ones vanish.
    scale = float(np.abs(finite).max()) or 1.0
    scaled = finite / scale
    center = scaled.mean(axis=0)
    scaled -= center
    variances, vectors = _components(scaled)
    total = float(variances.sum())
    axes, shares = np.zeros((_AXES, units)), [0.0] * _AXES
    for index in range(min(_AXES, len(variances))):
        share = float(variances[-1 - index]) / total if total > 0.0 else 0.0
        if share > _LEAST_SHARE:
            axes[index], shares[index] = _directed(vectors[:, -1 - index]), share
    return Plane(center * scale, axes, (shares[0], shares[1]))


def layer_values(
    network: Network, parameters: Array, inputs: Array, layers: Sequence[int]
) -> list[Array]:
    """Return the activations (n, units) of some layers for `inputs` (n, inputs).

    Layer 0 are the inputs.
    """
    if not any(layers):
        return [inputs] * len(layers)
    # Where the units of each layer begin in an example's activations, which are without inputs.
    starts = np.cumsum((-network.layer_sizes[0], *network.layer_sizes))
    parts: list[list[Array]] = [[] for _ in layers]
    for rows in chunks(network, len(inputs)):
        found = activations(network, parameters, inputs[rows])
        for part, layer in zip(parts, layers, strict=True):
            units = slice(starts[layer], starts[layer + 1])
            part.append(found[:, units].copy() if layer else inputs[rows])
    return [np.concatenate(part) for part in parts]


def _components(centered: Array) -> tuple[Array, Array]:
    """Return sums of squares in ascending order, and as columns the directions (units) they have.

    Of few rows with many units, the smaller matrix of the products of rows has the same ones.
    """
    rows, units = centered.shape
    if units <= rows:
        variances, vectors = np.linalg.eigh(centered.T @ centered)
        return np.maximum(variances, 0.0), vectors
    products = np.zeros((rows, rows))
    for first in cancellable(range(0, units, _UNITS_AT_ONCE)):
        some = centered[:, first : first + _UNITS_AT_ONCE]
        products += some @ some.T
    variances, of_rows = np.linalg.eigh(products)
    return np.maximum(variances, 0.0), centered.T @ of_rows[:, -_AXES:]


def _directed(vector: Array) -> Array:
    """Return a vector with the length 1, and a positive largest component."""
    largest = vector[np.abs(vector).argmax()]
    directed: Array = vector / (np.linalg.norm(vector) * np.sign(largest))
    return directed
