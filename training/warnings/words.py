"""Numbers and lists in the sentences of warnings."""

from collections.abc import Sequence
from math import isinf
from typing import Final

#: A longer list of numbers is cut.
_MOST_NUMBERS: Final = 4

#: Larger whole numbers are written with an exponent.
_LARGEST_WHOLE: Final = 1e7


def value(number: float) -> str:
    """Return a number with up to four significant digits, in words if it is infinite."""
    if isinf(number):
        return "infinite"
    rounded = float(f"{number:.4g}")
    is_whole = rounded == round(rounded, 0) and abs(rounded) < _LARGEST_WHOLE
    return (f"{rounded:,.0f}" if is_whole else f"{rounded:.4g}").replace("-", "−")


def counted(count: int, noun: str) -> str:
    """Return a number of things: `1 example`, `2 examples`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def numbered(noun: str, indices: Sequence[int]) -> str:
    """Return things by their numbers, counting from 1: `target 1`, `targets 1, 2 and 3 others`."""
    names = [f"{index + 1:,}" for index in indices[:_MOST_NUMBERS]]
    others = len(indices) - len(names)
    if others:
        names.append(counted(others, "other"))
    if len(names) == 1:
        return f"{noun} {names[0]}"
    return f"{noun}s {', '.join(names[:-1])} and {names[-1]}"


def capitalised(sentence: str) -> str:
    """Return a sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]
