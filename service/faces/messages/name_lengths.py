"""Rejects names in requests, such as ids, that are longer than any valid one.

Names are looked up, copied and repeated in errors before the domain checks their form.
"""

from collections.abc import Iterator
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from training.errors import InvalidFields, Violation

#: The longest name, in characters: more than any id, request id, etag or page token has.
LONGEST_NAME = 1_000

#: Describes what a longer one must be.
TOO_LONG = f"must have at most {LONGEST_NAME:,} characters"

#: A character has at most so many bytes in UTF-8.
_MOST_BYTES = 4

#: How many fields of a serialized message are looked at: names come first.
_FIRST = 32

_VARINT, _LENGTH = 0, 2  # wire types


def check_name_lengths(request: Message) -> None:
    """Require names of a possible length. Raises InvalidFields."""
    if request.ByteSize() <= LONGEST_NAME:
        return  # no name in it is longer than the whole
    found = [_violation(name) for name in _too_long(request)]
    if found:
        raise InvalidFields(found)


def check_first_names(kind: type[Message], content: bytes) -> None:
    """Require names of a possible length in the first fields of a serialized message.

    A long name thus takes no more memory, because the message is not parsed. Raises InvalidFields.
    """
    if len(content) <= LONGEST_NAME * _MOST_BYTES:
        return
    position = 0
    for _ in range(_FIRST):
        if position >= len(content):
            return
        tag, position = _varint(content, position)
        size, end = _varint(content, position)
        if tag & 7 not in (_VARINT, _LENGTH):
            return  # no request has such fields
        position = end if tag & 7 == _VARINT else end + size
        field = kind.DESCRIPTOR.fields_by_number.get(tag >> 3)
        if (
            tag & 7 == _LENGTH
            and size > LONGEST_NAME * _MOST_BYTES
            and field is not None
            and field.type == FieldDescriptor.TYPE_STRING
            and not field.is_repeated
        ):
            raise InvalidFields([_violation(field.name)])


def _varint(content: bytes, position: int) -> tuple[int, int]:
    """Return the number at a position and the position after it."""
    number = 0
    for shift in range(0, 70, 7):
        byte = content[position + shift // 7] if position + shift // 7 < len(content) else 0
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, position + shift // 7 + 1
    return number, len(content)


def _violation(name: str) -> Violation:
    return Violation(name, TOO_LONG)


def _too_long(message: Message, prefix: str = "") -> Iterator[str]:
    texts, messages = _fields(message.DESCRIPTOR)
    for name in texts:
        if len(getattr(message, name)) > LONGEST_NAME:
            yield prefix + name
    for name in messages:
        if message.HasField(name):
            yield from _too_long(getattr(message, name), f"{prefix}{name}.")


@cache
def _fields(kind: Descriptor) -> tuple[list[str], list[str]]:
    """Return the fields of a message that contain one text, and those that contain one message."""
    single = [field for field in kind.fields if not field.is_repeated]
    return (
        [field.name for field in single if field.type == FieldDescriptor.TYPE_STRING],
        [field.name for field in single if field.message_type],
    )
