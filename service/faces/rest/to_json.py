"""Converts messages of the contract to JSON by the rules of protobuf's JSON mapping.

Names are in lowerCamelCase, 64-bit integers are strings, and enum values are names. Fields without
presence are always included, even if they are 0 or empty. protobuf's own json_format gives the same
result but takes several times as long: docs/why.md.
"""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from math import isfinite
from typing import Any

import msgspec
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from service.faces.rest.from_json import is_map

_Convert = Callable[[Any], Any]

_encoder = msgspec.json.Encoder()

#: How much is encoded at a time: values of an array, or bytes of a message.
PART_VALUES = 10_000
_PART_BYTES = 64 * 2**10

_LARGE = {
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT64,
}
_REAL = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}


def to_json(message: Message) -> bytes:
    """Return a message as JSON without whitespace."""
    return _encoder.encode(_document_of(message.DESCRIPTOR)(message))


def large_to_json(message: Message) -> bytes:
    """Return the same as `to_json`, but encode parts, so that other threads run in between."""
    return b"".join(_parts(message))


def value_to_json(field: FieldDescriptor, value: object) -> bytes:
    """Return a value of a field that is not a list."""
    convert = _of_one(field)
    return _encoder.encode(value if convert is None else convert(value))


def rows_to_json(rows: Sequence[Sequence[float]]) -> list[bytes]:
    """Return lists of numbers, none of them empty, as arrays without their brackets."""
    are_finite = isfinite(sum(map(sum, rows)))
    return _encoder.encode(rows if are_finite else [*map(_reals, rows)])[2:-2].split(b"],[")


def _parts(message: Message) -> Iterator[bytes]:
    lead = b"{"
    for field, key, convert in _fields_of(message.DESCRIPTOR):
        if field.has_presence and not message.HasField(field.name):
            continue
        yield lead + key
        lead = b","
        value = getattr(message, field.name)
        is_message = field.message_type is not None and not _is_well_known(field.message_type)
        if not field.is_repeated:
            if is_message:
                yield from _parts(value)
            else:
                yield _encoder.encode(value if convert is None else convert(value))
        elif is_map(field):
            yield _encoder.encode(value if convert is None else convert(value))
        else:
            yield from _array_parts(value, is_message=is_message, convert=convert)
    yield b"}" if lead == b"," else b"{}"


def _array_parts(
    values: Sequence[Any], *, is_message: bool, convert: _Convert | None
) -> Iterator[bytes]:
    lead = b"["
    if is_message:
        for value in values:
            yield lead
            yield from _parts(value) if value.ByteSize() > _PART_BYTES else (to_json(value),)
            lead = b","
    else:
        for first in range(0, len(values), PART_VALUES):
            part = values[first : first + PART_VALUES]
            yield lead + _encoder.encode(part if convert is None else convert(part))[1:-1]
            lead = b","
    yield b"]" if lead == b"," else b"[]"


@cache
def _fields_of(descriptor: Descriptor) -> list[tuple[FieldDescriptor, bytes, _Convert | None]]:
    """Return the fields of a message, each with its encoded name and its converter."""
    return [
        (field, _encoder.encode(field.json_name) + b":", _converter(field))
        for field in descriptor.fields
    ]


@cache
def _document_of(descriptor: Descriptor) -> _Convert:
    """Return a converter for messages of a type, which must not contain itself."""
    fields = [
        (field.name, field.json_name, field.has_presence, _converter(field))
        for field in descriptor.fields
    ]

    def convert_message(message: Message) -> dict[str, Any]:
        document = {}
        for name, key, has_presence, convert in fields:
            if not has_presence or message.HasField(name):
                value = getattr(message, name)
                document[key] = value if convert is None else convert(value)
        return document

    return convert_message


def _converter(field: FieldDescriptor) -> _Convert | None:
    """Return a converter for the values of a field; None if they need no conversion."""
    entry = field.message_type
    if entry is not None and is_map(field):
        of_value = _of_one(entry.fields_by_name["value"]) or _itself
        return lambda values: {_key(key): of_value(value) for key, value in values.items()}
    of_one = _of_one(field)
    if not field.is_repeated:
        return of_one
    # A slice is the fastest way to get a list.
    if of_one is None:
        return lambda values: values[:] if values else []
    if of_one is _real:
        return lambda values: _reals(values[:]) if values else []
    return lambda values: [of_one(value) for value in values[:]] if values else []


def _of_one(field: FieldDescriptor) -> _Convert | None:
    if field.message_type is not None:
        # Well-known types such as Timestamp convert themselves.
        is_well_known = _is_well_known(field.message_type)
        return _well_known if is_well_known else _document_of(field.message_type)
    if field.enum_type is not None:
        return _name_in(field.enum_type)
    if field.type == FieldDescriptor.TYPE_BYTES:
        return lambda value: b64encode(value).decode()
    if field.cpp_type in _LARGE:
        return str
    return _real if field.cpp_type in _REAL else None


def _is_well_known(descriptor: Descriptor) -> bool:
    return descriptor.full_name.startswith("google.protobuf.")


def _well_known(message: Any) -> Any:  # noqa: ANN401 (Timestamp, Duration, FieldMask)
    return message.ToJsonString()


def _name_in(enum: EnumDescriptor) -> _Convert:
    names = {value.number: value.name for value in enum.values}
    return lambda number: names.get(number, number)


def _key(key: object) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _reals(numbers: Sequence[float]) -> Sequence[Any]:
    # A sum with a non-finite number is not finite; only then is each number checked.
    return numbers if isfinite(sum(numbers)) else [_real(number) for number in numbers]


def _real(value: float) -> float | str:
    if isfinite(value):
        return value
    if value != value:  # noqa: PLR0124 (true only for NaN)
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _itself(value: object) -> object:
    return value
