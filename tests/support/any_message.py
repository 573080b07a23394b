"""Any message of the contract: what its descriptor says that it can be."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from service.faces.rpcs import SERVICE

REQUESTS = [GetMessageClass(method.input_type) for method in SERVICE.methods]
RESPONSES = [GetMessageClass(method.output_type) for method in SERVICE.methods]

_int32 = st.integers(-(2**31), 2**31 - 1)
# The bits of a NaN are more than JSON says of it.
_doubles = st.floats(allow_nan=False) | st.just(float("nan"))

_SCALARS: Mapping[int, SearchStrategy[Any]] = {
    FieldDescriptor.TYPE_INT32: _int32 | st.sampled_from([-(2**31), 2**31 - 1]),
    FieldDescriptor.TYPE_INT64: st.integers(-(2**63), 2**63 - 1)
    | st.sampled_from([-(2**63), 2**53 + 1, 2**63 - 1]),
    FieldDescriptor.TYPE_DOUBLE: _doubles,
    FieldDescriptor.TYPE_BOOL: st.booleans(),
    FieldDescriptor.TYPE_STRING: st.text(max_size=20),
    FieldDescriptor.TYPE_BYTES: st.binary(max_size=20),
}

_WELL_KNOWN: Mapping[str, SearchStrategy[Message]] = {
    # From the year 1 to the end of 9999, which is all that RFC 3339 can write.
    "google.protobuf.Timestamp": st.builds(
        Timestamp,
        seconds=st.integers(-62_135_596_800, 253_402_300_799),
        nanos=st.integers(0, 999_999_999),
    ),
    # Others cannot be written in lowerCamelCase.
    "google.protobuf.FieldMask": st.builds(
        FieldMask,
        paths=st.lists(
            st.from_regex(r"[a-z]+(_[a-z]+){0,2}(\.[a-z]+)?", fullmatch=True), max_size=3
        ),
    ),
}


@cache
def messages(descriptor: Descriptor) -> SearchStrategy[Message]:
    """Return a strategy for the messages of a type, with any of their fields."""
    if descriptor.full_name in _WELL_KNOWN:
        return _WELL_KNOWN[descriptor.full_name]
    make: Callable[..., Message] = GetMessageClass(descriptor)
    fields = {field.name: _values(field) for field in descriptor.fields}
    return st.fixed_dictionaries({}, optional=fields).map(lambda values: make(**values))


def _values(field: FieldDescriptor) -> SearchStrategy[Any]:
    entry = field.message_type
    if entry is not None and entry.GetOptions().map_entry:
        key, value = (entry.fields_by_name[name] for name in ("key", "value"))
        return st.dictionaries(_value(key), _value(value), max_size=3)
    return st.lists(_value(field), max_size=3) if field.is_repeated else _value(field)


def _value(field: FieldDescriptor) -> SearchStrategy[Any]:
    if field.message_type is not None:
        return messages(field.message_type)
    if field.enum_type is not None:
        return _numbers(field.enum_type)
    return _SCALARS[field.type]


def _numbers(enum: EnumDescriptor) -> SearchStrategy[int]:
    """Those that have names, and others, which a newer contract may have."""
    return st.sampled_from([value.number for value in enum.values]) | _int32
