"""Elementary functions: errors below one unit in the last place, plain and compiled alike."""

import math
import random
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
import pytest
from compiled import compiled
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from promises import rounds

from training.numerics.elementary import (
    ARTANH_C_HIGH,
    TANH_FAR,
    TANH_NEAR,
    TINY_ANGLE,
    cospi,
    exp,
    expm1,
    log,
    log1p,
    sinpi,
    tanh,
)

Function = Callable[[float], float]
REFERENCES: dict[Function, Any] = {
    exp: mpmath.exp,
    log: mpmath.log,
    log1p: mpmath.log1p,
    expm1: mpmath.expm1,
    tanh: mpmath.tanh,
    sinpi: mpmath.sinpi,
    cospi: mpmath.cospi,
}

#: How many numbers are tried of each range, and three times as many of the most delicate ones.
COUNT = rounds(400, 50_000)

LARGEST = float.fromhex("0x1.fffffffffffffp+1023")
SMALLEST = 5e-324
SMALLEST_NORMAL = 2.0**-1022
SPECIAL = [0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, math.nan, LARGEST, -LARGEST, SMALLEST]
SPECIAL += [-SMALLEST, SMALLEST_NORMAL, -SMALLEST_NORMAL, 0.5, 2.0, -0.5, -2.0]


def _compiled(function: Function) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    @compiled
    def each(x: NDArray[np.float64]) -> NDArray[np.float64]:
        y = np.empty_like(x)
        for i in range(x.size):
            y[i] = function(x[i])
        return y

    return each


COMPILED = {function: _compiled(function) for function in REFERENCES}


def _powers(seed: int, low: float, high: float, count: int = COUNT) -> list[float]:
    generator = random.Random(seed)
    return [2.0 ** generator.uniform(low, high) for _ in range(count)]


def _between(seed: int, low: float, high: float, count: int = COUNT) -> list[float]:
    generator = random.Random(seed)
    return [generator.uniform(low, high) for _ in range(count)]


def _beside(*numbers: float) -> list[float]:
    """Return the numbers and their neighbours."""
    steps = (-math.inf, math.inf)
    return [*numbers, *(math.nextafter(x, step) for x in numbers for step in steps)]


def _errors_in_last_place(function: Function, numbers: list[float]) -> list[float]:
    """Return how far each result is from the exact one, in units of the last place of that."""
    results = COMPILED[function](np.array(numbers))
    errors = []
    with mpmath.workprec(200):
        for x, y in zip(numbers, results, strict=True):
            exact = REFERENCES[function](mpmath.mpf(x))
            unit = math.ulp(float(exact)) if abs(exact) >= SMALLEST_NORMAL else SMALLEST
            errors.append(float(abs(mpmath.mpf(float(y)) - exact) / unit))
    return errors


_ANGLES = [
    _between(1, 0.0, 0.25, 3 * COUNT),
    _between(2, 0.24, 0.26, 3 * COUNT),  # where the worst results are
    _between(3, -2.0, 2.0, 3 * COUNT),
    _between(4, -1e6, 1e6),
    _powers(5, -1022, 60),
    [k / 2 + x for k in range(-4, 5) for x in _powers(6, -52, -2, COUNT // 8)],
    [k / 4 + step * math.ulp(k / 4) for k in range(1, 9) for step in range(-50, 50)],
    _beside(2.0**51, 2.0**52, 2.0**53, LARGEST / 2),
]

RANGES: dict[Function, list[list[float]]] = {
    exp: [
        _between(1, -745.2, 709.78),
        _between(2, -708.0, 709.78),
        _between(3, -745.2, -708.0),  # subnormal results
        _between(4, -1.1, 1.1),
        _powers(5, -60, 0),
        [-x for x in _powers(6, -60, 9)],
        # Where x / ln 2 is rounded up or down, the remainder is largest.
        [x for k in range(-1074, 1024, 7) for x in _beside((k + 0.5) * math.log(2))],
        _beside(0.0, 1.0, -708.3964185322641, -745.1332191019411, 709.782712893384),
    ],
    log: [
        _powers(1, -1074, 1023.99),
        _powers(2, -1074, -1022),  # subnormal
        _between(3, 0.3, 3.0, 3 * COUNT),
        [1.0 + x for x in _powers(4, -52, -1)],
        [1.0 - x for x in _powers(5, -53, -1)],
        _between(6, 0.7, 0.715),  # around √½, where the worst results are
        _beside(1.0, 2.0, 0.5, math.sqrt(0.5), math.sqrt(2.0), SMALLEST_NORMAL, LARGEST / 2),
    ],
    log1p: [
        _between(1, 0.0, 1.0, 3 * COUNT),
        [math.exp(-x) for x in _between(2, 0.0, 745.0)],  # what the cost needs
        _between(3, 0.40, 0.43),  # around √2 − 1
        _between(4, -0.31, -0.28),  # around √½ − 1
        [-1.0 + x for x in _powers(5, -53, 0)],
        _powers(6, -1074, 1023.99),
        [-x for x in _powers(7, -1074, -0.001)],
        _beside(1.0, 2.0, -0.5, 2.0**-53, 2.0**-52, 2.0**53, 2.0**54, SMALLEST_NORMAL),
    ],
    expm1: [
        _between(1, -1.0, 0.0, 3 * COUNT),
        _between(2, -60.0, 0.0),
        [-x for x in _powers(3, -1074, 0)],
        [-x for x in _powers(4, -1074, -1022)],  # subnormal
        [x for k in range(-60, 0) for x in _beside((k + 0.5) * math.log(2))],
    ],
    tanh: [
        _between(1, 0.0, TANH_NEAR, 3 * COUNT),
        _between(2, 0.99 * TANH_NEAR, 1.01 * TANH_NEAR),
        _between(3, TANH_NEAR, TANH_FAR, 3 * COUNT),
        _between(4, ARTANH_C_HIGH - 0.01, ARTANH_C_HIGH + 0.01),
        _between(5, 0.99 * TANH_FAR, 1.01 * TANH_FAR),
        _between(6, TANH_FAR, 3.0, 3 * COUNT),
        _between(7, 3.0, 25.0),
        _between(8, -25.0, 0.0),
        _powers(9, -1074, 10),
        _powers(10, -1074, -1022),  # subnormal
        [-x for x in _powers(11, -60, 1)],
        [TANH_NEAR + step * math.ulp(TANH_NEAR) for step in range(-200, 200)],
        [TANH_FAR + step * math.ulp(TANH_FAR) for step in range(-200, 200)],
        # 1 − 2/(e^2x + 1) has rounded to 1 from here on.
        _beside(ARTANH_C_HIGH, 19.0, 19.061547465398498, 22.0, 355.0, SMALLEST_NORMAL, LARGEST),
    ],
    sinpi: [*_ANGLES, _powers(9, -1074, -1022), _beside(SMALLEST_NORMAL, TINY_ANGLE)],
    cospi: _ANGLES,
}


@pytest.mark.parametrize("function", RANGES, ids=lambda function: function.__name__)
def test_errs_by_less_than_one_unit_in_the_last_place_everywhere(function: Function) -> None:
    for numbers in RANGES[function]:
        errors = _errors_in_last_place(function, numbers)
        worst = max(range(len(errors)), key=errors.__getitem__)
        assert errors[worst] < 1.0, f"{function.__name__}({numbers[worst].hex()})"


#: Where each function is defined, finite, and has all of its places.
DOMAINS: dict[Function, st.SearchStrategy[float]] = {
    exp: st.floats(-745.0, 709.78),
    log: st.floats(SMALLEST, LARGEST),
    log1p: st.floats(-1.0, LARGEST, exclude_min=True),
    expm1: st.floats(-LARGEST, 0.0),
    tanh: st.floats(-LARGEST, LARGEST),
    sinpi: st.floats(-LARGEST, LARGEST),
    cospi: st.floats(-LARGEST, LARGEST),
}


@pytest.mark.parametrize("function", DOMAINS, ids=lambda function: function.__name__)
def test_errs_by_less_than_one_unit_in_the_last_place_at_any_number(function: Function) -> None:
    def check(numbers: list[float]) -> None:
        assert max(_errors_in_last_place(function, numbers)) < 1.0

    some = st.lists(DOMAINS[function], min_size=1, max_size=20)
    settings(max_examples=rounds(100, 10_000), deadline=None)(given(some)(check))()


@pytest.mark.parametrize("function", REFERENCES, ids=lambda function: function.__name__)
def test_python_and_compiled_code_give_the_same_bits(function: Function) -> None:
    def check(numbers: list[float]) -> None:
        plain = np.array([function(x) for x in numbers])
        assert _bits(COMPILED[function](np.array(numbers))) == _bits(plain)

    for numbers in [SPECIAL, *RANGES[function]]:
        check(numbers)
    any_floats = st.lists(st.floats(), min_size=1, max_size=20)
    settings(max_examples=rounds(100, 10_000), deadline=None)(given(any_floats)(check))()


def _bits(numbers: NDArray[np.float64]) -> bytes:
    # Which of the many NaNs comes out is not said.
    return np.where(np.isnan(numbers), np.nan, numbers).tobytes()


@pytest.mark.parametrize(
    ("function", "x", "expected"),
    [
        (exp, 0.0, 1.0),
        (exp, -0.0, 1.0),
        (exp, SMALLEST, 1.0),
        (exp, math.inf, math.inf),
        (exp, -math.inf, 0.0),
        (exp, LARGEST, math.inf),
        (exp, -LARGEST, 0.0),
        (exp, 709.782712893384, float.fromhex("0x1.fffffffffff2ap+1023")),
        (exp, 709.7827128933841, math.inf),
        (exp, -745.1332191019411, SMALLEST),
        (exp, -745.1332191019412, 0.0),
        (log, 1.0, 0.0),
        (log, 0.0, -math.inf),
        (log, -0.0, -math.inf),
        (log, math.inf, math.inf),
        (log, -1.0, math.nan),
        (log, -SMALLEST, math.nan),
        (log, -math.inf, math.nan),
        (log1p, 0.0, 0.0),
        (log1p, -0.0, -0.0),
        (log1p, SMALLEST, SMALLEST),
        (log1p, -SMALLEST, -SMALLEST),
        (log1p, -1.0, -math.inf),
        (log1p, -2.0, math.nan),
        (log1p, math.inf, math.inf),
        (log1p, -math.inf, math.nan),
        (tanh, 0.0, 0.0),
        (tanh, -0.0, -0.0),
        (tanh, SMALLEST, SMALLEST),
        (tanh, -SMALLEST, -SMALLEST),
        (tanh, SMALLEST_NORMAL, SMALLEST_NORMAL),
        (tanh, math.inf, 1.0),
        (tanh, -math.inf, -1.0),
        (tanh, LARGEST, 1.0),
        (tanh, -LARGEST, -1.0),
        (expm1, 0.0, 0.0),
        (expm1, -0.0, -0.0),
        (expm1, -SMALLEST, -SMALLEST),
        (expm1, -math.inf, -1.0),
        (expm1, -LARGEST, -1.0),
        (expm1, math.nan, math.nan),
        (sinpi, 0.0, 0.0),
        (sinpi, -0.0, -0.0),
        (sinpi, 1.0, 0.0),
        (sinpi, -1.0, -0.0),
        (sinpi, 2.0, 0.0),
        (sinpi, -2.0, -0.0),
        (sinpi, 0.5, 1.0),
        (sinpi, -0.5, -1.0),
        (sinpi, 1.5, -1.0),
        (sinpi, -1.5, 1.0),
        (sinpi, 2.0**52 - 0.5, -1.0),
        (sinpi, SMALLEST, 3 * SMALLEST),
        (sinpi, LARGEST, 0.0),
        (sinpi, math.inf, math.nan),
        (sinpi, -math.inf, math.nan),
        (cospi, 0.0, 1.0),
        (cospi, -0.0, 1.0),
        (cospi, SMALLEST, 1.0),
        (cospi, 0.5, 0.0),
        (cospi, -0.5, 0.0),
        (cospi, 1.0, -1.0),
        (cospi, 1.5, 0.0),
        (cospi, -1.5, 0.0),
        (cospi, 2.0, 1.0),
        (cospi, 2.0**52 - 0.5, 0.0),
        (cospi, 2.0**52 + 1.0, -1.0),
        (cospi, 2.0**53 - 1.0, -1.0),
        (cospi, -LARGEST, 1.0),
        (cospi, math.inf, math.nan),
        (cospi, -math.inf, math.nan),
        (sinpi, math.nan, math.nan),
        (cospi, math.nan, math.nan),
        (exp, math.nan, math.nan),
        (log, math.nan, math.nan),
        (log1p, math.nan, math.nan),
        (tanh, math.nan, math.nan),
    ],
)
def test_special_values(function: Function, x: float, expected: float) -> None:
    for result in (function(x), float(COMPILED[function](np.array([x]))[0])):
        assert math.isnan(result) if math.isnan(expected) else result == expected
        assert math.isnan(expected) or math.copysign(1, result) == math.copysign(1, expected)


@pytest.mark.parametrize("function", [exp, log, log1p, tanh], ids=lambda each: each.__name__)
def test_never_decreases_from_one_number_to_the_next_larger(function: Function) -> None:
    starts = [0.1, 0.3465735902799726, 0.41421356237309503, 0.7071067811865475, 1.0, 2.0]
    starts += [TANH_NEAR, ARTANH_C_HIGH, TANH_FAR]
    for start in starts:
        numbers = np.array([start + step * math.ulp(start) for step in range(-2000, 2000)])
        assert (np.diff(COMPILED[function](numbers)) >= 0).all()


@given(st.floats(allow_nan=False))
def test_tanh_is_odd_to_the_bit_and_never_beyond_one(x: float) -> None:
    assert (-tanh(x)).hex() == tanh(-x).hex()
    assert abs(tanh(x)) <= 1.0
