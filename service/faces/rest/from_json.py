"""Parses messages of the contract from JSON, by the rules of protobuf's JSON mapping.

All invalid fields are reported, with a description of what they must be. protobuf's own json_format
reports only the first one, as a Python error: docs/why.md.
"""

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from math import inf, isfinite
from typing import Any

from clearprop.file_types import binary_type
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from service.faces.messages.name_lengths import LONGEST_NAME, TOO_LONG
from service.faces.rest.long_json import LongArray, TooDeep, decoded, parse_long
from training.errors import InvalidFields, Violation, Violations

#: The maximum number of invalid fields that are reported for one document.
_MOST_REPORTED = 1_000

#: A longer name is not a misspelt field, and comparing it would take long.
_LONGEST_NAME = 60

#: The characters of a text that is parsed in chunks.
_LONG = 256 * 2**10

#: The maximum number of entries of a map, and of values that are not real, in a field: more than
#: any field can have. Converting millions takes seconds.
_MOST_VALUES = 10_000

#: The maximum number of characters of a message whose JSON is a string, such as a FieldMask.
_LONGEST_FORM = 10_000

_REAL = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}
_BITS = {
    FieldDescriptor.CPPTYPE_INT32: 32,
    FieldDescriptor.CPPTYPE_INT64: 64,
}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DIGITS = re.compile(r"-?[0-9]{1,40}")
_NOT_FINITE = {"NaN", "Infinity", "-Infinity"}


class BadValue(Exception):
    """A value that a field cannot have; the message describes valid ones."""


def parse(content: bytes) -> Any:  # noqa: ANN401 (any JSON value)
    """Parse a JSON text. Raises InvalidFields with the position of a syntax error.

    A byte order mark is ignored, as RFC 8259 allows. NaN and infinities, which are not JSON, are
    parsed, so that they are reported at their fields.
    """
    try:
        text = decoded(content.removeprefix(BOM_UTF8))
        return parse_long(text, _DECODER) if len(text) > _LONG else _DECODER.decode(text)
    except UnicodeDecodeError as error:
        kind = binary_type(content)
        if kind is not None:
            raise _not_json(f"is {kind}: send JSON in UTF-8") from None
        raise _not_json(f"is not valid UTF-8 at byte {error.start + 1}") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _not_json(f"is not valid JSON at {where}: {error.msg}") from None
    except BadValue as error:
        raise _not_json(str(error)) from None
    except (RecursionError, TooDeep):
        raise _not_json("is nested too deeply") from None
    except ValueError:  # Python's limit for the digits of an integer
        raise _not_json("contains a number with too many digits") from None


def fill(violations: Violations, message: Message, document: object, path: str = "") -> None:
    """Set the fields of a message from a JSON object, and report invalid ones.

    `path` is the prefix of the names of reported fields.
    """
    if not isinstance(document, dict):
        what = "" if path else "the body "
        note(violations, path.rstrip("."), f"{what}must be an object, not {_shown(document)}")
        return
    fields = fields_of(message.DESCRIPTOR)
    given: dict[str, str] = {}
    for name, value in document.items():
        field = fields.get(name)
        if field is None:
            note(violations, f"{path}{name}", unknown(name, message))
        elif field.name in given:
            note(violations, path + field.name, f"occurs twice, as {given[field.name]} and {name}")
        else:
            given[field.name] = name
            if value is not None:
                _set(violations, message, field, value, path + field.name)


@cache
def fields_of(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Return the fields of a message by name, in both spellings."""
    return {name: field for field in descriptor.fields for name in (field.name, field.json_name)}


def unknown(name: str, message: Message) -> str:
    """Return the description of an unknown field, with the nearest one, which can be nested."""
    kind = message.DESCRIPTOR.name
    by_word = _by_word(message.DESCRIPTOR)
    close = get_close_matches(_word(name[:_LONGEST_NAME]), by_word, n=1)
    if close:
        return f"unknown field of {kind}: did you mean {by_word[close[0]]}?"
    names = ", ".join(field.json_name for field in message.DESCRIPTOR.fields)
    return f"unknown field of {kind}" + (
        f": use one of {names}" if names else ", which has no fields"
    )


@cache
def _by_word(descriptor: Descriptor) -> Mapping[str, str]:
    """Return the names of fields by their words; those of nested messages with dots."""
    found: dict[str, str] = {}
    for field in descriptor.fields:
        nested = field.message_type
        if nested is not None and not field.is_repeated and not has_form_of_text(nested):
            for word, name in _by_word(nested).items():
                found.setdefault(word, f"{field.json_name}.{name}")
    return found | {_word(field.json_name): field.json_name for field in descriptor.fields}


@cache
def scalar(field: FieldDescriptor) -> Callable[[Any], Any]:
    """Return a function that converts a JSON value to a value of the field, or raises BadValue.

    Numbers can also be strings, as in a path or query.
    """
    if field.enum_type is not None:
        return _enum(field.enum_type)
    if field.cpp_type in _REAL:
        return _real
    if field.cpp_type in _BITS:
        return _whole(_BITS[field.cpp_type])
    if field.type == FieldDescriptor.TYPE_BOOL:
        return _bool
    if field.type == FieldDescriptor.TYPE_STRING:
        return _text
    raise NotImplementedError(f"unsupported type of the field {field.full_name}")


def _word(name: str) -> str:
    """Return a name without case and underscores, so that both spellings are equally near."""
    return name.replace("_", "").replace("-", "").lower()


def is_map(field: FieldDescriptor) -> bool:
    """Return whether a field is a map."""
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def has_form_of_text(descriptor: Descriptor) -> bool:
    """Return whether the JSON of a message is a string, such as for Timestamp and FieldMask."""
    return descriptor.full_name.startswith("google.protobuf.")


def _set(
    violations: Violations, message: Message, field: FieldDescriptor, value: object, path: str
) -> None:
    if is_map(field):
        _set_map(violations, message, field, value, path)
    elif field.is_repeated:
        _set_repeated(violations, message, field, value, path)
    elif field.message_type is not None:
        part = getattr(message, field.name)
        part.SetInParent()
        _set_message(violations, part, value, path)
    elif isinstance(value, str) and len(value) > LONGEST_NAME:
        note(violations, path, TOO_LONG)
    else:
        try:
            setattr(message, field.name, scalar(field)(value))
        except BadValue as bad:
            note(violations, path, str(bad))


def _set_message(violations: Violations, part: Any, value: object, path: str) -> None:  # noqa: ANN401
    if has_form_of_text(part.DESCRIPTOR):
        try:
            part.FromJsonString(_form(value))
        except (BadValue, ValueError) as bad:
            note(violations, path, str(bad))
    else:
        fill(violations, part, value, f"{path}.")


def _set_repeated(
    violations: Violations, message: Message, field: FieldDescriptor, values: object, path: str
) -> None:
    if not isinstance(values, list | LongArray):
        note(violations, path, f"must be an array, not {_shown(values)}")
        return
    items = getattr(message, field.name)
    first = 0
    for chunk in values if isinstance(values, LongArray) else (values,):
        if field.message_type is not None:
            for index, value in enumerate(chunk, first):
                _set_message(violations, items.add(), value, f"{path}[{index}]")
        elif field.cpp_type not in _REAL and first + len(chunk) > _MOST_VALUES:
            note(violations, path, f"must have at most {_MOST_VALUES:,} values")
            return
        elif not (field.cpp_type in _REAL and _are_real(chunk)):
            _extend(violations, items, scalar(field), chunk, path, first)
        else:
            items.extend(chunk)
        first += len(chunk)


def _are_real(values: Sequence[Any]) -> bool:
    """Return whether all values are finite numbers. This is fast, and true of nearly every list."""
    try:
        # A sum with a non-finite number is not finite.
        return set(map(type, values)) <= {int, float} and isfinite(sum(values))
    except OverflowError:
        return False


def _extend(
    violations: Violations,
    items: Any,  # noqa: ANN401 (a repeated field of scalars)
    convert: Callable[[Any], Any],
    values: Sequence[Any],
    path: str,
    first: int,
) -> None:
    for index, value in enumerate(values, first):
        try:
            items.append(convert(value))
        except BadValue as bad:
            note(violations, f"{path}[{index}]", str(bad))


def _set_map(
    violations: Violations, message: Message, field: FieldDescriptor, entries: object, path: str
) -> None:
    if not isinstance(entries, dict):
        note(violations, path, f"must be an object, not {_shown(entries)}")
        return
    if len(entries) > _MOST_VALUES:
        note(violations, path, f"must have at most {_MOST_VALUES:,} entries")
        return
    assert field.message_type is not None
    of_key, of_value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
    items = getattr(message, field.name)
    for name, value in entries.items():
        where = f"{path}[{name}]"
        try:
            key = scalar(of_key)(name)
            if key in items:
                note(violations, where, "occurs twice")  # as 1 and as 1.0
            elif of_value.message_type is not None:
                _set_message(violations, items[key], value, where)
            else:
                items[key] = scalar(of_value)(value)
        except BadValue as bad:
            note(violations, where, str(bad))


def _enum(enum: EnumDescriptor) -> Callable[[Any], int]:
    numbers = {value.name: value.number for value in enum.values}

    def convert(value: object) -> int:
        if isinstance(value, str) and value in numbers:
            return numbers[value]
        try:
            return whole(value)
        except BadValue:
            raise BadValue(f"must be one of {', '.join(numbers)}, not {_shown(value)}") from None

    whole = _whole(32)
    return convert


def _whole(bits: int) -> Callable[[Any], int]:
    most = 2 ** (bits - 1) - 1

    def convert(value: object) -> int:
        number = value
        if isinstance(value, str):
            number = _number(value)
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if type(number) is not int or not -most - 1 <= number <= most:
            raise BadValue(f"must be a {bits}-bit integer, not {_shown(value)}")
        return number

    return convert


def _real(value: object) -> float:
    if isinstance(value, str) and value in _NOT_FINITE:
        return float(value)
    number = float(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else value
    if type(number) in {int, float}:
        try:
            real = float(number)  # type: ignore[arg-type]
        except OverflowError:
            real = inf
        if isfinite(real):
            return real
        raise BadValue(f"must be a finite float64 number, not {_shown(value)}")
    raise BadValue(f"must be a float64 number, not {_shown(value)}")


def _number(text: str) -> int | float | str:
    """Parse a number in the syntax of JSON; return the text itself if it is not one."""
    if not _NUMBER.fullmatch(text):
        return text
    return int(text) if _DIGITS.fullmatch(text) else float(text)


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise BadValue(f"must be true or false, not {_shown(value)}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue(f"must be a string, not {_shown(value)}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue("contains an unpaired surrogate, which is not a character") from None
    return value


def _form(value: object) -> str:
    text = _text(value)
    if len(text) > _LONGEST_FORM:
        raise BadValue(f"must have at most {_LONGEST_FORM:,} characters")
    return text


def _shown(value: object) -> str:
    """Return a JSON value for a message, shortened if it is long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list | LongArray):
        return "an array"
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else f"{shown[:60]}…"


def note(violations: Violations, field: str, description: str) -> None:
    """Report an invalid field. Raises InvalidFields when the maximum number is reached."""
    violations.add(_text_of(field), _text_of(description))
    if len(violations.found) >= _MOST_REPORTED:
        violations.refuse()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise BadValue(f"contains the name {_shown(twice)} twice in one object")
    return found


def _not_json(description: str) -> InvalidFields:
    return InvalidFields([Violation("", _text_of(f"the body {description}"))])


def _text_of(shown: str) -> str:
    """Return a text from a request with unpaired surrogates replaced."""
    return shown.encode(errors="replace").decode()


_DECODER = json.JSONDecoder(object_pairs_hook=_object)
