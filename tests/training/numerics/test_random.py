"""Random numbers never change, and are in the requested range."""

import hashlib
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.numerics.initializers import INITIALIZERS
from training.numerics.normal_numbers import box_muller
from training.numerics.orthonormal_rows import make_orthonormal
from training.numerics.random import RandomStream


def uniform(seed: int, low: float, high: float, count: int) -> NDArray[np.float64]:
    return RandomStream(seed).uniform(low, high, count)


def test_the_numbers_of_a_seed_never_change() -> None:
    assert [x.hex() for x in uniform(0, -0.12, 0.12, 3).tolist()] == [
        "0x1.0d47130917c14p-5",
        "-0x1.c49e24108df20p-5",
        "-0x1.c33dcb8a5682ep-4",
    ]
    assert [x.hex() for x in uniform(2**63 - 1, -0.12, 0.12, 3).tolist()] == [
        "-0x1.3f079fbd0b674p-4",
        "-0x1.d8fb3e1b44610p-8",
        "0x1.3f8659e3a2248p-4",
    ]


@given(st.integers(0, 2**63 - 1), st.floats(-1e3, 1e3), st.floats(1e-3, 1e3))
def test_each_number_is_made_from_the_upper_53_bits_of_one_raw_number(
    seed: int, low: float, width: float
) -> None:
    high = low + width
    raw = np.random.PCG64(seed).random_raw(5).tolist()
    expected = [low + (high - low) * math.ldexp(bits >> 11, -53) for bits in raw]
    assert uniform(seed, low, high, 5).tolist() == expected


@given(st.integers(0, 1000), st.integers(0, 50), st.integers(0, 50))
def test_a_stream_continues_where_it_stopped(seed: int, first: int, second: int) -> None:
    stream = RandomStream(seed)
    parts = np.concatenate([stream.uniform(0, 1, first), stream.uniform(0, 1, second)])
    assert parts.tolist() == uniform(seed, 0, 1, first + second).tolist()


def test_a_number_that_rounds_to_high_is_drawn_again() -> None:
    high = math.nextafter(1.0, 2.0)
    assert (uniform(1, 1.0, high, 1000) == 1.0).all()
    stream = RandomStream(1)
    parts = np.concatenate([stream.uniform(1.0, high, 1) for _ in range(1000)])
    assert (parts == 1.0).all()
    # One by one or all at once, the same raw numbers were passed over.
    together = RandomStream(1)
    together.uniform(1.0, high, 1000)
    assert stream.uniform(0, 1, 5).tolist() == together.uniform(0, 1, 5).tolist()


def test_numbers_fill_the_range_evenly() -> None:
    numbers = uniform(7, -0.12, 0.12, 100_000)
    counts, _ = np.histogram(numbers, bins=10, range=(-0.12, 0.12))
    assert counts.sum() == 100_000
    assert (abs(counts - 10_000) < 500).all()


@pytest.mark.parametrize(
    ("low", "high"), [(1.0, 1.0), (1.0, 0.0), (-1e308, 1e308), (math.nan, 1.0), (0.0, math.inf)]
)
def test_an_impossible_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="cannot draw uniform numbers"):
        uniform(0, low, high, 1)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("uniform", -0.12, 0.25),
        ("glorot", -math.sqrt(6 / 8), math.sqrt(6 / 8)),
        ("he", -math.sqrt(6 / 3), math.sqrt(6 / 3)),
        ("lecun", -1.0, 1.0),
    ],
)
def test_an_initializer_draws_between_its_bounds_from_the_stream_that_it_is_given(
    name: str, low: float, high: float
) -> None:
    stream = RandomStream(3)
    layers = [INITIALIZERS[name](stream, 3, 5, {"low": -0.12, "high": 0.25}) for _ in range(2)]
    assert np.concatenate(layers).tolist() == uniform(3, low, high, 30).tolist()


@pytest.mark.parametrize(
    ("name", "variance"),
    [("lecun-normal", 1 / 3), ("glorot-normal", 2 / 8), ("he-normal", 2 / 3), ("normal", 0.25)],
)
def test_an_initializer_draws_normal_weights_with_its_variance(name: str, variance: float) -> None:
    stream, same = RandomStream(3), RandomStream(3)
    layers = [INITIALIZERS[name](stream, 3, 5, {"deviation": 0.5}) for _ in range(2)]
    expected = [same.normal(math.sqrt(variance), 15) for _ in range(2)]
    assert np.concatenate(layers).tolist() == np.concatenate(expected).tolist()


@given(st.integers(0, 2**63 - 1), st.integers(0, 9))
def test_normal_numbers_are_those_of_box_and_muller(seed: int, count: int) -> None:
    numbers = RandomStream(seed).normal(0.5, count).tolist()
    drawn = uniform(seed, 0.0, 1.0, count + count % 2).tolist()
    pairs = list(zip(drawn[::2], drawn[1::2], strict=True))
    # The same source, in plain Python: the same bits.
    assert numbers == [0.5 * x for pair in pairs for x in box_muller(*pair)][:count]
    with mpmath.workprec(200):
        for pair, (first, second) in zip(pairs, (box_muller(*pair) for pair in pairs), strict=True):
            r = mpmath.sqrt(-2 * mpmath.log(1 - mpmath.mpf(pair[0])))
            angle = 2 * mpmath.mpf(pair[1])
            for x, exact in ((first, r * mpmath.cospi(angle)), (second, r * mpmath.sinpi(angle))):
                assert abs(x - exact) <= 1e-15 * abs(exact) + 1e-300


def test_normal_numbers_of_a_seed_never_change_and_are_normal() -> None:
    numbers = RandomStream(0).normal(1.0, 100_000)
    digest = hashlib.sha256(numbers.astype("<f8").tobytes()).hexdigest()
    assert digest == "b0e8e12982aa08034647c549c7d91b7cfe0cf0889a10fec7b770304bfabc8ce7"
    assert abs(numbers.mean()) < 0.01
    assert abs(numbers.std() - 1.0) < 0.01
    share = [(abs(numbers) < k).mean() for k in (1, 2, 3)]
    assert share == pytest.approx([0.6827, 0.9545, 0.9973], abs=0.005)


@pytest.mark.parametrize(("inputs", "units"), [(1, 1), (5, 5), (7, 3), (3, 7), (64, 32), (40, 40)])
def test_orthogonal_weights_are_q_of_normal_numbers(inputs: int, units: int) -> None:
    weights = INITIALIZERS["orthogonal"](RandomStream(3), inputs, units, {}).reshape(units, inputs)
    drawn = RandomStream(3).normal(1.0, units * inputs).reshape(units, inputs)
    q, r = np.linalg.qr(drawn if units > inputs else drawn.T)
    q = q * np.sign(np.diag(r))
    np.testing.assert_allclose(weights, q if units > inputs else q.T, atol=1e-11)
    product = weights.T @ weights if units > inputs else weights @ weights.T
    np.testing.assert_allclose(product, np.eye(min(inputs, units)), atol=3e-15)


def test_orthogonal_weights_are_those_of_the_readable_process() -> None:
    rows = RandomStream(3).normal(1.0, 12).reshape(3, 4)
    compiled = rows.copy()
    make_orthonormal(compiled)
    make_orthonormal.__wrapped__(rows)  # type: ignore[attr-defined]
    assert compiled.tobytes() == rows.tobytes()


def test_almost_dependent_rows_become_orthogonal_too() -> None:
    rows = np.ones((3, 3)) + 1e-9 * np.eye(3)
    make_orthonormal(rows)
    np.testing.assert_allclose(rows @ rows.T, np.eye(3), atol=1e-15)


def test_orthogonal_weights_of_a_seed_never_change() -> None:
    weights = INITIALIZERS["orthogonal"](RandomStream(0), 30, 20, {})
    digest = hashlib.sha256(weights.astype("<f8").tobytes()).hexdigest()
    assert digest == "d7703a90c3efb9f064b19225d7c38c5f5cd02667541c241b13de0fb0d61e1c4b"


def test_zeros_are_drawn_from_nothing() -> None:
    stream = RandomStream(3)
    assert INITIALIZERS["zeros"](stream, 3, 5, {}).tolist() == [0.0] * 15
    assert stream.uniform(0, 1, 4).tolist() == uniform(3, 0, 1, 4).tolist()
