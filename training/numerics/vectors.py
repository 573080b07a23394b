"""Numbers in memory, one or several at a time, for compiled code.

A vector is several float64 numbers as one value, such as the activations of one unit for the
examples of a tile; LLVM maps it to as many registers as necessary.  Operations work on each number
separately, in the order of the code; nothing is fused.

Arrays are accessed through pointers, which are as cheap to pass on and to exchange as numbers.  The
caller must keep the array while a pointer to it exists, and indices are not checked.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from llvmlite import ir

from training.numerics.jit import instruction, shared

#: Of float64 or int64 numbers; only in compiled code.
Pointer = Any


class Operations(NamedTuple):
    """The operations on vectors of one size; for size 1 they are float64."""

    load: Callable[..., Any]
    """(pointer, index): the numbers from this index on."""
    store: Callable[..., None]
    """(pointer, index, vector): store them at this index."""
    fill: Callable[..., Any]
    """(number): the same number in every lane."""
    spread: Callable[..., Any]
    """(pointer, index): the number at this index in every lane."""
    add: Callable[..., Any]
    """(vector, vector)"""
    add_product: Callable[..., Any]
    """(vectors v, w, x): v + w·x, rounded after the product and after the sum."""
    multiply: Callable[..., Any]
    """(vector, vector)"""
    add_in_order: Callable[..., float]
    """(number x, vector v): ((x + v₀) + v₁) + …"""


@instruction
def pointer(types: Any, array: Any) -> Any:
    """Return a pointer to the first number of an array that is contiguous in memory."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, values[0]).data

    return types.pointer(array.dtype)(array), generate


@instruction
def offset(types: Any, numbers: Any, count: Any) -> Any:
    """Return a pointer that is offset by a count of numbers."""
    return numbers(numbers, types.index), lambda _context, builder, _signature, values: builder.gep(
        values[0], [values[1]]
    )


@cache
def operations(lanes: int) -> Operations:
    """Return the operations on vectors of this size, a power of two."""
    return Operations(*_memory_operations(lanes), *_arithmetic(lanes))


def _memory_operations(lanes: int) -> tuple[Any, Any, Any, Any]:
    """Return the operations that load, store, fill and spread."""
    single = lanes == 1
    row = ir.DoubleType() if single else ir.VectorType(ir.DoubleType(), lanes)

    def filled(builder: Any, x: Any) -> Any:
        if single:
            return x
        one = builder.insert_element(ir.Constant(row, ir.Undefined), x, ir.IntType(32)(0))
        places = ir.Constant(ir.VectorType(ir.IntType(32), lanes), [0] * lanes)
        return builder.shuffle_vector(one, ir.Constant(row, ir.Undefined), places)

    @instruction
    def load(types: Any, numbers: Any, index: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            address = builder.gep(values[0], [values[1]])
            return builder.load(builder.bitcast(address, row.as_pointer()), align=8)

        return types.vector(lanes)(numbers, types.index), generate

    @instruction
    def store(types: Any, numbers: Any, index: Any, vector: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            address = builder.gep(values[0], [values[1]])
            builder.store(values[2], builder.bitcast(address, row.as_pointer()), align=8)
            return ir.Constant(ir.IntType(8).as_pointer(), None)

        return types.void(numbers, types.index, types.vector(lanes)), generate

    @instruction
    def fill(types: Any, x: Any) -> Any:
        return types.vector(lanes)(types.float64), lambda _context, builder, _sig, values: filled(
            builder, values[0]
        )

    @instruction
    def spread(types: Any, numbers: Any, index: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            address = builder.gep(values[0], [values[1]])
            return filled(builder, builder.load(address))

        return types.vector(lanes)(numbers, types.index), generate

    return load, store, fill, spread


def _arithmetic(lanes: int) -> tuple[Any, Any, Any, Any]:
    """Return the operations that add and multiply."""

    @instruction
    def add(types: Any, v: Any, w: Any) -> Any:
        kind = types.vector(lanes)
        return kind(kind, kind), lambda _context, builder, _sig, values: builder.fadd(*values)

    @instruction
    def multiply(types: Any, v: Any, w: Any) -> Any:
        kind = types.vector(lanes)
        return kind(kind, kind), lambda _context, builder, _sig, values: builder.fmul(*values)

    @instruction
    def add_product(types: Any, v: Any, w: Any, x: Any) -> Any:
        kind = types.vector(lanes)

        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            v, w, x = values
            return builder.fadd(v, builder.fmul(w, x))

        return kind(kind, kind, kind), generate

    @instruction
    def add_in_order(types: Any, x: Any, v: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            total, vector = values
            if lanes == 1:
                return builder.fadd(total, vector)
            for lane in range(lanes):
                each = builder.extract_element(vector, ir.IntType(32)(lane))
                total = builder.fadd(total, each)
            return total

        return types.float64(types.float64, types.vector(lanes)), generate

    return add, add_product, multiply, add_in_order


_one = operations(1)
#: (pointer, index): the number at this index.
at = _one.load
#: (pointer, index, number): store it at this index.
put = _one.store


@instruction
def integer_at(types: Any, numbers: Any, index: Any) -> Any:
    """Return the integer at an index."""
    return types.int64(
        numbers, types.index
    ), lambda _context, builder, _signature, values: builder.load(
        builder.gep(values[0], [values[1]])
    )


@instruction
def put_integer(types: Any, numbers: Any, index: Any, number: Any) -> Any:
    """Store an integer at an index."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        builder.store(values[2], builder.gep(values[0], [values[1]]))
        return ir.Constant(ir.IntType(8).as_pointer(), None)

    return types.void(numbers, types.index, types.int64), generate


@instruction
def prefetch(types: Any, numbers: Any, index: Any) -> Any:
    """Have the line of memory with the number at an index loaded into the second-level cache."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        function = builder.module.declare_intrinsic("llvm.prefetch", [byte], kind)
        address = builder.bitcast(builder.gep(values[0], [values[1]]), byte)
        reading, second_level, of_data = word(0), word(2), word(1)
        builder.call(function, [address, reading, second_level, of_data])
        return ir.Constant(byte, None)

    return types.void(numbers, types.index), generate


@shared
def sum_of(numbers: Pointer, begin: int, end: int, start: float) -> float:
    """Return start + Σ of the numbers from begin to end − 1, in their order."""
    total = start
    for e in range(begin, end):
        total += at(numbers, e)
    return total


@shared
def copy(numbers: Pointer, count: int, to: Pointer) -> None:
    """Copy a count of numbers."""
    for p in range(count):
        put(to, p, at(numbers, p))
