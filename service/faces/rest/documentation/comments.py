"""What the contract says of itself: its comments, by the full names of what they stand at."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

# The numbers of the fields by which a source location names what it is of.
_MESSAGES, _ENUMS, _SERVICES = 4, 5, 6
_FIELDS, _ONEOFS = 2, 8
_VALUES = _METHODS = 2


@cache
def comments() -> Mapping[str, str]:
    """Return the comment of everything that has one, by its full name.

    That of an enum's value stands under the enum's name, a dot and its own.
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
    """Yield what source locations call everything in a file, with its full name."""
    parts: tuple[tuple[int, Any, dict[int, str]], ...] = (
        (_MESSAGES, file.message_type, {_FIELDS: "field", _ONEOFS: "oneof_decl"}),
        (_ENUMS, file.enum_type, {_VALUES: "value"}),
        (_SERVICES, file.service, {_METHODS: "method"}),
    )
    for kind, outers, inner_kinds in parts:
        for place, outer in enumerate(outers):
            name = f"{file.package}.{outer.name}"
            yield (kind, place), name
            for inner_kind, attribute in inner_kinds.items():
                for inner_place, inner in enumerate(getattr(outer, attribute)):
                    yield (kind, place, inner_kind, inner_place), f"{name}.{inner.name}"
