"""Orthonormal rows from linearly independent ones, compiled."""

import math

from training.numerics.arguments import ROWS, Floats
from training.numerics.jit import kernel, shared
from training.numerics.signatures import signature


@shared
def _product(rows: Floats, i: int, j: int) -> float:
    """Return the scalar product of two rows."""
    total = 0.0
    for k in range(rows.shape[1]):
        total = total + rows[i, k] * rows[j, k]
    return total


@shared
def _subtract(rows: Floats, i: int, j: int, share: float) -> None:
    """Subtract a share of row j from row i."""
    for k in range(rows.shape[1]):
        rows[i, k] = rows[i, k] - share * rows[j, k]


@kernel(signature(ROWS), "orthonormal rows")
def make_orthonormal(rows: Floats) -> None:
    """Replace each row by the part of it that is orthogonal to those before, of length 1.

    This is the modified Gram-Schmidt process. Every row goes through it twice, because once leaves
    the rounding errors of almost dependent rows: Giraud, Langou and Rozloznik, Computers &
    Mathematics with Applications 50 (2005).
    """
    for i in range(rows.shape[0]):
        for _ in range(2):
            for j in range(i):
                _subtract(rows, i, j, _product(rows, i, j))
        length = math.sqrt(_product(rows, i, i))
        for k in range(rows.shape[1]):
            rows[i, k] = rows[i, k] / length
