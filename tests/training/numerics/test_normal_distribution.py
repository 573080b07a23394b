"""The normal distribution: few units in the last place off, also in its tail."""

import math
import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from compiled import compiled
from hypothesis import given
from hypothesis import strategies as st
from promises import rounds

from training.numerics.normal_distribution import bell, density, probability_below

Function = Callable[[float], float]

#: Each function, what it is, and by how many units in the last place it errs at most.
FUNCTIONS: list[tuple[Function, Function, int]] = [
    (bell, lambda x: mpmath.exp(-x * x / 2), 2),
    (density, mpmath.npdf, 3),
    (probability_below, lambda x: mpmath.erfc(-x / mpmath.sqrt(2)) / 2, 6),
]
NUMBERS = [random.Random(1).uniform(-38.0, 38.0) for _ in range(rounds(500, 20_000))]
NUMBERS += [random.Random(2).uniform(-2.0, 2.0) for _ in range(rounds(500, 20_000))]
NUMBERS += [0.0, -0.0, 1e-300, -37.5, 8.3, 40.0, -40.0]


def _compiled(function: Function) -> Any:
    @compiled
    def each(x: Any) -> Any:
        y = np.empty_like(x)
        for i in range(x.size):
            y[i] = function(x[i])
        return y

    return each


@pytest.mark.parametrize(
    ("function", "exact", "units"), FUNCTIONS, ids=lambda it: getattr(it, "__name__", None)
)
def test_it_errs_by_few_units_in_the_last_place_and_is_the_same_compiled(
    function: Function, exact: Function, units: int
) -> None:
    found = [function(x) for x in NUMBERS]
    assert _compiled(function)(np.array(NUMBERS)).tolist() == found
    with mpmath.workprec(200):
        for x, y in zip(NUMBERS, found, strict=True):
            wanted = exact(mpmath.mpf(x))
            assert abs(y - wanted) <= units * math.ulp(float(wanted)), x


@given(st.floats(allow_nan=False))
def test_probabilities_on_both_sides_add_up_to_1(x: float) -> None:
    below, above = probability_below(x), probability_below(-x)
    assert 0.0 <= below <= 1.0
    assert below + above == pytest.approx(1.0, rel=3e-16)


def test_the_ends() -> None:
    assert [probability_below(x) for x in (-math.inf, math.inf)] == [0.0, 1.0]
    assert [density(x) for x in (-math.inf, math.inf)] == [0.0, 0.0]
    assert all(math.isnan(each(math.nan)) for each in (bell, density, probability_below))
