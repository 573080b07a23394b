"""Numbers as text: short for people, or exact; ∞ and NaN are values like all others."""

import math
from collections.abc import Iterable, Sequence

#: Numbers outside of these limits have an exponent, rather than zeros that say nothing.
_SMALL = 1e-4
_LARGE = 1e6


def number(value: float | None) -> str:
    """Return a number with up to six digits, such as a cost; nothing for None."""
    return "" if value is None else _finite_or(value, f"{value:.6g}")


def weight(value: float) -> str:
    """Return a weight with its sign, in columns that line up."""
    if value == 0.0 or _SMALL <= abs(value) < _LARGE:
        return f"{value:+.6f}"
    return _finite_or(value, f"{value:+.3e}")


def exact(value: float) -> str:
    """Return the shortest text that reads back to the same bits."""
    return _finite_or(value, repr(value))


def counted(count: int, noun: str) -> str:
    """Return a number of things, such as `1 input` and `1,000 inputs`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def listed(values: Iterable[float]) -> str:
    """Return the numbers of a vector."""
    return "  ".join(map(number, values))


def told_apart(values: Sequence[float]) -> list[str]:
    """Return numbers with as many digits as make different ones look different, at least six."""
    for digits in range(6, 17):
        texts = [_finite_or(value, f"{value:.{digits}g}") for value in values]
        if len(set(texts)) == len({exact(value) for value in values}):
            return texts
    return [exact(value) for value in values]


def _finite_or(value: float, text: str) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    return text
