"""Each schedule has the rates of its formula, compiled and not, and those of PyTorch."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.numerics.schedules import (
    SCHEDULE_CODES,
    ScheduleKind,
    ScheduleNumbers,
    fill_learning_rates,
    learning_rate,
    power,
)

RECORDED = json.loads(
    (Path(__file__).parents[2] / "data" / "pytorch" / "schedules" / "rates.json").read_text()
)


def numbers_of(kind: str, **values: Any) -> ScheduleNumbers:
    return ScheduleNumbers(SCHEDULE_CODES[kind], values.pop("learning_rate", 0.5), **values)


def rates_at(times: int, numbers: ScheduleNumbers, *listed: float) -> list[float]:
    return [learning_rate(t, numbers, np.array(listed)) for t in range(times)]


def test_a_schedule_has_the_rates_of_its_formula() -> None:
    assert rates_at(3, numbers_of("constant")) == [0.5, 0.5, 0.5]
    assert rates_at(5, numbers_of("step", period=2, factor=0.5)) == [0.5, 0.5, 0.25, 0.25, 0.125]
    assert rates_at(3, numbers_of("exponential", factor=0.5)) == [0.5, 0.25, 0.125]
    assert rates_at(6, numbers_of("cosine", period=4, minimum=0.25))[::2] == [0.5, 0.375, 0.25]
    assert rates_at(5, numbers_of("inverse-time", period=2, factor=1.0))[::2] == [
        0.5,
        0.25,
        0.5 / 3,
    ]
    of_list = rates_at(7, numbers_of("list", period=2), 0.1, 0.3)
    assert of_list == [0.5, 0.5, 0.1, 0.1, 0.3, 0.3, 0.3]


def test_a_warmup_rises_in_equal_parts_and_the_schedule_begins_after_it() -> None:
    numbers = numbers_of("step", learning_rate=1.0, period=1, factor=0.5, warmup=3)
    assert rates_at(6, numbers) == [0.25, 0.5, 0.75, 1.0, 0.5, 0.25]


def test_no_rate_is_less_than_the_minimum() -> None:
    numbers = numbers_of("exponential", factor=0.5, minimum=0.1)
    assert rates_at(5, numbers) == [0.5, 0.25, 0.125, 0.1, 0.1]
    assert learning_rate(2**53, numbers, np.empty(0)) == 0.1


@given(st.floats(0.5, 1.5), st.integers(0, 1000))
def test_a_power_is_near_the_exact_one(base: float, exponent: int) -> None:
    exact = Fraction(base) ** exponent
    assert abs(Fraction(power(base, exponent)) - exact) <= exact * Fraction(
        2 * exponent + 1, 2**53 - 1
    )


@st.composite
def any_numbers(draw: st.DrawFn) -> ScheduleNumbers:
    rate = draw(st.floats(1e-300, 1e300))
    return ScheduleNumbers(
        draw(st.sampled_from(list(SCHEDULE_CODES.values()))),
        rate,
        draw(st.integers(1, 20) | st.integers(1, 2**53 - 1)),
        draw(st.floats(1e-300, 1e300) | st.floats(0.5, 1.5)),
        draw(st.just(0.0) | st.floats(0.0, rate)),
        draw(st.integers(0, 5) | st.integers(0, 2**53 - 1)),
    )


@given(
    any_numbers(),
    st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=4),
    st.lists(st.integers(0, 40) | st.integers(0, 2**53 - 1), min_size=1, max_size=20),
)
def test_compiled_schedules_have_the_same_bits(
    numbers: ScheduleNumbers, listed: list[float], times: list[int]
) -> None:
    times = sorted(times)
    rates = np.empty(len(times))
    fill_learning_rates(np.array(times), numbers, np.array(listed), rates)
    expected = [learning_rate(time, numbers, np.array(listed)) for time in times]
    assert rates.tobytes() == np.array(expected).tobytes()


@pytest.mark.parametrize(
    "kind", [each for each in ScheduleKind if each not in {"constant", "plateau"}]
)
def test_200_rates_are_those_of_pytorch(kind: ScheduleKind) -> None:
    rows = [row for row in RECORDED["schedules"] if row["kind"] == kind]
    assert rows
    for row in rows:
        found = rates_at(200, numbers_of(kind, **row["numbers"]), *row.get("rates", []))
        np.testing.assert_allclose(found, row["learning_rates"], rtol=1e-12, atol=0.0)
