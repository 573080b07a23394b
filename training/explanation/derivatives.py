"""How the derivatives of activations and costs are computed, one operation per line."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from training.explanation.lines import Lines, Operand, Source, SourceKind, constant
from training.explanation.terms import Operation, Slope, Symbol
from training.numerics.activations import Activation
from training.numerics.costs import CostFunction
from training.numerics.onnx_nodes import LEAK, SELU_BELOW, SELU_SCALE

WriteSlope = Callable[[Lines, Slope, Operand, Operand], Operand]
"""Writes f′(z) of a unit under a name, from its logit z and its activation a."""

WriteError = Callable[[Lines, Operand, Operand, Operand], Operand]
"""Writes ∂C/∂a of an output, from its activation a, its target y and the number of outputs."""


def _sigmoid(lines: Lines, name: Slope, _z: Operand, a: Operand) -> Operand:
    rest = lines.write(None, Operation.SUBTRACT, constant(1.0), a)
    return lines.write(name, Operation.MULTIPLY, a, rest)


def _tanh(lines: Lines, name: Slope, _z: Operand, a: Operand) -> Operand:
    square = lines.write(None, Operation.MULTIPLY, a, a)
    return lines.write(name, Operation.SUBTRACT, constant(1.0), square)


def _softplus(lines: Lines, name: Slope, z: Operand, _a: Operand) -> Operand:
    return lines.write(name, Operation.SIGMOID, z)


def _elu(lines: Lines, name: Slope, z: Operand, _a: Operand) -> Operand:
    if z.value > 0.0:
        return Operand(name, 1.0, Source(SourceKind.CONSTANT))
    return lines.write(name, Operation.EXPONENTIAL, z)


def _selu(lines: Lines, name: Slope, z: Operand, _a: Operand) -> Operand:
    if z.value > 0.0:
        return Operand(name, SELU_SCALE, Source(SourceKind.CONSTANT))
    power = lines.write(None, Operation.EXPONENTIAL, z)
    return lines.write(name, Operation.MULTIPLY, constant(SELU_BELOW), power)


def _gelu(lines: Lines, name: Slope, z: Operand, _a: Operand) -> Operand:
    below = lines.write(None, Operation.NORMAL_DISTRIBUTION, z)
    density = lines.write(None, Operation.NORMAL_DENSITY, z)
    rest = constant(0.0)  # also where z is infinite
    if density.value != 0.0:
        rest = lines.write(None, Operation.MULTIPLY, z, density)
    return lines.write(name, Operation.ADD, below, rest)


def _silu(lines: Lines, name: Slope, z: Operand, a: Operand) -> Operand:
    s = lines.write(None, Operation.SIGMOID, z)
    rest = lines.write(None, Operation.SUBTRACT, constant(1.0), s)
    bend = constant(0.0)  # also where a is infinite
    if rest.value != 0.0:
        bend = lines.write(None, Operation.MULTIPLY, a, rest)
    return lines.write(name, Operation.ADD, s, bend)


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
        Activation.ELU: _elu,
        Activation.SELU: _selu,
        Activation.GELU: _gelu,
        Activation.SILU: _silu,
        Activation.SOFTPLUS: _softplus,
        Activation.IDENTITY: _piecewise(1.0),
        Activation.SOFTMAX: _piecewise(1.0),  # it cancels out
    }
)


def _error(lines: Lines, a: Operand, y: Operand, _outputs: Operand) -> Operand:
    return lines.write(None, Operation.SUBTRACT, a, y)


def _divided(lines: Lines, a: Operand, y: Operand, outputs: Operand) -> Operand:
    error = lines.write(None, Operation.SUBTRACT, a, y)
    return lines.write(None, Operation.DIVIDE, error, outputs)


def _huber(lines: Lines, a: Operand, y: Operand, _outputs: Operand) -> Operand:
    error = lines.write(None, Operation.SUBTRACT, a, y)
    if abs(error.value) > 1.0:
        return constant(1.0 if error.value > 0.0 else -1.0)
    return error


def _hinge(lines: Lines, a: Operand, y: Operand, _outputs: Operand) -> Operand:
    s = 1.0 if y.value > 0.0 else -1.0
    product = lines.write(None, Operation.MULTIPLY, constant(s), a)
    missing = lines.write(None, Operation.SUBTRACT, constant(1.0), product)
    return constant(0.0 if missing.value <= 0.0 else -s)


def _poisson(lines: Lines, a: Operand, y: Operand, _outputs: Operand) -> Operand:
    mean = lines.write(None, Operation.EXPONENTIAL, a)
    return lines.write(None, Operation.SUBTRACT, mean, y)


ERRORS: Mapping[CostFunction, WriteError] = MappingProxyType(
    {
        CostFunction.CROSS_ENTROPY: _error,
        CostFunction.CATEGORICAL_CROSS_ENTROPY: _error,
        CostFunction.SQUARED_ERROR: _error,
        CostFunction.QUADRATIC: _divided,
        CostFunction.HUBER: _huber,
        CostFunction.HINGE: _hinge,
        CostFunction.POISSON: _poisson,
    }
)


def outputs_operand(outputs: int) -> Operand:
    """Return the number of outputs, which some costs divide by."""
    return Operand(Symbol("m"), float(outputs), Source(SourceKind.SETTING))
