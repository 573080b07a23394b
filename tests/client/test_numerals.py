"""Numbers are a sign, ASCII digits, a decimal point and an exponent; all else is refused."""

import re
from contextlib import suppress
from decimal import Decimal

import pytest
from clearprop.numerals import (
    NotANumberError,
    is_number,
    number,
    plain_numbers,
)
from hypothesis import given
from hypothesis import strategies as st

NUMERAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"

#: What numbers consist of, and what is often found around them.
PIECES = [
    *"0123456789+-.,eE_ \t\n",
    "1e",
    "nan",
    "inf",
    "Infinity",
    "\uff10",
    "\uff11",
    "٣",
    "\xa0",
    "\N{MINUS SIGN}",
    "²",
]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0),
        ("-0", -0.0),
        ("+1", 1.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.5E-3", 0.0015),
        (" 2\t", 2.0),
        ("007", 7.0),
        ("5e-324", 5e-324),
        ("1.7976931348623157e308", 1.7976931348623157e308),
        ("9007199254740992", 2.0**53),
        ("-9007199254740994", -(2.0**53) - 2),
        ("1180591620717411303424", 2.0**70),
        ("123456789012345680000", 123456789012345680000.0),
        ("9007199254740993.0", 2.0**53),
        ("0e-400", 0.0),
    ],
)
def test_numerals_are_read_to_the_bit(text: str, value: float) -> None:
    assert number(text).hex() == value.hex()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1_000", "'1_000' is not a number: remove its spaces and separators"),
        ("1 000", "remove its spaces and separators"),
        ("1\xa0000", "remove its spaces and separators"),
        ("1'000", "remove its spaces and separators"),
        ("\uff11\uff12", "write it with 0 to 9"),
        ("٣", "write it with 0 to 9"),
        ("\u22121", "write it with 0 to 9"),
        ("1\n", "is not a number"),
        ("\xa01", "is not a number"),
        ("", "The cell is empty"),
        ("  ", "The cell is empty"),
        ("nan", "is a missing value: replace it, or remove the example"),
        ("NaN", "is a missing value"),
        ("NA", "is a missing value"),
        ("null", "is a missing value"),
        ("inf", "is not finite"),
        ("-Infinity", "is not finite"),
        ("1e999", "is too large for a float64"),
        ("1" + "0" * 400, "is too large for a float64"),
        ("1e-400", "is too small for a float64"),
        ("0." + "0" * 400 + "1", "is too small for a float64"),
        ("9007199254740993", "float64 cannot represent exactly: write it as 9007199254740992.0"),
        ("-18446744073709551615", "float64 cannot represent exactly"),
        ("0" * 5000 + "9007199254740993", "float64 cannot represent exactly"),
        ("True", "write 1 for True and 0 for False"),
        ("FALSE", "write 1 for True and 0 for False"),
        ("1,5", "use --decimal-comma if the comma is a decimal mark"),
        ("1,000", "remove the thousands separators"),
        ("1.000,5", "remove the thousands separators"),
        ("1,000,000.5", "remove the thousands separators"),
        ("0x1F", "'0x1F' is not a number"),
        ("1e", "is not a number"),
        ("1e5.5", "is not a number"),
        ("+-1", "is not a number"),
        ("--1", "is not a number"),
        ("1.2.3", "is not a number"),
        ("$5", "is not a number"),
        ("50%", "is not a number"),
        ("b'1'", "is not a number"),
        ("x" * 99, "…' is not a number"),
    ],
)
def test_everything_else_is_refused_with_what_to_do(text: str, problem: str) -> None:
    with pytest.raises(NotANumberError, match=re.escape(problem)):
        number(text)
    assert not is_number(text)
    assert plain_numbers([text]) is None


def test_a_decimal_comma_needs_an_option() -> None:
    assert number("-1,5e3", decimal_comma=True) == -1500.0
    assert number(",5", decimal_comma=True) == 0.5
    assert number("7", decimal_comma=True) == 7.0
    for text, problem in (
        ("1.5", "omit --decimal-comma, or write a comma"),
        ("1.000,5", "is not a number"),
        ("1,000,5", "is not a number"),
    ):
        with pytest.raises(NotANumberError, match=problem):
            number(text, decimal_comma=True)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_reads_back_to_the_same_bits(value: float) -> None:
    for text in (repr(value), f"{value:.17g}", f"{value:.16e}", f" {value!r}\t"):
        assert number(text).hex() == value.hex()
    assert number(repr(value).replace(".", ","), decimal_comma=True).hex() == value.hex()


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_only_sign_digits_point_and_exponent_are_numbers(text: str) -> None:
    cell = text.strip(" \t")
    if re.fullmatch(NUMERAL, cell):
        with suppress(NotANumberError):  # that are too large, too small, or integers too long
            assert number(text).hex() == float(cell).hex()
    else:
        assert not is_number(text)


@given(st.integers())
def test_an_integer_is_read_exactly_or_refused(value: int) -> None:
    text = str(value)
    if is_number(text):
        assert value in (int(number(text)), Decimal(repr(number(text))))
    else:
        assert abs(value) > 2**53


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=6).map("".join), max_size=5))
def test_a_row_reads_as_its_cells_do(cells: list[str]) -> None:
    found = plain_numbers(cells)
    if found is not None:
        assert [value.hex() for value in found] == [number(cell).hex() for cell in cells]
