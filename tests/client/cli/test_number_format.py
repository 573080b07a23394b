"""Numbers are shown short, and never so short that their size is hidden."""

import math

import pytest
from clearprop.cli.number_format import exact, listed, number, told_apart, weight
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("value", "short", "signed", "whole"),
    [
        (0.1, "0.1", "+0.100000", "0.1"),
        (-1 / 3, "-0.333333", "-0.333333", "-0.3333333333333333"),
        (1e300, "1e+300", "+1.000e+300", "1e+300"),
        (-1e6, "-1e+06", "-1.000e+06", "-1000000.0"),
        (999999.5, "1e+06", "+999999.500000", "999999.5"),
        (1e-5, "1e-05", "+1.000e-05", "1e-05"),
        (0.0, "0", "+0.000000", "0.0"),
        (math.inf, "∞", "∞", "∞"),
        (-math.inf, "-∞", "-∞", "-∞"),
        (math.nan, "NaN", "NaN", "NaN"),
    ],
)
def test_every_number_has_a_short_form(value: float, short: str, signed: str, whole: str) -> None:
    assert (number(value), weight(value), exact(value)) == (short, signed, whole)


def test_none_is_shown_as_empty() -> None:
    assert number(None) == ""
    assert listed([1.0, math.inf, 0.25]) == "1  ∞  0.25"


@given(st.floats())
def test_no_number_is_longer_than_its_column(value: float) -> None:
    assert len(number(value)) <= 13
    assert len(weight(value)) <= 14
    if abs(value) < 1e308:
        assert float(exact(value)).hex() == value.hex()
        assert float(weight(value)) == pytest.approx(value, rel=1e-3, abs=5e-7)


def test_numbers_get_as_many_digits_as_make_them_different() -> None:
    assert told_apart([0.1, 1 / 3]) == ["0.1", "0.333333"]
    assert told_apart([0.123456701, 0.1234567]) == ["0.123456701", "0.1234567"]
    assert told_apart([1.0, 1.0]) == ["1", "1"]
    assert told_apart([0.3, 0.1 + 0.2]) == ["0.3", "0.30000000000000004"]
    assert told_apart([math.nan, math.inf, math.nan]) == ["NaN", "∞", "NaN"]
