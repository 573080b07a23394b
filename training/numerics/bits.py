"""Conversion between a float64 and its bits as an integer, in plain and compiled Python."""

import struct
from typing import Any

from numba import types
from numba.extending import intrinsic, overload


def bits_of(x: float) -> int:
    """Return the 64 bits of a float as a signed integer."""
    return int.from_bytes(struct.pack("<d", x), "little", signed=True)


def float_of(bits: int) -> float:
    """Return the float that has these 64 bits, −2⁶³ ≤ bits < 2⁶³.

    Raises:
        OverflowError: if `bits` has more than 64 bits.  (Compiled code drops the upper ones.)
    """
    (x,) = struct.unpack("<d", bits.to_bytes(8, "little", signed=True))
    return float(x)


# The compiled forms of both: LLVM's bitcast, which costs nothing.


def _bitcast(signature: Any) -> Any:
    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))

    def bitcast(_typing: Any, _value: Any) -> Any:
        return signature, generate

    return intrinsic(bitcast)


_to_bits = _bitcast(types.int64(types.float64))
_to_float = _bitcast(types.float64(types.int64))


@overload(bits_of)
def _compiled_bits_of(x: Any) -> Any:  # noqa: ARG001  # Numba takes the type of x from it
    def compiled(x: Any) -> Any:
        return _to_bits(x)

    return compiled


@overload(float_of)
def _compiled_float_of(bits: Any) -> Any:  # noqa: ARG001  # Numba takes the type of bits from it
    def compiled(bits: Any) -> Any:
        return _to_float(bits)

    return compiled
