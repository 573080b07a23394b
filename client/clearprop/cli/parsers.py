"""Parsers of arguments and options: strict numbers, durations, and words of a fixed choice."""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from difflib import get_close_matches

import typer

from clearprop.numerals import is_number, number, shown
from clearprop.v1.network_pb2 import Activation
from clearprop.values import enum_word

#: The integers of the contract have 64 bits.
_LARGEST = 2**63 - 1

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(f"([0-9]{{1,9}})([{''.join(_UNITS)}])")

ACTIVATIONS = [enum_word(Activation, each) for each in Activation.values()[1:]]


def duration(text: str | timedelta) -> timedelta:
    """Parse a duration such as 30s, 15m, 6h or 90d."""
    if isinstance(text, timedelta):  # a default
        return text
    found = _DURATION.fullmatch(text)
    if found is None or not int(found[1]):
        raise typer.BadParameter(
            f"{shown(text)} is not a duration. Write it as 30s, 15m, 6h or 90d."
        )
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def whole_number(least: int = -_LARGEST, most: int = _LARGEST) -> Callable[[str], int]:
    """Return a parser of integers within limits."""

    def parse(text: str | int) -> int:
        if isinstance(text, int):  # a default
            return text
        value = _whole(text)
        if value < least:
            raise typer.BadParameter(f"{value} is too small. The minimum is {least:,}.")
        if value > most:
            raise typer.BadParameter(f"{value} is too large. The maximum is {most:,}.")
        return value

    return parse


def real_number(text: str | float) -> float:
    """Parse a number such as 0.5 or 1e-3."""
    if isinstance(text, float):  # a default
        return text
    try:
        return number(text)
    except ValueError as error:
        problem, advice = _split(error)
        advice = advice if advice.startswith("write ") else "write a number such as 0.5 or 1e-3"
        raise typer.BadParameter(f"{problem}: {advice}.") from None


def one_of(what: str, words: Sequence[str]) -> Callable[[str], str]:
    """Return a parser of one of these words; `what` names the choice in its error."""

    def parse(word: str) -> str:
        if word not in words:
            choice = ", ".join(_nearest_first(word, words))
            raise typer.BadParameter(f"Unknown {what} {shown(word)}. Use one of {choice}.")
        return word

    return parse


def activation_words(text: str) -> list[str]:
    """Parse `relu,softmax`; an empty text gives no word."""
    parse = one_of("activation", ACTIVATIONS)
    try:
        return [parse(word.strip()) for word in text.split(",")] if text else []
    except typer.BadParameter as error:
        error.param_hint = "'--activations'"
        raise


def layer_sizes(text: str) -> list[int]:
    """Parse `2-5-1` or `2,5,1`."""
    if not re.fullmatch(r"[0-9]+([-,][0-9]+)*", text):
        raise typer.BadParameter(
            f"{shown(text)} is not a list of layer sizes. Write it as 2-5-1, inputs first.",
            param_hint="'--layers'",
        )
    return [min(int(size), _LARGEST) for size in re.split("[-,]", text)]


def example_indices(text: str) -> list[int]:
    """Parse `3,17`, numbers of examples from 1, as indices from 0; an empty text gives none."""
    parse = whole_number(1)
    try:
        return [parse(each.strip()) - 1 for each in text.split(",")] if text else []
    except typer.BadParameter as error:
        error.param_hint = "'--examples'"
        raise


def vector(text: str, hint: str) -> list[float]:
    """Parse `0.5,1`; `hint` names the argument in an error."""
    try:
        return [number(each) for each in text.split(",")]
    except ValueError as error:
        raise typer.BadParameter(
            f"{shown(text)} is not a list of numbers such as 0.5,1. {_split(error)[0]}.",
            param_hint=f"'{hint}'",
        ) from None


def _whole(text: str) -> int:
    if re.fullmatch(r"[+-]?[0-9]{1,30}", text):
        return int(text)
    advice = ""
    if is_number(text) and number(text).is_integer() and abs(number(text)) < _LARGEST:
        advice = f" Write {number(text):.0f}."
    raise typer.BadParameter(f"{shown(text)} is not a whole number.{advice}")


def _split(error: ValueError) -> tuple[str, str]:
    """Return what is wrong with a number, and what to do; the latter is for tables, or general."""
    problem, _, advice = str(error).rpartition(": ")
    return (problem, advice) if problem else (advice, "")


def _nearest_first(word: str, words: Sequence[str]) -> list[str]:
    near = get_close_matches(word.lower().replace("_", "-"), words, 1, 0.5)
    return [*near, *(each for each in words if each not in near)]
