"""Activation and cost functions: accurate where plain formulas overflow or cancel out."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from compiled import compiled
from hypothesis import assume, example, given
from hypothesis import strategies as st

from training.numerics.activations import ACTIVATIONS, Activation, sigmoid, softmax, softplus
from training.numerics.costs import (
    CostFunction,
    categorical_cross_entropy,
    cross_entropy,
    cross_entropy_delta,
    hinge,
    huber,
    poisson,
    quadratic,
    squared_error,
)
from training.numerics.onnx_nodes import SELU_BELOW

ANY = st.floats(allow_nan=False)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
LOGITS = st.floats(-800, 800)
TARGETS = st.floats(0, 1)
OUTPUTS = st.integers(1, 50).map(float)

SMALLEST = 5e-324
# So many that 1 − a does not round to 0.
PRECISION = 2500


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + mpmath.exp(-z))


#: What the functions are, by their plain formulas.
SELU_SCALE, SELU_ALPHA = mpmath.mpf(1.0507009873554805), mpmath.mpf(1.6732632423543772)
FORMULAS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": _sigmoid,
    "tanh": lambda z: (mpmath.exp(z) - mpmath.exp(-z)) / (mpmath.exp(z) + mpmath.exp(-z)),
    "relu": lambda z: z if z > 0 else mpmath.mpf(0),
    "leaky-relu": lambda z: z if z > 0 else mpmath.mpf(0.01) * z,
    "elu": lambda z: z if z > 0 else mpmath.expm1(z),
    "selu": lambda z: SELU_SCALE * z if z > 0 else SELU_SCALE * SELU_ALPHA * mpmath.expm1(z),
    "gelu": lambda z: z * mpmath.erfc(-z / mpmath.sqrt(2)) / 2,
    "silu": lambda z: z * _sigmoid(z),
    "softplus": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "identity": lambda z: z,
}
COST_FORMULAS: dict[str, Callable[[Any, Any, float], Any]] = {
    "cross-entropy": lambda a, y, _: -(y * mpmath.log(a) + (1 - y) * mpmath.log(1 - a)),
    "squared-error": lambda a, y, _: (a - y) ** 2 / 2,
    "quadratic": lambda a, y, outputs: (a - y) ** 2 / 2 / outputs,
    "huber": lambda a, y, _: (a - y) ** 2 / 2 if abs(a - y) <= 1 else abs(a - y) - 0.5,
    "hinge": lambda a, y, _: max(0, 1 - a if y > 0 else 1 + a),
    "poisson": lambda a, y, _: mpmath.exp(a) - y * a,
}


def _slope(function: Callable[[Any], Any], z: float) -> float:
    """Return the central difference of a function of high precision."""
    h = mpmath.mpf(10) ** -100
    with mpmath.workprec(1_000):
        z = mpmath.mpf(z)
        return float((function(z + h) - function(z - h)) / (2 * h))


#: Units in the last place by which an activation errs at most, if they are more than two.
ERRORS = {"silu": 3, "gelu": 6}


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=LOGITS)
@example(z=-745.0)
@example(z=0.0)
@example(z=-40.0)
@example(z=40.0)
def test_an_activation_errs_by_few_units_in_the_last_place(name: str, z: float) -> None:
    with mpmath.workprec(PRECISION):
        exact = FORMULAS[name](mpmath.mpf(z))
        error = abs(mpmath.mpf(ACTIVATIONS[name].function(z)) - exact)
        lost = abs(z) * SMALLEST if name == "silu" else 0.0  # where the sigmoid is subnormal
        assert error <= ERRORS.get(name, 2) * math.ulp(float(exact)) + lost


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=st.floats(-60, 60))
@example(z=-50.0)
@example(z=-1e-5)
@example(z=1e-5)
def test_an_activations_derivative_is_its_slope(name: str, z: float) -> None:
    assume(abs(z) > 1e-90)  # relu and its relative have none at 0
    activation = ACTIVATIONS[name]
    slope = _slope(FORMULAS[name], z)
    # That of silu multiplies the rounding of 1 − s, where s is the sigmoid, by z.
    tolerance = 3e-16 * max(1.0, abs(z)) if name == "silu" else 3e-16
    assert activation.derivative(z, activation.function(z)) == pytest.approx(
        slope, rel=1e-15, abs=tolerance
    )


@given(ANY)
def test_the_sigmoid_stays_in_0_to_1_and_is_symmetric(z: float) -> None:
    assert 0.0 <= sigmoid(z) <= 1.0
    assert sigmoid(z) + sigmoid(-z) == pytest.approx(1.0, rel=1e-15)


@pytest.mark.parametrize(
    ("name", "at_minus_infinity", "at_zero", "at_infinity"),
    [
        ("sigmoid", 0.0, 0.5, 1.0),
        ("tanh", -1.0, 0.0, 1.0),
        ("relu", 0.0, 0.0, math.inf),
        ("leaky-relu", -math.inf, 0.0, math.inf),
        ("elu", -1.0, 0.0, math.inf),
        ("selu", -SELU_BELOW, 0.0, math.inf),
        ("gelu", 0.0, 0.0, math.inf),
        ("silu", 0.0, 0.0, math.inf),
        ("softplus", 0.0, math.log(2.0), math.inf),
        ("identity", -math.inf, 0.0, math.inf),
    ],
)
def test_an_activation_at_its_ends(
    name: str, at_minus_infinity: float, at_zero: float, at_infinity: float
) -> None:
    function = ACTIVATIONS[name].function
    assert function(-math.inf) == at_minus_infinity
    assert function(0.0) == function(-0.0) == at_zero
    assert function(math.inf) == at_infinity
    assert math.isnan(function(math.nan))


#: The least and the greatest slope of an activation, if they are not 0 and 1.
SLOPES = {"selu": (0.0, SELU_BELOW), "gelu": (-0.13, 1.13), "silu": (-0.1, 1.1)}


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(z=FINITE)
@example(z=1e308)
@example(z=-1e308)
def test_no_activation_overflows_nor_leaves_its_reach_and_its_slope_is_bounded(
    name: str, z: float
) -> None:
    activation = ACTIVATIONS[name]
    a = activation.function(z)
    low, high = Activation(name).definition.reach
    lowest, highest = SLOPES.get(name, (0.0, 1.0))
    assert low <= a <= high
    # λ·z of selu overflows near the largest float.
    assert math.isfinite(a) or (name == "selu" and z > 1.7e308)
    assert lowest <= activation.derivative(z, a) <= highest


@pytest.mark.parametrize("name", ["elu", "selu", "gelu", "silu"])
def test_slopes_at_infinity_are_limits(name: str) -> None:
    activation = ACTIVATIONS[name]
    assert activation.derivative(-math.inf, activation.function(-math.inf)) == 0.0
    slope = SELU_SCALE if name == "selu" else 1.0
    assert activation.derivative(math.inf, activation.function(math.inf)) == slope
    assert math.isnan(activation.derivative(math.nan, math.nan))


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize(
    ("name", "slope"), [("relu", 0.0), ("leaky-relu", 0.01), ("selu", SELU_BELOW)]
)
def test_at_zero_a_slope_that_jumps_is_the_one_from_below(
    name: str, slope: float, zero: float
) -> None:
    activation = ACTIVATIONS[name]
    assert activation.derivative(zero, activation.function(zero)) == slope


@given(st.floats(0.0, 1e300, exclude_min=True))
def test_below_zero_relu_is_positive_zero_and_leaky_relu_a_hundredth(size: float) -> None:
    assert ACTIVATIONS["relu"].function(-size).hex() == (0.0).hex()
    assert ACTIVATIONS["leaky-relu"].function(-size) == 0.01 * -size
    assert ACTIVATIONS["leaky-relu"].derivative(-size, 0.01 * -size) == 0.01


@given(st.floats(-700, -30))
def test_where_softplus_is_tiny_it_and_its_slope_keep_all_their_places(z: float) -> None:
    # 1 − e^−a, another form of the slope, would be 0 from −37 downwards.
    with mpmath.workprec(PRECISION):
        exact = FORMULAS["softplus"](mpmath.mpf(z))
        slope = _sigmoid(mpmath.mpf(z))
    assert softplus(z) == pytest.approx(float(exact), rel=4e-16, abs=0.0)
    derivative = ACTIVATIONS["softplus"].derivative(z, softplus(z))
    assert derivative == pytest.approx(float(slope), rel=4e-16, abs=0.0)


@given(st.lists(st.floats(-1e308, 1e308), min_size=1, max_size=40))
@example([1e308, -1e308, 0.0])
@example([-1e308, -1e308])
@example([800.0, 799.0])
def test_softmax_sums_to_1_to_within_rounding_and_does_not_overflow(z: list[float]) -> None:
    assume(max(z) - min(z) < math.inf)
    logs, values = softmax(z)
    assert all(0.0 <= a <= 1.0 for a in values)
    assert all(-math.inf < log_a <= 0.0 for log_a in logs)
    assert math.fsum(values) == pytest.approx(1.0, abs=len(z) * 2.0**-53)


@given(st.lists(st.floats(-700, 700), min_size=1, max_size=12))
def test_softmax_equals_its_formula_and_so_do_its_logarithms(z: list[float]) -> None:
    logs, values = softmax(z)
    with mpmath.workprec(PRECISION):
        powers = [mpmath.exp(mpmath.mpf(z_k)) for z_k in z]
        total = mpmath.fsum(powers)
        for log_a, a, power in zip(logs, values, powers, strict=True):
            # z_k − m is rounded, which e raised to it makes into a relative error.
            relative = 4e-16 * (1 + abs(log_a) + len(z))
            assert abs(a - power / total) <= relative * power / total + SMALLEST
            exact = mpmath.log(power / total)
            assert abs(log_a - exact) <= 4e-16 * (abs(exact) + len(z))


def test_softmax_of_a_logit_that_is_no_number_is_none() -> None:
    for z in [[math.nan, 0.0], [0.0, math.nan], [math.inf, 0.0], [math.inf, math.inf]]:
        logs, values = softmax(z)
        assert any(math.isnan(a) for a in values)
        assert any(math.isnan(log_a) for log_a in logs)


@given(LOGITS, TARGETS, OUTPUTS)
def test_the_cross_entropy_equals_its_formula(z: float, y: float, outputs: float) -> None:
    with mpmath.workprec(PRECISION):
        exact = COST_FORMULAS["cross-entropy"](_sigmoid(mpmath.mpf(z)), mpmath.mpf(y), outputs)
        # max(z, 0) − z·y may cancel: the error is measured by its terms.
        cost = cross_entropy(z, sigmoid(z), y, outputs)
        assert abs(cost - exact) <= 1e-15 * (abs(z) + exact)


@given(st.floats(-1e4, 0.0), TARGETS, OUTPUTS)
@example(-500.484375, 2.225073858507e-311, 1.0)
def test_the_categorical_cross_entropy_equals_its_formula(
    log_a: float, y: float, outputs: float
) -> None:
    exact = float(-Fraction(y) * Fraction(log_a))  # rounded once, also where floats are subnormal
    assert categorical_cross_entropy(log_a, math.exp(log_a), y, outputs) == exact


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), OUTPUTS)
def test_the_squared_error_and_the_quadratic_cost_equal_their_formulas(
    a: float, y: float, outputs: float
) -> None:
    for name, function in [("squared-error", squared_error), ("quadratic", quadratic)]:
        with mpmath.workprec(PRECISION):
            exact = COST_FORMULAS[name](mpmath.mpf(a), mpmath.mpf(y), outputs)
        assert function(0.0, a, y, outputs) == pytest.approx(float(exact), rel=1e-15, abs=1e-322)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), OUTPUTS)
@example(1.0, 0.0, 1.0)
@example(0.0, -1.0, 1.0)
def test_the_huber_cost_equals_its_formula(a: float, y: float, outputs: float) -> None:
    with mpmath.workprec(PRECISION):
        exact = COST_FORMULAS["huber"](mpmath.mpf(a), mpmath.mpf(y), outputs)
    assert huber(0.0, a, y, outputs) == pytest.approx(float(exact), rel=1e-15, abs=1e-322)


@given(st.floats(-1e6, 1e6), st.sampled_from([-1.0, 0.0, 1.0]), OUTPUTS)
def test_the_hinge_cost_equals_its_formula_and_0_counts_as_minus_1(
    a: float, y: float, outputs: float
) -> None:
    assert hinge(0.0, a, y, outputs) == float(COST_FORMULAS["hinge"](a, y, outputs))
    assert hinge(0.0, a, -1.0, outputs) == hinge(0.0, a, 0.0, outputs)


@given(st.floats(-700, 700), st.integers(0, 1000).map(float), OUTPUTS)
def test_the_poisson_cost_equals_its_formula(a: float, y: float, outputs: float) -> None:
    with mpmath.workprec(PRECISION):
        exact = COST_FORMULAS["poisson"](mpmath.mpf(a), mpmath.mpf(y), outputs)
        terms = mpmath.exp(a) + abs(y * a)  # they may cancel: the error is measured by them
        assert abs(poisson(0.0, a, y, outputs) - exact) <= 4e-16 * terms + 1e-300


@given(FINITE, st.sampled_from([0.0, 1.0]))
def test_the_cross_entropy_is_finite_where_the_activation_rounds_to_0_or_1(
    z: float, y: float
) -> None:
    assert 0.0 <= cross_entropy(z, sigmoid(z), y, 1.0) < math.inf


@pytest.mark.parametrize("log_a", [-0.0, -1e308, -math.inf])
def test_an_output_with_target_0_costs_nothing_however_small_it_is(log_a: float) -> None:
    cost = categorical_cross_entropy(log_a, 0.0, 0.0, 2.0)
    assert cost.hex() == (0.0).hex()


_DIFFERENTIABLE = [("sigmoid", "cross-entropy")] + [
    (activation, cost) for activation in ACTIVATIONS for cost in ("squared-error", "quadratic")
]
_DIFFERENTIABLE += [
    (activation, cost)
    for activation in ("identity", "tanh", "gelu")
    for cost in ("huber", "hinge", "poisson")
]


@pytest.mark.parametrize(("activation", "cost"), _DIFFERENTIABLE)
@given(z=st.floats(-30, 30), y=TARGETS, outputs=OUTPUTS)
def test_an_outputs_delta_is_the_slope_of_its_cost_over_the_logit(
    activation: str, cost: str, z: float, y: float, outputs: float
) -> None:
    assume(abs(z) > 1e-90)
    a = ACTIVATIONS[activation].function(z)
    assume(cost != "hinge" or abs(1.0 - (a if y > 0 else -a)) > 1e-9)  # its corner
    slope = _slope(lambda x: COST_FORMULAS[cost](FORMULAS[activation](x), y, outputs), z)
    delta = CostFunction(cost).definition.delta(
        a, y, ACTIVATIONS[activation].derivative(z, a), outputs
    )
    assert delta == pytest.approx(slope, rel=1e-14, abs=1e-14)


@given(st.lists(st.floats(-30, 30), min_size=1, max_size=5), st.data())
def test_the_deltas_of_softmax_outputs_are_the_slopes_of_their_cost(
    z: list[float], data: st.DataObject
) -> None:
    parts = data.draw(st.lists(st.floats(0.1, 1), min_size=len(z), max_size=len(z)))
    y = [part / math.fsum(parts) for part in parts]  # they sum to 1
    k = data.draw(st.integers(0, len(z) - 1))

    def cost(z_k: Any) -> Any:
        logits = [*map(mpmath.mpf, z[:k]), z_k, *map(mpmath.mpf, z[k + 1 :])]
        total = mpmath.fsum(map(mpmath.exp, logits))
        return -mpmath.fsum(
            y_k * mpmath.log(mpmath.exp(logit) / total)
            for y_k, logit in zip(y, logits, strict=True)
        )

    _, values = softmax(z)
    delta = cross_entropy_delta(values[k], y[k], 1.0, float(len(z)))
    assert delta == pytest.approx(_slope(cost, z[k]), abs=1e-14)


def _cross_entropy(z: float, y: float) -> float:
    return cross_entropy(z, 1.0, y, 1.0)


def _poisson(a: float, y: float) -> float:
    return poisson(0.0, a, y, 1.0)


def _categorical(z: float, y: float) -> float:
    return categorical_cross_entropy(z, 1.0, y, 1.0)


CANONICAL = bytes.fromhex("000000000000f87f")  # little-endian: quiet, positive, without payload
NANS = [
    float(np.array(bits, np.uint64).view(np.float64)[()])
    for bits in (0x7FF8000000000000, 0xFFF8000000000000, 0xFFF8000000000123)
]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (_cross_entropy, [(math.inf, 1.0), (math.inf, 0.5), (-math.inf, 0.0)]),
        (_cross_entropy, [(nan, 0.5) for nan in NANS]),
        (_categorical, [(nan, 0.5) for nan in NANS]),
        (_poisson, [(-math.inf, 0.0), (math.inf, 1.0), (math.nan, 1.0)]),
    ],
    ids=["cross-entropy of infinities", "cross-entropy of no number", "categorical", "poisson"],
)
def test_a_cost_that_is_no_number_is_always_the_same_nan(
    function: Callable[[float, float], float], arguments: list[tuple[float, float]]
) -> None:
    as_kernels = compiled(function)
    for z, y in arguments:
        for result in (function(z, y), as_kernels(z, y)):
            assert np.array(result, "<f8").tobytes() == CANONICAL


@pytest.mark.parametrize("activation", [each for each in Activation if each in ACTIVATIONS])
def test_the_reach_of_an_activation_is_where_its_values_are(activation: Activation) -> None:
    near, far = (z / 100.0 for z in range(-3_000, 3_001)), map(float, range(-1_000, 1_001))
    values = [ACTIVATIONS[activation].function(z) for z in (*near, *far)]
    for bound, found in zip(activation.definition.reach, (min(values), max(values)), strict=True):
        if math.isinf(bound):
            assert abs(found) > 9.0
        else:
            assert found == pytest.approx(bound, abs=1e-6)
    low, high = activation.definition.reach
    assert low <= min(values)
    assert max(values) <= high
