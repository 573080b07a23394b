"""Numbers and times as a database keeps them, and back, to the bit."""

import sys
import zlib
from datetime import UTC, datetime, timedelta

import numpy as np

from training.network import Array

_STORED = np.dtype("<f8")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class NotAsWritten(Exception):
    """Something does not read back as it was written."""


def pack(numbers: Array) -> bytes:
    """Return numbers, row after row, as little-endian float64."""
    return np.ascontiguousarray(numbers, dtype=_STORED).tobytes()


def unpack(blob: bytes, *shape: int) -> Array:
    """Return packed numbers, read-only, in this shape.

    Raises NotAsWritten when they do not fill it.
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
    return None if number is None else pack(np.array(number))


def unpack_number(blob: bytes | None) -> float | None:
    """Return a packed number. Raises NotAsWritten when it is not one."""
    return None if blob is None else float(unpack(blob, 1)[0])


def microseconds(time: datetime) -> int:
    """Return a time as whole microseconds since 1970 in UTC."""
    return (time - _EPOCH) // _MICROSECOND


def time_at(micros: int) -> datetime:
    """Return the time, in UTC, that is so many microseconds after 1970.

    Raises NotAsWritten for one outside of the calendar.
    """
    try:
        return _EPOCH + micros * _MICROSECOND
    except OverflowError as error:
        raise NotAsWritten from error


def checksum(fields: tuple[object, ...], *blobs: bytes) -> int:
    """Return a CRC over numbers, words and BLOBs. Words must not hold a line break."""
    crc = zlib.crc32("\n".join(map(str, fields)).encode())
    for blob in blobs:
        crc = zlib.crc32(blob, crc)
    return crc


def check(crc: int, fields: tuple[object, ...], *blobs: bytes) -> None:
    """Raise NotAsWritten when the stored CRC is not that of these fields and BLOBs."""
    try:
        intact = crc == checksum(fields, *blobs)
    except TypeError as error:  # even the type of a BLOB may have changed
        raise NotAsWritten from error
    if not intact:
        raise NotAsWritten
