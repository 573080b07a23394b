"""The delimiter of a table: given, or guessed and checked against its first lines."""

import csv
from collections.abc import Sequence
from contextlib import suppress

_WORDS = {"tab": "\t", "\\t": "\t", "space": " "}

_NAMES = {"\t": "tabs", ";": "semicolons", ",": "commas", "|": "vertical bars", " ": "spaces"}

#: The first lines of a table, which a guess is checked against.
SAMPLE = 20


def is_delimiter(text: str) -> bool:
    """Whether a text is a word for a delimiter, or a single character that can be one."""
    return text in _WORDS or (len(text) == 1 and text not in '\r\n"')


def named_delimiter(text: str) -> str:
    """Return the character that an option names."""
    return _WORDS.get(text, text)


def plural(delimiter: str) -> str:
    """Return the name of a delimiter, in the plural."""
    return _NAMES.get(delimiter, repr(delimiter))


def has_other(cell: str, delimiter: str) -> bool:
    """Whether a cell contains another possible delimiter."""
    return any(each in cell for each in _NAMES if each != delimiter)


def guessed_delimiter(lines: Sequence[str], *, decimal_comma: bool) -> str:
    """Return the delimiter of a table, from its first lines with the header.

    Tab is preferred to semicolon, comma, vertical bar and space, among those that divide all lines
    into the same number of columns. Space is only taken where nothing else divides the lines,
    since names may contain it; and comma last where it is the decimal point. Empty if there is only
    one column.
    """
    order = sorted(_NAMES, key=lambda each: decimal_comma and each == ",")
    counts = {each: _counts(lines, each) for each in order}
    possible = [each for each in order if counts[each][:1] > [1]]
    divides_lines = [each for each in possible if max(counts[each][1:], default=2) > 1]
    fitting = [
        each
        for each in divides_lines
        if len(set(counts[each])) == 1 and (each != " " or divides_lines == [" "])
    ]
    for found in (fitting, divides_lines, possible):
        if found:
            return found[0]
    return ""


def _counts(lines: Sequence[str], delimiter: str) -> list[int]:
    """Return the number of columns of each line that is not blank."""
    rows = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    counts: list[int] = []
    with suppress(csv.Error):  # for a cell that never ends
        counts.extend(len(row) for row in rows if any(row))
    return counts
