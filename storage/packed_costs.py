"""The costs of a segment, exactly, in a fraction of their bytes.

Smooth training moves its cost along a curve that hardly bends: as integers, the bits of consecutive
costs have third differences of a few hundred, of which rounding is most. They are stored in blocks,
each in as many bytes per number as its largest one needs, because a cost that passes a power of two
makes a large one.

The form has the bits of the first costs, the place in `_WIDTHS` of each block, and the blocks:
those of the first width, then those of the next. Costs that would not become shorter, such as those
of shuffled batches, are stored as they are. So the length shows the form.
"""

import numpy as np
from numpy.typing import NDArray

from storage import codec
from training.network import Array

_Integers = NDArray[np.int64]

#: How often differences are taken.
_ORDER = 3

#: The numbers in a block; the last one is filled with zeros.
_BLOCK = 256

#: Fewer costs take little room.
_FEWEST = 2 * _BLOCK

#: The numbers of bytes that a number of a block may have, and for each the integers above it.
_WIDTHS = (1, 2, 4, 8)
_BEYOND = np.array([1 << 8 * width for width in _WIDTHS[:-1]], dtype=np.uint64)


def pack(costs: Array) -> bytes:
    """Return costs (count), packed if that makes them shorter."""
    if len(costs) >= _FEWEST:
        bits = np.ascontiguousarray(costs).view(np.int64)
        blocks = _in_blocks(_zigzag(np.diff(bits, _ORDER)))
        widths = np.searchsorted(_BEYOND, blocks.max(axis=1), side="right").astype(np.uint8)
        size = 8 * _ORDER + len(widths) + _BLOCK * int(np.take(_WIDTHS, widths).sum())
        if size < 8 * len(costs):
            parts = [bits[:_ORDER].astype("<i8"), widths]
            parts += [blocks[widths == k].astype(f"<u{_WIDTHS[k]}") for k in np.unique(widths)]
            return b"".join(part.tobytes() for part in parts)
    return codec.pack(costs)


def unpack(blob: bytes, count: int) -> Array:
    """Return the costs (count) of a segment, read-only.

    Raises NotAsWritten if they are not those of so many updates.
    """
    if len(blob) in (0, 8 * count):
        return codec.unpack(blob, -1)
    try:
        first = np.frombuffer(blob, "<i8", _ORDER).astype(np.int64)
        costs = _summed(first, _unzigzag(_out_of_blocks(blob, count - _ORDER))).view(np.float64)
    except (IndexError, ValueError) as error:
        raise codec.NotAsWritten from error
    costs.flags.writeable = False
    return costs


def _zigzag(numbers: _Integers) -> NDArray[np.uint64]:
    """Return 0, −1, 1, −2, 2 … as 0, 1, 2, 3, 4 …: small numbers have small results."""
    return (numbers << 1 ^ numbers >> 63).view(np.uint64)


def _unzigzag(numbers: NDArray[np.uint64]) -> _Integers:
    signed = numbers.view(np.int64)
    return (numbers >> np.uint64(1)).view(np.int64) ^ -(signed & 1)


def _in_blocks(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers in rows of _BLOCK."""
    filled = np.zeros((-(-len(numbers) // _BLOCK), _BLOCK), dtype=np.uint64)
    filled.reshape(-1)[: len(numbers)] = numbers
    return filled


def _out_of_blocks(blob: bytes, count: int) -> NDArray[np.uint64]:
    """Return the first `count` numbers of all blocks."""
    place = 8 * _ORDER
    widths = np.frombuffer(blob, np.uint8, -(-count // _BLOCK), place)
    place += len(widths)
    blocks = np.empty((len(widths), _BLOCK), dtype=np.uint64)
    for k in np.unique(widths):
        of_width = widths == k
        stored = np.frombuffer(blob, f"<u{_WIDTHS[k]}", _BLOCK * int(of_width.sum()), place)
        blocks[of_width] = stored.reshape(-1, _BLOCK)
        place += stored.nbytes
    return blocks.reshape(-1)[:count]


def _summed(first: _Integers, differences: _Integers) -> _Integers:
    """Return the numbers with these first ones and these differences; sums are modulo 2⁶⁴."""
    numbers = differences
    for order in reversed(range(_ORDER)):
        numbers = np.cumsum(np.concatenate([np.diff(first, order)[:1], numbers]))
    return numbers
