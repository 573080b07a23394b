"""Reads many vectors of the same length at once, from the serialized form of their message.

Each vector of a request is an object of Python when it is read, which takes longer than computing
with it. In the serialized form, vectors of the same length follow each other at equal distances.
"""

import numpy as np
from google.protobuf.message import Message
from numpy.typing import NDArray

from service.faces.messages.encoding import FIXED64, LENGTH, tag, varint
from training.network import Array

_FEW = 64  # vectors, which are read one by one in less time


def uniform_rows(message: Message, field: str, parts: tuple[str, ...]) -> tuple[Array, ...] | None:
    """Return the vectors in a field of messages, a matrix for each of `parts`, a row each.

    `parts` are the fields of these messages in the order of their numbers: lists of doubles, or
    single ones, which become rows of one number. Returns None if the messages differ in their form
    or are few.
    """
    elements = getattr(message, field)
    if len(elements) < _FEW:
        return None
    fields = type(elements[0]).DESCRIPTOR.fields_by_name
    heads, widths = [], []
    for part in parts:
        first, number = getattr(elements[0], part), fields[part].number
        is_list = not isinstance(first, float)
        width = 8 * len(first) if is_list else 8
        if not width:
            return None
        widths.append(width)
        heads.append(tag(number, LENGTH) + varint(width) if is_list else tag(number, FIXED64))
    size = sum(map(len, heads)) + sum(widths)
    number = message.DESCRIPTOR.fields_by_name[field].number
    heads[0] = tag(number, LENGTH) + varint(size) + heads[0]
    rows = _rows(message, number, len(elements), sum(map(len, heads)) + sum(widths))
    if rows is None:
        return None
    found = []
    start = 0
    for head, width in zip(heads, widths, strict=True):
        first = start + len(head)
        if (rows[:, start:first] != np.frombuffer(head, np.uint8)).any():
            return None
        start = first + width
        found.append(np.ascontiguousarray(rows[:, first:start]).view("<f8").astype(np.float64))
    return tuple(found)


def _rows(message: Message, number: int, count: int, size: int) -> NDArray[np.uint8] | None:
    """Return the serialized elements of a field, a row each, if they can have this size."""
    before = type(message)()
    for field, value in message.ListFields():
        if field.number < number:
            setattr(before, field.name, value)
    content, start = message.SerializeToString(), before.ByteSize()
    if start + count * size > len(content):
        return None
    return np.frombuffer(content, np.uint8, count * size, start).reshape(count, size)
