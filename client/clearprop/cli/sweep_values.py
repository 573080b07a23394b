"""Reads the values of settings that vary in a sweep: `learning-rate=0.01,0.1`."""

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

import typer

from clearprop import Range
from clearprop.cli.parsers import real_number, whole_number
from clearprop.keywords import nearest
from clearprop.options import SweepOptions
from clearprop.sweeps.ranges import Choices

#: Options of commands that have other names than the client's parameters.
_OPTIONS = {"cost": "cost_function"}

_TRUTHS = {"true": True, "yes": True, "false": False, "no": False}

_RANGE = re.compile(r"(log:)?(.+?)\.\.(.+)")


class _Kind(NamedTuple):
    """The type of a setting: of one value, or of the items of a list; or both are allowed."""

    item: type
    is_list: bool

    @classmethod
    def of(cls, hint: Any) -> "_Kind":  # noqa: ANN401 - a type of any form
        """Return the kind of a type such as `Sequence[int]` or `float | Sequence[float]`."""
        if get_origin(hint) is Sequence:
            return cls(get_args(hint)[0], is_list=True)
        items = [each for each in get_args(hint) if isinstance(each, type)]
        return cls(hint if isinstance(hint, type) else next(iter(items), str), is_list=False)


#: The kind of each setting.
_KINDS = {
    name: _Kind.of(hint)
    for name, hint in get_type_hints(SweepOptions).items()
    if name not in {"initial_weights", "initial_biases", "layout", "labels"}
}


def varied(texts: Sequence[str]) -> dict[str, Choices]:
    """Parse `name=value,value` and `name=low..high`. Raises typer.BadParameter."""
    found: dict[str, Choices] = {}
    for text in texts:
        option, equals, values = text.partition("=")
        name = option.removeprefix("--").replace("-", "_")
        name = _OPTIONS.get(name, name)
        if not equals or not values:
            raise _bad(
                f"{text!r} is not a setting with values. Write it as learning-rate=0.01,0.1 or,"
                " with --samples, as learning-rate=log:0.001..0.1."
            )
        if name not in _KINDS:
            meant = nearest(name, _KINDS)
            advice = f" Did you mean {meant.replace('_', '-')}?" if meant else ""
            raise _bad(f"Unknown setting {option!r}.{advice}")
        if name in found:
            raise _bad(f"{option} is given twice. Write all of its values into one option.")
        found[name] = _values(option, name, values)
    return found


def units(text: str) -> list[int]:
    """Parse the hidden layers `16-8`; `none` is no layer. Raises typer.BadParameter."""
    if text == "none":
        return []
    return [whole_number(1, 2**31 - 1)(each) for each in text.split("-")]


def _values(option: str, name: str, text: str) -> Choices:
    kind = _KINDS[name]
    try:
        limits = _RANGE.fullmatch(text)
        if limits is not None:
            return _range(kind.item, limits[2], limits[3], is_log=limits[1] is not None)
        return [_value(name, kind, each.strip()) for each in text.split(",")]
    except (typer.BadParameter, ValueError) as error:
        raise _bad(f"{option}: {error}") from None


def _range(item: type, low: str, high: str, *, is_log: bool) -> Range:
    if item not in {float, int}:
        raise ValueError("Only numbers have a range. Write a list of values instead.")
    parse: Callable[[str], float] = real_number if item is float else whole_number()
    return Range(parse(low), parse(high), "log" if is_log else "linear")


def _value(name: str, kind: _Kind, text: str) -> object:
    if name == "hidden_layers":
        return units(text)
    if kind.is_list or "/" in text:
        return [_item(kind.item, each) for each in text.split("/")]
    return _item(kind.item, text)


def _item(item: type, text: str) -> object:
    if item is bool:
        if text not in _TRUTHS:
            raise ValueError(f"{text!r} is not a truth value. Use true or false.")
        return _TRUTHS[text]
    if item is float:
        return real_number(text)
    return whole_number()(text) if item is int else text


def _bad(message: str) -> typer.BadParameter:
    return typer.BadParameter(message, param_hint="'--vary'")
