"""Counts the elements of a serialized message before it is parsed.

A parser builds an object for each message, text and number of a request. Two bytes suffice for one,
so a request of 16 MiB could take gigabytes. The count needs neither memory nor the lock of the
interpreter, and stops at the limit. It validates nothing: the parser does that afterwards.
Source: https://protobuf.dev/programming-guides/encoding/
"""

from functools import cache

import numpy as np
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from numpy.typing import NDArray

from training.errors import LimitExceeded
from training.numerics.jit import kernel
from training.numerics.signatures import INTEGER, Array, signature
from training.numerics.vectors import integer_at, offset, pointer, put_integer

Bytes = NDArray[np.uint8]
Table = NDArray[np.int64]

#: Shorter messages are not counted: an element takes at least two bytes, so they have few.
UNCOUNTED_BYTES = 64 * 2**10

# What a field contains if its wire type is LENGTH; numbers from 0 are types of messages.
_TEXT, _FIXED, _VARINTS = -1, -2, -3

_VARINT, _LENGTH = 0, 2  # wire types

#: The sizes of the other wire types: after an invalid one, the rest of a message is skipped.
_SIZES = (0, 8, 0, 0, 0, 4, 2**40, 2**40)

_DEEPEST = 32  # deeper messages count as texts; those of the contract are less deep

_FIXED_TYPES = {
    FieldDescriptor.TYPE_DOUBLE,
    FieldDescriptor.TYPE_FIXED64,
    FieldDescriptor.TYPE_SFIXED64,
    FieldDescriptor.TYPE_FLOAT,
    FieldDescriptor.TYPE_FIXED32,
    FieldDescriptor.TYPE_SFIXED32,
}


def check_element_count(kind: type[Message], content: bytes, limit: int) -> None:
    """Reject a serialized message that has too many elements, before it is parsed.

    Elements are messages, texts, and numbers outside of packed lists of doubles. Raises
    LimitExceeded.
    """
    if len(content) < UNCOUNTED_BYTES:
        return
    given, table = np.frombuffer(content, np.uint8), _table(kind.DESCRIPTOR)
    read, count = count_elements(given, table, limit, np.empty((2, _DEEPEST), np.int64))
    if count > limit:
        estimate = count * len(content) // max(read, 1)
        raise LimitExceeded(
            f"the request has about {estimate:,} messages, texts and single numbers, which exceeds"
            f" the limit of {limit:,}: send fewer in one request",
            limit="message_elements",
            value=limit,
        )


@cache
def _table(kind: Descriptor) -> Table:
    """Return what the fields of a message and of the messages inside contain.

    The table is (types, field numbers); type 0 is the message itself.
    """
    kinds = [kind]
    for each in kinds:  # grows
        kinds += {field.message_type for field in each.fields if field.message_type} - {*kinds}
    width = 1 + max((field.number for each in kinds for field in each.fields), default=0)
    table = np.full((len(kinds), width), _TEXT, dtype=np.int64)
    for row, each in zip(table, kinds, strict=True):
        for field in each.fields:
            row[field.number] = _content(kinds, field)
    return table


def _content(kinds: list[Descriptor], field: FieldDescriptor) -> int:
    if field.message_type:
        return kinds.index(field.message_type)
    if not field.is_repeated or field.type in {
        FieldDescriptor.TYPE_STRING,
        FieldDescriptor.TYPE_BYTES,
    }:
        return _TEXT
    return _FIXED if field.type in _FIXED_TYPES else _VARINTS


@kernel(
    signature(
        Array("uint8", 1, is_read_only=True),
        Array("int64", 2),
        INTEGER,
        Array("int64", 2),
        results=(INTEGER, INTEGER),
    )
)
def count_elements(  # noqa: C901, PLR0912 (passing arrays to functions takes most of the time)
    content: Bytes, table: Table, limit: int, around: Table
) -> tuple[int, int]:
    """Return how many bytes were read, and the number of elements in them.

    Stops above the limit. `around` is overwritten: [2, depth], the ends and the types of the
    messages around the position. Where a message is not valid, the rest of it is skipped.
    """
    ends, kinds = pointer(around), offset(pointer(around), around.shape[1])
    depth = position = count = kind = 0
    end = len(content)
    tag = -1  # of the field whose number or length is next; -1: a tag is next
    while count <= limit and (position < end or depth > 0):
        if position >= end:
            position, tag = end, -1
            depth -= 1
            end, kind = integer_at(ends, depth), integer_at(kinds, depth)
            continue
        number = shift = 0
        while position < end and shift < 70:
            byte: int = np.int64(content[position])  # type: ignore[assignment]
            position += 1
            number |= (byte & 0x7F) << min(shift, 56)
            shift += 7
            if byte < 0x80:
                break
        if tag < 0:
            if number & 7 in (_VARINT, _LENGTH):
                tag = number
            else:
                count += 1
                position += _SIZES[number & 7]
            continue
        wire_type, field, tag = tag & 7, tag >> 3, -1
        inside = table[kind, field] if field < table.shape[1] else _TEXT
        if wire_type == _VARINT:
            count += 1
        elif inside >= 0 and number <= end - position and depth < around.shape[1]:
            count += 1
            put_integer(ends, depth, end)
            put_integer(kinds, depth, kind)
            depth += 1
            end, kind = position + number, inside
        else:
            stop = min(position + number, end)
            if inside == _VARINTS:
                while position < stop:
                    count += content[position] < 0x80
                    position += 1
            elif inside != _FIXED or number == 0:
                count += 1
            position = stop
    return position, count
