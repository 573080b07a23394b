"""The terms of formulas: symbols, numbers, and operations on them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from types import MappingProxyType

import numpy as np

from training.numerics.activations import sigmoid
from training.numerics.elementary import exp
from training.numerics.normal_distribution import density, probability_below
from training.numerics.overflow import allow_overflow


class Operation(StrEnum):
    """The operation of a line; those after the square root are the functions of `numerics`."""

    ADD = "add"
    SUBTRACT = "subtract"
    MULTIPLY = "multiply"
    DIVIDE = "divide"
    SQUARE_ROOT = "square root"
    SIGMOID = "sigmoid"
    EXPONENTIAL = "exponential"
    NORMAL_DISTRIBUTION = "normal distribution"
    NORMAL_DENSITY = "normal density"


@allow_overflow
def _divide(x: float, y: float) -> float:
    """Return x / y as IEEE 754 defines it: Python's own division raises where y is 0."""
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
        Operation.EXPONENTIAL: exp,
        Operation.NORMAL_DISTRIBUTION: probability_below,
        Operation.NORMAL_DENSITY: density,
    }
)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter with its indices.

    `layer` counts from 1, the first after the inputs; `indices` are units and inputs, which count
    from 1 too; `subscript` and `superscript` are for other things; `prime` marks values after the
    update.
    """

    letter: str
    layer: int | None = None
    indices: tuple[int, ...] = ()
    subscript: int | None = None
    superscript: str = ""
    prime: bool = False


@dataclass(frozen=True, slots=True)
class Derivative:
    """∂C/∂ of a symbol, for the cost of one example; its position in the batch counts from 1."""

    of: Symbol
    example: int | None = None


@dataclass(frozen=True, slots=True)
class Slope:
    """f′(z): the derivative of a unit's activation at its logit."""

    of: Symbol


@dataclass(frozen=True, slots=True)
class Number:
    """A number, written so that reading it gives the same bits."""

    value: float


@dataclass(frozen=True, slots=True)
class Compound:
    """An operation on terms."""

    operation: Operation
    operands: tuple["Term", ...]


Term = Symbol | Derivative | Slope | Number | Compound
