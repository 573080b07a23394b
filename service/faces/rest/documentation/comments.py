"""The comments of the contract, by the full names of the elements that they describe."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

# The field numbers that identify elements in the path of a source location.
_MESSAGES, _ENUMS, _SERVICES = 4, 5, 6
_FIELDS, _ONEOFS = 2, 8
_VALUES = _METHODS = 2


@cache
def comments() -> Mapping[str, str]:
    """Return all comments by the full names of their elements.

    The name of an enum value is the full name of the enum, a dot and the name of the value.
    """
    content = files("clearprop.v1").joinpath("contract.binpb").read_bytes()
    return MappingProxyType(
        {
            name: comment
            for file in FileDescriptorSet.FromString(content).file
            for name, comment in _of_file(file)
        }
    )


def _of_file(file: FileDescriptorProto) -> Iterator[tuple[str, str]]:
    names = dict(_names(file))
    for location in file.source_code_info.location:
        name = names.get(tuple(location.path))
        if name is not None and location.leading_comments:
            yield name, location.leading_comments


def _names(file: FileDescriptorProto) -> Iterator[tuple[tuple[int, ...], str]]:
    """Yield the path of each element of a file in source locations, with its full name."""
    parts: tuple[tuple[int, Any, dict[int, str]], ...] = (
        (_MESSAGES, file.message_type, {_FIELDS: "field", _ONEOFS: "oneof_decl"}),
        (_ENUMS, file.enum_type, {_VALUES: "value"}),
        (_SERVICES, file.service, {_METHODS: "method"}),
    )
    for kind, outers, inner_kinds in parts:
        for index, outer in enumerate(outers):
            name = f"{file.package}.{outer.name}"
            yield (kind, index), name
            for inner_kind, attribute in inner_kinds.items():
                for inner_index, inner in enumerate(getattr(outer, attribute)):
                    yield (kind, index, inner_kind, inner_index), f"{name}.{inner.name}"
