"""The transposition of numbers in registers, compiled: from rows of examples to lanes."""

from functools import cache
from typing import Any

from llvmlite import ir

from training.numerics.jit import instruction


@cache
def transposition(size: int) -> Any:
    """Return the transposition of a square of this size, a power of two.

    (numbers, starts, first, out, place): number c of row r, which is at startsᵣ + first + c, is
    stored at place + c·size + r.
    """
    row = ir.VectorType(ir.DoubleType(), size)

    @instruction
    def transpose(types: Any, numbers: Any, starts: Any, first: Any, out: Any, place: Any) -> Any:
        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            numbers, starts, first, out, place = values

            def vector_at(memory: Any, index: Any) -> Any:
                return builder.bitcast(builder.gep(memory, [index]), row.as_pointer())

            rows = []
            for r in range(size):
                start = builder.load(builder.gep(starts, [ir.IntType(64)(r)]))
                at = vector_at(numbers, builder.add(start, first))
                rows.append(builder.load(at, align=8))
            for c, column in enumerate(_transposed(builder, rows)):
                at = vector_at(out, builder.add(place, ir.IntType(64)(c * size)))
                builder.store(column, at, align=8)
            return ir.Constant(ir.IntType(8).as_pointer(), None)

        given = numbers, starts, types.int64, out, types.int64
        return types.void(*given), generate

    return transpose


def _transposed(builder: Any, rows: list[Any]) -> list[Any]:
    """Return the columns: squares of 1, 2, 4, … numbers beside the diagonal change places."""
    size = len(rows)
    step = 1
    while step < size:
        upper = [lane if not lane & step else size + lane - step for lane in range(size)]
        lower = [lane + step if not lane & step else size + lane for lane in range(size)]
        changed = list(rows)
        for r in range(size):
            if not r & step:
                pair = rows[r], rows[r + step]
                changed[r] = _chosen(builder, *pair, upper)
                changed[r + step] = _chosen(builder, *pair, lower)
        rows = changed
        step *= 2
    return rows


def _chosen(builder: Any, v: Any, w: Any, lanes: list[int]) -> Any:
    """Return the vector with these lanes of two vectors; those of the second are counted on."""
    chosen = ir.Constant(ir.VectorType(ir.IntType(32), len(lanes)), lanes)
    return builder.shuffle_vector(v, w, chosen)
