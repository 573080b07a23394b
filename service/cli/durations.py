"""Durations on the command line, such as 6h."""

import re

import typer

_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION = re.compile(f"([0-9]{{1,9}})([{''.join(_UNITS)}])")


def seconds(text: str) -> int:
    """Return the seconds of a duration such as 30s, 15m, 6h or 7d; a parser for Typer."""
    found = _DURATION.fullmatch(text)
    if found is None or int(found[1]) == 0:
        raise typer.BadParameter(f"{text!r} is not a duration: use 30s, 15m, 6h, 7d or the like")
    return int(found[1]) * _UNITS[found[2]]
