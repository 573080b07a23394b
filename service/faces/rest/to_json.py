"""The contract's messages as JSON, by the rules of protobuf's JSON mapping.

Names are in lowerCamelCase, whole numbers of 64 bits are strings, enum values their names. Fields
without presence are always there, so that what is 0 is seen to be 0. protobuf's own json_format
does the same and takes several times as long: docs/why.md.
"""

from base64 import b64encode
from collections.abc import Callable
from functools import cache
from math import isfinite
from typing import Any

import msgspec
from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

_Convert = Callable[[Any], Any]

_encoder = msgspec.json.Encoder()

_LARGE = {
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT64,
}
_REAL = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}


def to_json(message: Message) -> bytes:
    """Return a message as JSON without whitespace."""
    return _encoder.encode(_document_of(message.DESCRIPTOR)(message))


@cache
def _document_of(descriptor: Descriptor) -> _Convert:
    """Return what makes documents of messages of a kind. Kinds do not contain themselves."""
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
    """Return what makes JSON of a field's value, None where the value is JSON as it is."""
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        of_value = _of_one(entry.fields_by_name["value"]) or _itself
        return lambda values: {_key(key): of_value(value) for key, value in values.items()}
    of_one = _of_one(field)
    if not field.is_repeated:
        return of_one
    # A slice is a list, and quickly made; no list is quicker still.
    if of_one is None:
        return lambda values: values[:] if values else []
    if of_one is _real:
        return lambda values: _reals(values[:]) if values else []
    return lambda values: [of_one(value) for value in values[:]] if values else []


def _of_one(field: FieldDescriptor) -> _Convert | None:
    if field.message_type is not None:
        # Timestamps and the like say themselves how they look.
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


def _reals(numbers: list[float]) -> list[Any]:
    # A sum with a number that is not finite is not, and nearly all are; else each is looked at.
    return numbers if isfinite(sum(numbers)) else [_real(number) for number in numbers]


def _real(value: float) -> float | str:
    if isfinite(value):
        return value
    if value != value:  # noqa: PLR0124 (how a NaN is told)
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"


def _itself(value: object) -> object:
    return value
