"""How plain Python becomes compiled code, in one place.

A `shared` function is one source with two uses: the readable loops call it as plain Python, the
kernels compile it into themselves.  Both give the same bits, because Numba's defaults neither
reassociate nor fuse floating-point operations (a test looks for fused instructions).
"""

import struct
from collections.abc import Callable
from typing import Any, TypeVar

from llvmlite import ir
from numba import types
from numba.extending import intrinsic, overload, register_jitable

Function = TypeVar("Function", bound=Callable[..., Any])


def shared(function: Function) -> Function:
    """Leave `function` plain Python and let kernels that call it compile it into themselves."""
    # Division by zero gives infinity or NaN and must not raise: a raise would also stop LLVM
    # from turning loops into vector code.  Where plain Python would raise, no code divides by 0.
    compilable: Function = register_jitable(error_model="numpy")(function)
    return compilable


def bits_of(x: float) -> int:
    """Return the 64 bits of a float as a signed integer."""
    (bits,) = struct.unpack("<q", struct.pack("<d", x))
    return int(bits)


def float_of(bits: int) -> float:
    """Return the float that has these 64 bits (a signed integer)."""
    (x,) = struct.unpack("<d", struct.pack("<q", bits))
    return float(x)


@intrinsic  # type: ignore[untyped-decorator]
def _bits_of(_typing: Any, _x: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic  # type: ignore[untyped-decorator]
def _float_of(_typing: Any, _bits: Any) -> Any:
    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], ir.DoubleType())

    return types.float64(types.int64), generate


@overload(bits_of)  # type: ignore[untyped-decorator]
def _compiled_bits_of(x: Any) -> Any:
    def compiled(x: Any) -> Any:
        return _bits_of(x)

    return compiled


@overload(float_of)  # type: ignore[untyped-decorator]
def _compiled_float_of(bits: Any) -> Any:
    def compiled(bits: Any) -> Any:
        return _float_of(bits)

    return compiled
