"""Rejects names in requests, such as ids, that are longer than any valid one.

Names are looked up, copied and repeated in errors before the domain checks their form.
"""

from collections.abc import Iterator
from functools import cache

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from training.errors import InvalidFields, Violation

#: The longest name, in characters: more than any id, request id, etag or page token has.
_LONGEST = 1_000


def check_name_lengths(request: Message) -> None:
    """Require names of a possible length. Raises InvalidFields."""
    found = [
        Violation(name, f"must have at most {_LONGEST:,} characters") for name in _too_long(request)
    ]
    if found:
        raise InvalidFields(found)


def _too_long(message: Message, prefix: str = "") -> Iterator[str]:
    texts, messages = _fields(message.DESCRIPTOR)
    for name in texts:
        if len(getattr(message, name)) > _LONGEST:
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
