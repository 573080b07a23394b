"""Blocks of sums in registers, compiled: several rows of vectors that grow by products together.

A block has one sum in each lane of each of its vectors, and no sum is split.  Row r has a factor of
its own for each product, which all of its vectors share; vector k is multiplied in every row.  So a
number that is loaded once takes part in several products: with too few of them, loads would take
longer than the arithmetic.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

from llvmlite import ir

from training.numerics.jit import instruction
from training.numerics.processors import processor_features


def _shape(features: set[str]) -> tuple[int, int]:
    """Return the rows of a block and the vectors of eight numbers in each, for these processors.

    A block takes most of the vector registers, and leaves some for the factors.
    """
    if "avx512f" in features:
        return 5, 4  # 20 of 32 registers of eight numbers
    if features & {"avx", "neon"}:
        return 2, 2  # 8 of 16 registers of four numbers, or 16 of 32 of two
    return 2, 1  # 8 of 16 registers of two numbers


BLOCK_ROWS, BLOCK_VECTORS = _shape(processor_features())

#: With AVX-512, a multiplication can load one of its factors and spread it to all lanes at no cost.
#: An instruction that does only this takes most of the time of a multiplication (Zen 4).
_SPREADS_FOR_EACH_PRODUCT = "avx512f" in processor_features()


class BlockOperations(NamedTuple):
    """The operations on blocks of one shape; a stride is a distance in memory, in numbers."""

    zeros: Callable[..., Any]
    """(): all sums are +0.0."""
    load: Callable[..., Any]
    """(pointer, index, stride of rows, stride of vectors): the sums in memory."""
    store: Callable[..., None]
    """(pointer, index, stride of rows, stride of vectors, block): store the sums."""
    add_products: Callable[..., Any]
    """(block, v, index, stride of vectors, w, index, stride of rows): sum + v·w for each vector of
    numbers at v and each number at w, rounded after the product and after the sum."""
    add: Callable[..., Any]
    """(block, w, index, stride of rows): sum + w for each number at w."""


@cache
def block_operations(rows: int, vectors: int, lanes: int) -> BlockOperations:
    """Return the operations on blocks of so many rows, each with so many vectors of such lanes."""
    shape = _Shape(rows, vectors, lanes)
    return BlockOperations(*_memory_operations(shape), *_arithmetic(shape))


class _Shape:
    """The shape of a block, and what LLVM's code for it consists of.

    A place in memory is an index, and steps from there: pairs of a count and a stride.
    """

    def __init__(self, rows: int, vectors: int, lanes: int) -> None:
        self.rows, self.vectors, self.lanes = rows, vectors, lanes
        self.places = [(r, k) for r in range(rows) for k in range(vectors)]
        self.vector = ir.DoubleType() if lanes == 1 else ir.VectorType(ir.DoubleType(), lanes)

    def kind(self, types: Any) -> Any:
        """Return the type of a block."""
        return types.block(self.lanes, len(self.places))

    def vector_at(self, builder: Any, numbers: Any, index: Any, *steps: tuple[int, Any]) -> Any:
        """Return the address of a vector."""
        place = _address(builder, numbers, index, *steps)
        return builder.bitcast(place, self.vector.as_pointer())

    def spread(self, builder: Any, numbers: Any, index: Any, *steps: tuple[int, Any]) -> Any:
        """Return a vector with the same number in every lane."""
        x = builder.load(_address(builder, numbers, index, *steps))
        if self.lanes == 1:
            return x
        undefined = ir.Constant(self.vector, ir.Undefined)
        one = builder.insert_element(undefined, x, ir.IntType(32)(0))
        first = ir.Constant(ir.VectorType(ir.IntType(32), self.lanes), [0] * self.lanes)
        return builder.shuffle_vector(one, undefined, first)

    def block(self, builder: Any, sums: list[Any]) -> Any:
        """Return the block of these vectors, in the order of `places`."""
        block = ir.Constant(ir.ArrayType(self.vector, len(sums)), ir.Undefined)
        for index, each in enumerate(sums):
            block = builder.insert_value(block, each, index)
        return block

    def sums(self, builder: Any, block: Any) -> list[Any]:
        """Return the vectors of a block."""
        return [builder.extract_value(block, index) for index in range(len(self.places))]


def _address(builder: Any, numbers: Any, index: Any, *steps: tuple[int, Any]) -> Any:
    for count, stride in steps:
        index = builder.add(index, builder.mul(stride, ir.Constant(stride.type, count)))
    return builder.gep(numbers, [index])


def _copied(builder: Any, index: Any) -> Any:
    """Return an index that LLVM does not know to be equal, so that it loads from there again.

    Otherwise it would load a number that is used several times once, and spread it once.
    """
    same = ir.FunctionType(index.type, [index.type])
    return builder.asm(same, "", "=r,0", [index], side_effect=True)  # no instruction


def _memory_operations(shape: _Shape) -> tuple[Any, Any, Any]:
    """Return the operations zeros, load and store."""

    @instruction
    def zeros(types: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, _values: Any) -> Any:
            zero = ir.Constant(shape.vector, 0.0 if shape.lanes == 1 else [0.0] * shape.lanes)
            return shape.block(builder, [zero] * len(shape.places))

        return shape.kind(types)(), generate

    @instruction
    def load(types: Any, numbers: Any, index: Any, of_rows: Any, of_vectors: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            numbers, index, of_rows, of_vectors = values
            sums = []
            for r, k in shape.places:
                at = shape.vector_at(builder, numbers, index, (r, of_rows), (k, of_vectors))
                sums.append(builder.load(at, align=8))
            return shape.block(builder, sums)

        return shape.kind(types)(numbers, *[types.index] * 3), generate

    @instruction
    def store(
        types: Any, numbers: Any, index: Any, of_rows: Any, of_vectors: Any, block: Any
    ) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            numbers, index, of_rows, of_vectors, block = values
            for (r, k), each in zip(shape.places, shape.sums(builder, block), strict=True):
                at = shape.vector_at(builder, numbers, index, (r, of_rows), (k, of_vectors))
                builder.store(each, at, align=8)
            return ir.Constant(ir.IntType(8).as_pointer(), None)

        return types.void(numbers, *[types.index] * 3, shape.kind(types)), generate

    return zeros, load, store


def _arithmetic(shape: _Shape) -> tuple[Any, Any]:
    """Return the operations add_products and add."""

    @instruction
    def add_products(
        types: Any, block: Any, v: Any, x: Any, of_vectors: Any, w: Any, p: Any, of_rows: Any
    ) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            block, v, x, of_vectors, w, p, of_rows = values
            sums = dict(zip(shape.places, shape.sums(builder, block), strict=True))
            for k in range(shape.vectors):
                factor = builder.load(shape.vector_at(builder, v, x, (k, of_vectors)), align=8)
                place = _copied(builder, p) if k and _SPREADS_FOR_EACH_PRODUCT else p
                for r in range(shape.rows):
                    own = shape.spread(builder, w, place, (r, of_rows))
                    sums[r, k] = builder.fadd(sums[r, k], builder.fmul(factor, own))
            return shape.block(builder, list(sums.values()))

        kind, index = shape.kind(types), types.index
        return kind(kind, v, index, index, w, index, index), generate

    @instruction
    def add(types: Any, block: Any, w: Any, p: Any, of_rows: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            block, w, p, of_rows = values
            own = [shape.spread(builder, w, p, (r, of_rows)) for r in range(shape.rows)]
            sums = [
                builder.fadd(each, own[r])
                for (r, _), each in zip(shape.places, shape.sums(builder, block), strict=True)
            ]
            return shape.block(builder, sums)

        kind = shape.kind(types)
        return kind(kind, w, types.index, types.index), generate

    return add_products, add
