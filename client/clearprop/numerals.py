"""Numbers in text: a sign, ASCII digits, one decimal point and an exponent, and nothing else.

Python's `float` takes more: `1_000`, digits of other scripts, line breaks around a number, `nan`.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

_NUMERAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

#: All integers below this one are float64 numbers; the one above it rounds to it.
_LIMIT = 2**53

#: Cells of these characters that `float` takes are numerals. Exponents are left out because they
#: can make a number too small for a float64.
_NOT_PLAIN = re.compile(r"[^0-9+\-. \t]")

#: Without an exponent, a numeral that is too small for a float64 has at least as many zeros.
_ZEROS = "0" * 300

_MISSING = {"nan", "-nan", "na", "n/a", "#n/a", "<na>", "null", "none", "nil", "nat", "?"}
_INFINITE = {"inf", "infinity"}
_TRUTHS = {"true": 1.0, "false": 0.0}

_REPLACE = "replace it, or remove the example"

_SHOWN_CHARACTERS = 40


class NotANumberError(ValueError):
    """What is wrong with a text, as the end of a sentence; `is_word` for a text such as a label."""

    def __init__(self, problem: str, *, is_word: bool = False) -> None:
        super().__init__(problem)
        self.is_word = is_word


def number(text: str, *, decimal_comma: bool = False) -> float:
    """Return the float64 nearest to a numeral; spaces and tabs around it do not matter.

    Raises NotANumberError for all other texts, for numerals beyond the range of float64, and for
    integers that float64 cannot represent.
    """
    cell = text.strip(" \t")
    numeral = _with_point(cell) if decimal_comma else cell
    if not _NUMERAL.fullmatch(numeral):
        raise _not_a_number(cell, decimal_comma=decimal_comma)
    value = float(numeral)
    if value in (float("inf"), float("-inf")):
        raise NotANumberError(f"{shown(cell)} is too large for a float64")
    if value == 0.0 and re.search("[1-9]", re.split("[eE]", numeral)[0]):
        raise NotANumberError(f"{shown(cell)} is too small for a float64: write 0 instead")
    if abs(value) >= _LIMIT and not _is_faithful(numeral, value):
        raise NotANumberError(
            f"{shown(cell)} is an integer that float64 cannot represent exactly: write it as"
            f" {value!r} to round it"
        )
    return value


def plain_numbers(cells: Sequence[str]) -> list[float] | None:
    """Return what `number` returns for each cell, sooner; None where a cell needs a closer look."""
    text = " ".join(cells)
    if _NOT_PLAIN.search(text) or _ZEROS in text:
        return None
    try:
        values = list(map(float, cells))
    except ValueError:
        return None
    if max(map(abs, values), default=0.0) >= _LIMIT:
        return None
    return values


def is_number(text: str) -> bool:
    """Whether `number` takes a text."""
    try:
        number(text)
    except NotANumberError:
        return False
    return True


def is_missing(text: str) -> bool:
    """Whether a text is what programs write for a number that is missing, or empty."""
    word = text.strip().lower()
    return not word or word in _MISSING


def truth(text: str) -> float | None:
    """Return 1 for True and 0 for False, in any case; None for other texts."""
    return _TRUTHS.get(text.strip().lower())


def shown(text: str) -> str:
    """Return a text in quotes, with escapes, cut where it is long."""
    return repr(text if len(text) <= _SHOWN_CHARACTERS else f"{text[:_SHOWN_CHARACTERS]}…")


def _with_point(cell: str) -> str:
    """Return a numeral with a decimal point in place of its comma; unreadable if it has a point."""
    return "" if "." in cell else cell.replace(",", ".")


def _is_faithful(numeral: str, value: float) -> bool:
    """Whether a large number is exact, the shortest form of its float64, or no integer at all.

    Who writes a point or an exponent writes a measured number, and means the nearest float64.
    """
    if not numeral.lstrip("+-").isdecimal():
        return True
    return Decimal(numeral) in (Decimal(value), Decimal(repr(value)))


def _not_a_number(cell: str, *, decimal_comma: bool) -> NotANumberError:
    quoted, word = shown(cell), cell.lower()
    with_point = cell.replace(",", ".", 1)
    thousands = ("," in cell and "." in cell) and (
        _is_numeral(cell.replace(",", "")) or _is_numeral(cell.replace(".", "").replace(",", "."))
    )
    digits = re.sub(r"[_'\u2019\s]", "", cell)
    known = {
        "The cell is empty": not cell,
        f"{quoted} is a missing value: {_REPLACE}": word in _MISSING,
        f"{quoted} is not finite: {_REPLACE}": word.lstrip("+-") in _INFINITE,
        f"{quoted} is not a number: write 1 for True and 0 for False": word in _TRUTHS,
        f"{quoted} has a decimal point: omit --decimal-comma, or write a comma": decimal_comma
        and _is_numeral(cell),
        f"{quoted} is not a number: use --decimal-comma if the comma is a decimal mark, or remove"
        " the thousands separators": not decimal_comma and _is_numeral(with_point),
        f"{quoted} is not a number: remove the thousands separators": thousands,
        f"{quoted} is not a number: remove its spaces and separators": _is_numeral(digits),
        f"{quoted} is not a number: write it with 0 to 9, +, -, . and e only": _is_float(cell),
    }
    problem = next((problem for problem, applies in known.items() if applies), None)
    return NotANumberError(problem or f"{quoted} is not a number", is_word=problem is None)


def _is_numeral(text: str) -> bool:
    return _NUMERAL.fullmatch(text) is not None


def _is_float(text: str) -> bool:
    """Whether Python reads a number, of any script and with any minus sign."""
    try:
        float(text.replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return False
    return True
