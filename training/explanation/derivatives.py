"""How the derivatives of activations and costs are computed, one operation per line."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from training.explanation.lines import Lines, Operand, Source, SourceKind, constant
from training.explanation.terms import Operation, Slope, Symbol
from training.numerics.activations import LEAK, Activation
from training.numerics.costs import CostFunction

WriteSlope = Callable[[Lines, Slope, Operand, Operand], Operand]
"""Writes f′(z) of a unit under a name, from its logit z and its activation a."""

WriteError = Callable[[Lines, Operand, Operand], Operand]
"""Writes ∂C/∂a of an output, from its error a − y and the number of outputs."""


def _sigmoid(lines: Lines, name: Slope, _z: Operand, a: Operand) -> Operand:
    rest = lines.write(None, Operation.SUBTRACT, constant(1.0), a)
    return lines.write(name, Operation.MULTIPLY, a, rest)


def _tanh(lines: Lines, name: Slope, _z: Operand, a: Operand) -> Operand:
    square = lines.write(None, Operation.MULTIPLY, a, a)
    return lines.write(name, Operation.SUBTRACT, constant(1.0), square)


def _softplus(lines: Lines, name: Slope, z: Operand, _a: Operand) -> Operand:
    return lines.write(name, Operation.SIGMOID, z)


def _piecewise(below: float) -> WriteSlope:
    """Return a function for the slope of a line above 0 and another below; it writes no line."""

    def write(_lines: Lines, name: Slope, z: Operand, _a: Operand) -> Operand:
        return Operand(name, 1.0 if z.value > 0.0 else below, Source(SourceKind.CONSTANT))

    return write


SLOPES: Mapping[Activation, WriteSlope] = MappingProxyType(
    {
        Activation.SIGMOID: _sigmoid,
        Activation.TANH: _tanh,
        Activation.RELU: _piecewise(0.0),
        Activation.LEAKY_RELU: _piecewise(LEAK),
        Activation.SOFTPLUS: _softplus,
        Activation.IDENTITY: _piecewise(1.0),
        Activation.SOFTMAX: _piecewise(1.0),  # it cancels out
    }
)


def _unchanged(_lines: Lines, error: Operand, _outputs: Operand) -> Operand:
    return error


def _divided(lines: Lines, error: Operand, outputs: Operand) -> Operand:
    return lines.write(None, Operation.DIVIDE, error, outputs)


#: For costs that the slope of an activation cancels out of, ∂C/∂z is the error itself.
ERRORS: Mapping[CostFunction, WriteError] = MappingProxyType(
    {
        CostFunction.CROSS_ENTROPY: _unchanged,
        CostFunction.CATEGORICAL_CROSS_ENTROPY: _unchanged,
        CostFunction.SQUARED_ERROR: _unchanged,
        CostFunction.QUADRATIC: _divided,
    }
)


def outputs_operand(outputs: int) -> Operand:
    """Return the number of outputs, which some costs divide by."""
    return Operand(Symbol("m"), float(outputs), Source(SourceKind.SETTING))
