"""Errors for unknown keyword arguments, which name the keyword that was probably meant.

Python checks keyword arguments only for functions without `**options`, and names the nearest
keyword only since version 3.13.
"""

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches
from functools import wraps
from typing import Any, ParamSpec, TypeVar, get_args

ArgumentsT = ParamSpec("ArgumentsT")
ResultT = TypeVar("ResultT")
ClassT = TypeVar("ClassT")

#: Names that other libraries use.
_OTHER_NAMES = {
    "alpha": "learning_rate",
    "batch": "batch_size",
    "eta": "learning_rate",
    "l2": "weight_decay",
    "loss": "cost_function",
}

#: The shortest part of a name that identifies it.
_SHORTEST = 3


def check_methods(cls: type[ClassT]) -> type[ClassT]:
    """Make all public methods of a class check the names of their keyword arguments."""
    for name, each in vars(cls).copy().items():
        if inspect.isfunction(each) and not name.startswith("_"):
            setattr(cls, name, check_keywords(each))
    return cls


def check_keywords(function: Callable[ArgumentsT, ResultT]) -> Callable[ArgumentsT, ResultT]:
    """Make a function raise TypeError for unknown keyword arguments, with the nearest known one.

    The known keywords are its parameters, and the keys of the TypedDict of its `**options`, whose
    required keys must be given. Numbers in place of texts, such as ids, are errors too.
    """
    known, required = keywords_of(function), _required_options(function)
    parameters = inspect.signature(function).parameters

    def check(args: Sequence[object], names: Mapping[str, object]) -> None:
        if not known.issuperset(names):
            raise TypeError(_message(function.__qualname__, set(names) - known, known))
        if not required.issubset(names):
            missing = " and ".join(map(repr, sorted(required.difference(names))))
            raise TypeError(f"{function.__qualname__}() missing required keywords: {missing}.")
        _check_texts(parameters, {**dict(zip(parameters, args, strict=False)), **names})

    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def checked_coroutine(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as function
            check(args, kwargs)
            return await function(*args, **kwargs)

        return checked_coroutine  # type: ignore[return-value]

    @wraps(function)
    def checked(*args: ArgumentsT.args, **kwargs: ArgumentsT.kwargs) -> ResultT:
        check(args, kwargs)
        return function(*args, **kwargs)

    return checked


def _check_texts(parameters: Mapping[str, inspect.Parameter], given: Mapping[str, object]) -> None:
    for name, value in given.items():
        is_text = name in parameters and parameters[name].annotation is str
        if is_text and isinstance(value, int | float):
            raise TypeError(f"{name} must be a text, such as {str(value)!r}, not {value!r}.")


def keywords_of(function: Callable[..., object]) -> frozenset[str]:
    """Return the keywords of a function."""
    named = {
        each.name
        for each in inspect.signature(function).parameters.values()
        if each.kind is not inspect.Parameter.VAR_KEYWORD
    }
    optional = {name for options in _options_of(function) for name in options.__annotations__}
    return frozenset((named | optional) - {"self"})


def _required_options(function: Callable[..., object]) -> frozenset[str]:
    """Return the keywords that the TypedDict of a function's `**options` requires."""
    return frozenset(
        name for options in _options_of(function) for name in options.__required_keys__
    )


def _options_of(function: Callable[..., object]) -> list[Any]:
    """Return the TypedDict of a function's `**options`, if it has any."""
    return [
        get_args(each.annotation)[0]
        for each in inspect.signature(function).parameters.values()
        if each.kind is inspect.Parameter.VAR_KEYWORD
    ]


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that was probably meant by another one; None if none is near."""
    if (other := _OTHER_NAMES.get(name.lower())) in known:
        return other
    word = _letters(name)
    for each in known:
        parts = each.split("_")
        if len(parts) > 1 and word == "".join(part[0] for part in parts):
            return each  # lr
    related = [each for each in known if any(_is_part(word, part) for part in each.split("_"))]
    if related:
        return max(
            sorted(related), key=lambda each: SequenceMatcher(None, word, _letters(each)).ratio()
        )
    by_letters = {_letters(each): each for each in sorted(known)}
    close = get_close_matches(word, by_letters, n=1)
    return by_letters[close[0]] if close else None


def _is_part(word: str, part: str) -> bool:
    shorter, longer = sorted((word, part), key=len)
    return len(shorter) >= _SHORTEST and shorter in longer


def _letters(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _message(function: str, unknown: Collection[str], known: Collection[str]) -> str:
    name = min(unknown)
    meant = nearest(name, known)
    if meant:
        advice = f"Did you mean {meant!r}?"
    elif known:
        advice = f"Known keywords are: {', '.join(sorted(known))}."
    else:
        advice = "It takes no arguments."
    return f"{function}() got an unexpected keyword argument {name!r}. {advice}"
