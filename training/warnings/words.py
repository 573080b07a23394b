"""Numbers and lists in the sentences of warnings."""

from collections.abc import Sequence
from math import isinf
from typing import Final

#: A longer list is cut.
_MOST_LISTED: Final = 4

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


def numbered(noun: str, indices: Sequence[int], names: Sequence[str] = ()) -> str:
    """Return things by their numbers, counting from 1, and by their names, if they have names.

    `target 1`, `targets 1, 2 and 3 others`, `inputs 1 (age) and 4 (height)`.
    """
    return listed(
        noun, [f"{index + 1:,}{f' ({names[index]})' if names else ''}" for index in indices]
    )


def listed(noun: str, things: Sequence[str]) -> str:
    """Return the first things of a list in words: `column age`, `columns age, job and 3 others`."""
    words = list(things[:_MOST_LISTED])
    others = len(things) - len(words)
    if others:
        words.append(counted(others, "other"))
    if len(words) == 1:
        return f"{noun} {words[0]}"
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{plural} {', '.join(words[:-1])} and {words[-1]}"


def capitalised(sentence: str) -> str:
    """Return a sentence with a capital letter."""
    return sentence[:1].upper() + sentence[1:]
