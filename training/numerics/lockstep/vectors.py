"""Arithmetic on vectors with one number of each network, for compiled code.

With these operators the formulas of the tables, such as the steps of the optimizers, are those of
all networks at once: each lane has the bits that the formula gives for its numbers alone.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

from llvmlite import ir

from training.numerics.jit import compiled_form, instruction
from training.numerics.lanes import MOST_LANES
from training.numerics.vectors import operations

#: The number of networks that are trained in lockstep, one in each lane of a vector.
LANES = MOST_LANES

of_lanes = operations(LANES)

_VECTOR = ir.VectorType(ir.DoubleType(), LANES)


def _filled(builder: Any, value: Any) -> Any:
    """Return a value as a vector: a number is in every lane."""
    if value.type == _VECTOR:
        return value
    one = builder.insert_element(ir.Constant(_VECTOR, ir.Undefined), value, ir.IntType(32)(0))
    places = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(_VECTOR, ir.Undefined), places)


def _define(of: Callable[..., Any], name: str) -> None:
    """Define an operator for two vectors, or a vector and a number."""

    def definition(types: Any, x: Any, y: Any) -> Any:
        kind = types.vector(LANES)
        if kind not in (x, y) or not {x, y} <= {kind, types.float64}:
            return None  # Numba's own operator

        def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
            return getattr(builder, name)(*(_filled(builder, value) for value in values))

        return kind(x, y), generate

    compiled_form(of)(definition)


_define(operator.add, "fadd")
_define(operator.sub, "fsub")
_define(operator.mul, "fmul")
_define(operator.truediv, "fdiv")


@compiled_form(math.sqrt)
def _root(types: Any, x: Any) -> Any:
    kind = types.vector(LANES)
    if x != kind:
        return None

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        name = f"llvm.sqrt.v{LANES}f64"
        of_vector = ir.FunctionType(_VECTOR, [_VECTOR])
        root = builder.module.globals.get(name) or ir.Function(builder.module, of_vector, name)
        return builder.call(root, values)

    return kind(x), generate


@instruction
def where_not_zero(types: Any, x: Any, then: Any, other: Any) -> Any:
    """Return, in each lane, `then` if x is not 0, else `other`."""
    kind = types.vector(LANES)

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        x, then, other = values
        zeros = ir.Constant(_VECTOR, [0.0] * LANES)
        return builder.select(builder.fcmp_unordered("!=", x, zeros), then, other)

    return kind(x, then, other), generate
