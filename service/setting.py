"""A setting of the server: one declaration for its option, variable, key in a file, and help."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

T = TypeVar("T")

#: The source of a setting that is not set.
DEFAULT = "default"

_DECLARATION = "declaration"
_NUMBER = re.compile("[0-9]{1,16}")
_SWITCH = {"true": True, "yes": True, "on": True, "1": True}
_SWITCH |= {"false": False, "no": False, "off": False, "0": False}


@dataclass(frozen=True, slots=True)
class Declaration:
    """What is declared of a setting, besides its name and its default; see `setting`."""

    help: str
    metavar: str
    check: Callable[[Any], None] | None = None
    most: int = 2**53
    is_secret: bool = False
    option: str | None = None
    default_text: str | None = None


def setting(  # noqa: PLR0913 (what can be said about a setting)
    default: T,
    help: str,  # noqa: A002 (as Typer's)
    *,
    metavar: str = "",
    check: Callable[[Any], None] | None = None,
    most: int = 2**53,
    is_secret: bool = False,
    option: str | None = None,
    default_text: str | None = None,
) -> T:
    """Declare a setting as a field of a dataclass.

    The default tells the kind: str, None for a str that can be missing, bool for a switch, int from
    0 to `most`, or a tuple of str. `check` raises ValueError for a value that cannot be used. A
    secret is never shown. `option` is the name of the option if it is not that of the field, and
    `default_text` describes the default if its value does not.
    """
    declared = Declaration(help, metavar, check, most, is_secret, option, default_text)
    return field(default=default, metadata={_DECLARATION: declared})


@dataclass(frozen=True, slots=True)
class Setting:
    """A declared setting.

    The field `allow_host` is the option --allow-host, the variable CLEARPROP_ALLOW_HOST and the key
    allow-host of a file.
    """

    name: str
    default: Any
    declared: Declaration

    @property
    def key(self) -> str:
        """The key in a file."""
        return self.name.replace("_", "-")

    @property
    def option(self) -> str:
        """The option of commands."""
        return f"--{self.declared.option or self.key}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"CLEARPROP_{self.name.upper()}"

    def check(self, value: Any, source: str) -> None:  # noqa: ANN401 (of any setting)
        """Raise ValueError, with the name of the source, for a value that cannot be used."""
        if self.declared.check is not None and value is not None:
            try:
                self.declared.check(value)
            except ValueError as error:
                raise ValueError(f"{source}: {error}") from None

    def of_text(self, text: str, source: str) -> Any:  # noqa: ANN401 (of any setting)
        """Return the value for the text of an option or a variable. Raises ValueError."""
        match self.default:
            case bool():
                value: Any = _SWITCH.get(text.lower())
                if value is None:
                    raise ValueError(f"{source} must be true or false, not {text!r}")
            case int():
                return self._number(text, source)
            case tuple():
                value = tuple(text.split())
            case None if not text:
                raise ValueError(f"{source} is empty: remove it, or set {self.declared.metavar}")
            case _:
                value = text
        self.check(value, source)
        return value

    def of_option(self, given: Any) -> Any:  # noqa: ANN401 (of any setting)
        """Return the value for what a command received. Raises ValueError."""
        if isinstance(given, str):
            return self.of_text(given, self.option)
        value = tuple(given) if isinstance(given, list) else given
        self.check(value, self.option)
        return value

    def of_file(self, found: Any, source: str) -> Any:  # noqa: ANN401 (of any setting)
        """Return the value for what a TOML file contains. Raises ValueError."""
        match self.default, found:
            case bool(), _ if isinstance(found, bool):
                value: Any = found
            case int(), int() if not isinstance(found, bool) | isinstance(self.default, bool):
                return self._number(str(found), source)
            case ((str() | None), str()):
                return self.of_text(found, source)
            case tuple(), list() if all(isinstance(each, str) for each in found):
                value = tuple(found)
            case _:
                raise ValueError(f"{source} must be {self._kind}, not {found!r}")
        self.check(value, source)
        return value

    @property
    def is_switch(self) -> bool:
        """Whether its option has no value."""
        return isinstance(self.default, bool)

    @property
    def is_repeated(self) -> bool:
        """Whether its option can be repeated."""
        return not isinstance(self.default, str | int | None)

    @property
    def default_text(self) -> str:
        """The default, for people."""
        return self.declared.default_text or text_of(self.default) or "none"

    @property
    def _kind(self) -> str:
        match self.default:
            case bool():
                return "true or false"
            case int():
                return f"a number from 0 to {self.declared.most}"
            case tuple():
                return 'a list of strings, such as ["a", "b"]'
            case _:
                return "a string in quotes"

    def _number(self, text: str, source: str) -> int:
        if not _NUMBER.fullmatch(text) or int(text) > self.declared.most:
            raise ValueError(f"{source} must be {self._kind}, not {text!r}")
        value = int(text)
        self.check(value, source)
        return value


def text_of(value: object) -> str:
    """Return the value of a setting as a variable has it, "" for none."""
    match value:
        case bool():
            return str(value).lower()
        case None:
            return ""
        case tuple():
            return " ".join(value)
        case _:
            return str(value)


def declared(settings: type) -> Iterator[Setting]:
    """Yield the settings that are declared as fields of a dataclass."""
    for each in fields(settings):
        yield Setting(each.name, each.default, each.metadata[_DECLARATION])
