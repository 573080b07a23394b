"""Conversion between a float64 and its bits as an integer, in plain and compiled Python."""

import struct
from typing import Any

from training.numerics.jit import compiled_form


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


@compiled_form(bits_of)
def _compiled_bits_of(types: Any, x: Any) -> Any:
    return types.int64(x), _bitcast


@compiled_form(float_of)
def _compiled_float_of(types: Any, bits: Any) -> Any:
    return types.float64(bits), _bitcast


def _bitcast(context: Any, builder: Any, signature: Any, values: Any) -> Any:
    return builder.bitcast(values[0], context.get_value_type(signature.return_type))
