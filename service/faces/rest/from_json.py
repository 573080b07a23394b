"""The contract's messages from JSON, by the rules of protobuf's JSON mapping.

Every field that is bad is named, not the first alone, with what it must be. protobuf's own
json_format ends at the first, in words of Python: docs/why.md.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from math import isfinite
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from training.errors import InvalidFields, Violation, Violations

#: So many bad fields are named of one document: more help nobody.
_MOST_NAMED = 1_000

#: What is longer is no field misspelt, and takes long to compare with them.
_LONGEST_NAME = 60

_REAL = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}
_BITS = {
    FieldDescriptor.CPPTYPE_INT32: 32,
    FieldDescriptor.CPPTYPE_INT64: 64,
}
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_DIGITS = re.compile(r"-?[0-9]{1,40}")
_NOT_FINITE = {"NaN", "Infinity", "-Infinity"}


class BadValue(Exception):
    """A value that a field cannot have; the message says what it must be."""


def parse(content: bytes) -> Any:  # noqa: ANN401 (whatever JSON has)
    """Return what a JSON text says. Raises InvalidFields with the place where it is none."""
    try:
        return json.loads(
            content.decode(), object_pairs_hook=_object, parse_constant=_refuse_constant
        )
    except UnicodeDecodeError as error:
        raise _no_json(f"is not UTF-8 at byte {error.start}") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _no_json(f"is not JSON at {where}: {error.msg}") from None
    except BadValue as error:
        raise _no_json(str(error)) from None
    except RecursionError:
        raise _no_json("is nested too deeply") from None
    except ValueError:  # Python's limit for the digits of a whole number
        raise _no_json("has a number with too many digits") from None


def fill(violations: Violations, message: Message, document: object, path: str = "") -> None:
    """Set the fields of a message that a JSON object names, and note those that are bad.

    `path` stands before the names of fields that are noted.
    """
    if not isinstance(document, dict):
        note(violations, path.rstrip("."), f"must be an object, is {_said(document)}")
        return
    fields = fields_of(message.DESCRIPTOR)
    given: dict[str, str] = {}
    for name, value in document.items():
        field = fields.get(name)
        if field is None:
            note(violations, f"{path}{name}", unknown(name, message))
        elif field.name in given:
            note(
                violations, path + field.name, f"is given twice, as {given[field.name]} and {name}"
            )
        else:
            given[field.name] = name
            if value is not None:
                _set(violations, message, field, value, path + field.name)


@cache
def fields_of(descriptor: Descriptor) -> Mapping[str, FieldDescriptor]:
    """Return the fields of a message by their names, in both spellings."""
    return {name: field for field in descriptor.fields for name in (field.name, field.json_name)}


def unknown(name: str, message: Message) -> str:
    """Return what to say of a name that no field of a message has."""
    kind = message.DESCRIPTOR.name
    names = [field.json_name for field in message.DESCRIPTOR.fields]
    close = get_close_matches(name[:_LONGEST_NAME], names, n=1)
    if close:
        return f"is no field of {kind}: do you mean {close[0]}?"
    return f"is no field of {kind}, which has {', '.join(names) or 'none'}"


@cache
def scalar(field: FieldDescriptor) -> Callable[[Any], Any]:
    """Return what makes a field's value of one of JSON, or raises BadValue.

    Numbers may also come as strings, as they do in a path or query.
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
    raise NotImplementedError(f"no request has had a field like {field.full_name}")


def is_map(field: FieldDescriptor) -> bool:
    """Tell whether a field is a map."""
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def has_form_of_text(descriptor: Descriptor) -> bool:
    """Tell whether a message is written as a string: a time, a field mask."""
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
    else:
        try:
            setattr(message, field.name, scalar(field)(value))
        except BadValue as bad:
            note(violations, path, str(bad))


def _set_message(violations: Violations, part: Any, value: object, path: str) -> None:  # noqa: ANN401
    if has_form_of_text(part.DESCRIPTOR):
        try:
            part.FromJsonString(_text(value))
        except (BadValue, ValueError) as bad:
            note(violations, path, str(bad))
    else:
        fill(violations, part, value, f"{path}.")


def _set_repeated(
    violations: Violations, message: Message, field: FieldDescriptor, values: object, path: str
) -> None:
    if not isinstance(values, list):
        note(violations, path, f"must be an array, is {_said(values)}")
        return
    items = getattr(message, field.name)
    if field.message_type is not None:
        for index, value in enumerate(values):
            _set_message(violations, items.add(), value, f"{path}[{index}]")
    elif not (field.cpp_type in _REAL and _are_real(values)):
        _extend(violations, items, scalar(field), values, path)
    else:
        items.extend(values)


def _are_real(values: list[Any]) -> bool:
    """Tell whether all are finite numbers: as they are in nearly every list, and quickly told."""
    try:
        # A sum with a number that is not finite is not, either.
        return set(map(type, values)) <= {int, float} and isfinite(sum(values))
    except OverflowError:
        return False


def _extend(
    violations: Violations,
    items: Any,  # noqa: ANN401 (a field with any number of scalars)
    convert: Callable[[Any], Any],
    values: list[Any],
    path: str,
) -> None:
    for index, value in enumerate(values):
        try:
            items.append(convert(value))
        except BadValue as bad:
            note(violations, f"{path}[{index}]", str(bad))


def _set_map(
    violations: Violations, message: Message, field: FieldDescriptor, entries: object, path: str
) -> None:
    if not isinstance(entries, dict):
        note(violations, path, f"must be an object, is {_said(entries)}")
        return
    assert field.message_type is not None
    of_key, of_value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
    items = getattr(message, field.name)
    for name, value in entries.items():
        where = f"{path}[{name}]"
        try:
            key = scalar(of_key)(name)
            if key in items:
                note(violations, where, "is given twice")  # as 1 and as 1.0
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
            raise BadValue(f"must be one of {', '.join(numbers)}, is {_said(value)}") from None

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
            raise BadValue(f"must be a whole number of {bits} bits, is {_said(value)}")
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
            real = float("inf")
        if isfinite(real):
            return real
    raise BadValue(f"must be a number of float64, is {_said(value)}")


def _number(text: str) -> int | float | str:
    """Return the number that a text is, as JSON writes numbers; itself where it is none."""
    if not _NUMBER.fullmatch(text):
        return text
    return int(text) if _DIGITS.fullmatch(text) else float(text)


def _bool(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise BadValue(f"must be true or false, is {_said(value)}")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadValue(f"must be a string, is {_said(value)}")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BadValue("has half of a surrogate pair, which is no character") from None
    return value


def _said(value: object) -> str:
    """Return a value as JSON says it, or what it is where that would be long."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    said = json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 60 else f"{said[:60]}…"


def note(violations: Violations, field: str, description: str) -> None:
    """Note that a field is bad. Raises InvalidFields when these are as many as are named."""
    violations.add(_text_of(field), _text_of(description))
    if len(violations.found) >= _MOST_NAMED:
        violations.refuse()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise BadValue(f"has the name {_said(twice)} twice in one object")
    return found


def _refuse_constant(name: str) -> None:
    raise BadValue(f'has {name}, which JSON knows no number of: write "{name}"')


def _no_json(description: str) -> InvalidFields:
    return InvalidFields([Violation("", _text_of(f"the body {description}"))])


def _text_of(said: str) -> str:
    """Return what is repeated of a request as text, which halves of surrogate pairs are not."""
    return said.encode(errors="replace").decode()
