"""Exact conversion of numbers and times to and from their stored form."""

import struct
import sys
import zlib
from datetime import UTC, datetime, timedelta

import numpy as np

from training.network import Array

_STORED = np.dtype("<f8")
_NUMBER = struct.Struct("<d")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NotAsWritten(Exception):
    """Stored data is corrupt."""


def pack(numbers: Array) -> bytes:
    """Return numbers, row by row, as little-endian float64."""
    return np.ascontiguousarray(numbers, dtype=_STORED).tobytes()


def unpack(blob: bytes, *shape: int) -> Array:
    """Return packed numbers, read-only, in this shape.

    Raises NotAsWritten if they do not fit it.
    """
    try:
        numbers = np.frombuffer(blob, dtype=_STORED).reshape(shape)
    except ValueError as error:
        raise NotAsWritten from error
    if sys.byteorder != "little":
        numbers = numbers.astype(np.float64)
        numbers.flags.writeable = False
    return numbers


def pack_number(number: float | None) -> bytes | None:
    """Return one number as little-endian float64, None for None."""
    return None if number is None else _NUMBER.pack(number)


def unpack_number(blob: bytes | None) -> float | None:
    """Return a packed number. Raises NotAsWritten if it is not one number."""
    return None if blob is None else float(unpack(blob, 1)[0])


def microseconds(time: datetime) -> int:
    """Return a time in microseconds since 1970 in UTC."""
    return (time - _EPOCH) // _MICROSECOND


def time_at(micros: int) -> datetime:
    """Return the time, in UTC, from microseconds since 1970.

    Raises NotAsWritten for a time outside the calendar.
    """
    try:
        return _EPOCH + micros * _MICROSECOND
    except OverflowError as error:
        raise NotAsWritten from error


def checksum(fields: tuple[object, ...], *blobs: bytes, after: int | None = None) -> int:
    """Return a CRC over numbers, strings and BLOBs. Strings must not contain a line break.

    `after` is the CRC of the fields before these, None if these are the first.
    """
    text = "\n".join(map(str, fields)).encode()
    crc = zlib.crc32(text) if after is None else zlib.crc32(b"\n" + text, after)
    for blob in blobs:
        crc = zlib.crc32(blob, crc)
    return crc


def check(crc: int, fields: tuple[object, ...], *blobs: bytes, after: int | None = None) -> None:
    """Raise NotAsWritten if the stored CRC is not that of these fields and BLOBs; see checksum."""
    try:
        intact = crc == checksum(fields, *blobs, after=after)
    except TypeError as error:  # even the type of a BLOB may have changed
        raise NotAsWritten from error
    if not intact:
        raise NotAsWritten
