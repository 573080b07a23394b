"""The encoding of fields as bytes, for numbers that are copied directly from memory.

A packed `repeated double` is a little-endian array.
Source: https://protobuf.dev/programming-guides/encoding/
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.network import Array

VARINT: Final = 0
FIXED64: Final = 1
LENGTH: Final = 2


def packed(field: int, values: Array) -> list[bytes | memoryview]:
    """Return a packed field with the numbers of an array; an empty one is omitted."""
    if not values.size:
        return []
    content = doubles(values)
    return [tag(field, LENGTH) + varint(len(content)), content]


def doubles(values: Array) -> memoryview:
    """Return the numbers of an array, at least one, as doubles in little-endian bytes."""
    return little_endian(np.asarray(values, dtype=np.float64))


def little_endian(values: NDArray[Any]) -> memoryview:
    """Return the numbers of an array, at least one, in its format; usually not copied."""
    return np.ascontiguousarray(values, dtype=values.dtype.newbyteorder("<")).data.cast("B")


def tag(field: int, wire_type: int) -> bytes:
    """Return the bytes before the value of a field."""
    return varint(field << 3 | wire_type)


def varint(number: int) -> bytes:
    """Return a number ≥ 0 in as few bytes as necessary, lowest bits first."""
    written = bytearray()
    while number >= 0x80:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)


def varints(numbers: Iterable[int]) -> list[bytes]:
    """Return the same as `varint` for each of many numbers, in less time."""
    return [
        _LAST[number] if number < 0x80 else _FIRST[number & 0x7F] + _rest(number >> 7)
        for number in numbers
    ]


_LAST = [bytes((low,)) for low in range(0x80)]
_FIRST = [bytes((low | 0x80,)) for low in range(0x80)]

#: Numbers that follow one another differ in their lowest bits.
_rest = lru_cache(1_000)(varint)
