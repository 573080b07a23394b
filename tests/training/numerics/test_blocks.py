"""Blocks of sums: every shape gives the sums of plain Python, on any processor."""

from typing import Any

import numpy as np
import pytest
from compiled import compiled
from numerics import uniform

from training.numerics.blocks import block_operations
from training.numerics.vectors import pointer


def _summing(rows: int, vectors: int, lanes: int) -> Any:
    """Return a function that sets sums [rows, vectors, lanes] of two products and a number each."""
    zeros, load, store, add_products, add = block_operations(rows, vectors, lanes)
    size = vectors * lanes

    def sums(v: Any, w: Any, out: Any) -> Any:
        v_at, w_at, to = pointer(v), pointer(w), pointer(out)
        block = add_products(zeros(), v_at, 0, lanes, w_at, 0, 1)
        store(to, 0, size, lanes, block)
        block = add_products(load(to, 0, size, lanes), v_at, size, lanes, w_at, rows, 1)
        store(to, 0, size, lanes, add(block, w_at, 2 * rows, 1))
        return v.size + w.size + out.size  # so that the arrays are kept until here

    return compiled(sums)


@pytest.mark.parametrize("shape", [(5, 4, 8), (2, 2, 8), (2, 1, 4), (3, 1, 1)], ids=str)
def test_a_block_has_the_sums_of_plain_python(shape: tuple[int, int, int]) -> None:
    rows, vectors, lanes = shape
    v, w = uniform(1, -1.0, 1.0, 2, vectors * lanes), uniform(2, -1.0, 1.0, 3, rows)
    sums = np.empty(rows * vectors * lanes)
    _summing(*shape)(v.ravel(), w.ravel(), sums)
    assert sums.tolist() == [
        0.0 + v[0, place] * w[0, row] + v[1, place] * w[1, row] + w[2, row]
        for row in range(rows)
        for place in range(vectors * lanes)
    ]
