"""The activation and cost functions: right where plain formulas overflow or cancel out."""

import math
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from training.numerics import jit
from training.numerics.activations import ACTIVATIONS, sigmoid
from training.numerics.costs import COSTS, cross_entropy

ANY = st.floats(allow_nan=False)
LOGITS = st.floats(-800, 800)
TARGETS = st.floats(0, 1)


@given(LOGITS)
@example(-745.0)
@example(0.0)
def test_the_sigmoid_errs_by_less_than_two_units_in_the_last_place(z: float) -> None:
    with mpmath.workprec(200):
        exact = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        error = abs(mpmath.mpf(sigmoid(z)) - exact)
        assert error <= 2 * math.ulp(float(exact))


@given(ANY)
def test_the_sigmoid_stays_in_0_to_1_and_is_symmetric(z: float) -> None:
    assert 0.0 <= sigmoid(z) <= 1.0
    assert sigmoid(z) + sigmoid(-z) == pytest.approx(1.0, rel=1e-15)


def test_the_sigmoid_at_its_ends() -> None:
    assert sigmoid(math.inf) == 1.0
    assert sigmoid(-math.inf) == 0.0
    assert sigmoid(0.0) == sigmoid(-0.0) == 0.5
    assert math.isnan(sigmoid(math.nan))


@given(LOGITS, TARGETS)
def test_the_cross_entropy_equals_its_formula(z: float, y: float) -> None:
    with mpmath.workprec(2500):  # so many that 1 − a does not round to 0
        a = 1 / (1 + mpmath.exp(-mpmath.mpf(z)))
        exact = -(y * mpmath.log(a) + (1 - mpmath.mpf(y)) * mpmath.log(1 - a))
        # max(z, 0) − z·y may cancel: the error is measured by its terms.
        assert abs(cross_entropy(z, y) - exact) <= 1e-15 * (abs(z) + exact)


@given(ANY.filter(math.isfinite), st.sampled_from([0.0, 1.0]))
def test_the_cross_entropy_is_finite_where_the_activation_rounds_to_0_or_1(
    z: float, y: float
) -> None:
    assert 0.0 <= cross_entropy(z, y) < math.inf


def test_a_cost_that_is_no_number_is_always_the_same_nan() -> None:
    compiled: Any = jit.Kernel(_cross_entropy, "float64(float64, float64)")
    for function in (cross_entropy, compiled):
        for z, y in [(math.inf, 1.0), (math.inf, 0.0), (-math.inf, 0.0), (-math.nan, 0.5)]:
            assert np.float64(function(z, y)).tobytes() == np.float64("nan").tobytes()


def _cross_entropy(z: float, y: float) -> float:
    return cross_entropy(z, y)


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-20, 20))
def test_an_activations_derivative_is_its_slope(name: str, z: float) -> None:
    activation = ACTIVATIONS[name]
    h = 1e-5
    slope = (activation.function(z + h) - activation.function(z - h)) / (2 * h)
    assert activation.derivative(activation.function(z)) == pytest.approx(slope, abs=1e-9)


@pytest.mark.parametrize("name", COSTS)
@given(z=st.floats(-20, 20), y=TARGETS)
def test_a_costs_derivative_is_its_slope_over_the_logit(name: str, z: float, y: float) -> None:
    cost = COSTS[name]
    h = 1e-5
    slope = (cost.function(z + h, y) - cost.function(z - h, y)) / (2 * h)
    assert cost.derivative(sigmoid(z), y) == pytest.approx(slope, abs=1e-9)
