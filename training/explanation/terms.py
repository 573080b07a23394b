"""What formulas are made of: symbols, numbers, and operations on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from types import MappingProxyType

import numpy as np

from training.numerics.activations import sigmoid


class Operation(StrEnum):
    """What a line does with its operands; sigmoid is the service's own, of `numerics`."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    SQUARE_ROOT = "square root"
    SIGMOID = "sigmoid"


def _divide(x: float, y: float) -> float:
    """Return x / y as IEEE 754 has it: Python's own raises where y is 0."""
    with np.errstate(all="ignore"):
        return float(np.float64(x) / np.float64(y))


#: What each operation computes, rounded once.
OPERATIONS: Mapping[Operation, Callable[..., float]] = MappingProxyType(
    {
        Operation.ADD: lambda x, y: x + y,
        Operation.SUBTRACT: lambda x, y: x - y,
        Operation.MULTIPLY: lambda x, y: x * y,
        Operation.DIVIDE: _divide,
        Operation.SQUARE_ROOT: sqrt,
        Operation.SIGMOID: sigmoid,
    }
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter with what stands around it.

    `layer` counts from 1, the first after the inputs; `indices` are units and inputs, counted from
    1 as people do; `subscript` and `superscript` are for what is no place; `prime` marks what is
    after the update.
    """

    letter: str
    layer: int | None = None
    indices: tuple[int, ...] = ()
    subscript: int | None = None
    superscript: str = ""
    prime: bool = False


@dataclass(frozen=True, slots=True)
class Derivative:
    """∂C/∂ of a symbol: of one example's cost, whose place in the batch counts from 1."""

    of: Symbol
    example: int | None = None


@dataclass(frozen=True, slots=True)
class Slope:
    """f′(z): the derivative of a unit's activation at its logit."""

    of: Symbol


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is: written so that reading it gives the same bits."""

    value: float


@dataclass(frozen=True, slots=True)
class Compound:
    """An operation on terms."""

    operation: Operation
    operands: tuple["Term", ...]


Term = Symbol | Derivative | Slope | Number | Compound
