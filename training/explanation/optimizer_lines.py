"""From the gradients of a batch to the step of one weight, one operation per line.

The order is that of `numerics.loops` and `numerics.optimizers`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from training.batch_update import BatchUpdate
from training.engine import remembered
from training.explanation.gradient_lines import rule_of, write_gradient
from training.explanation.lines import Lines, Operand, Source, SourceKind, constant
from training.explanation.place import WeightPlace
from training.explanation.terms import Operation, Symbol
from training.numerics.optimizers import OptimizerKind, Rates

_STEP = Symbol("Δ")


@dataclass(frozen=True, slots=True)
class _Given:
    """The operands of the optimizer: settings, and the optimizer state of the weight."""

    before: Operand
    rate: Operand
    decoupled_decay: Operand
    momentum: Operand
    beta1: Operand
    beta2: Operand
    epsilon: Operand
    first: Operand
    second: Operand
    power1: Operand
    power2: Operand
    share: Operand | None


def write_descent(
    lines: Lines, update: BatchUpdate, place: WeightPlace, gradient_sum: Operand
) -> tuple[Operand, Operand]:
    """Write how the sum over the batch becomes a step; return the step and the new weight."""
    lines.begin(None)
    source = Source(SourceKind.WEIGHT, None, place.layer, place.unit, place.input)
    value = float(update.before.parameters[place.offset(update.network)])
    before = Operand(place.symbol, value, source)
    rule = rule_of(update, place.offset(update.network))
    if rule.frozen:
        step = constant(0.0)
    else:
        g = write_gradient(lines, update, before, rule, gradient_sum)
        given = _given(update, place, before, rule.rates)
        step = STEPS[update.run.settings.optimizer.kind](lines, g, given)
    after = Symbol(place.symbol.letter, place.layer, place.symbol.indices, prime=True)
    return step, lines.write(after, Operation.SUBTRACT, before, step)


def _given(update: BatchUpdate, place: WeightPlace, before: Operand, rates: Rates) -> _Given:
    optimizer = update.run.settings.optimizer.completed()
    memory = remembered(update.before, optimizer)
    count, table = update.network.parameter_count, optimizer.kind.definition
    offset = place.offset(update.network)

    def setting(symbol: Symbol, value: float) -> Operand:
        return Operand(symbol, value, Source(SourceKind.SETTING))

    def remembered_value(symbol: Symbol, at: int, *, known: bool) -> Operand:
        return Operand(symbol, float(memory[at]) if known else 0.0, Source(SourceKind.MEMORY))

    def of_parameter(letter: str) -> Operand:
        at = table.memory.find(letter) * count + offset
        return remembered_value(Symbol(letter), at, known=letter in table.memory)

    powers = table.memories * count
    return _Given(
        before=before,
        rate=setting(Symbol("η"), rates.learning_rate),
        decoupled_decay=setting(Symbol("λ"), rates.decoupled_decay),
        momentum=setting(Symbol("μ"), rates.momentum),
        beta1=setting(Symbol("β", subscript=1), rates.beta1),
        beta2=setting(Symbol("β", subscript=2), rates.beta2),
        epsilon=setting(Symbol("ε"), rates.epsilon),
        first=of_parameter("v"),
        second=of_parameter("s"),
        power1=remembered_value(_power(1, "t−1"), powers, known=table.powers > 0),
        power2=remembered_value(_power(2, "t−1"), powers + 1, known=table.powers > 0),
        share=(
            remembered_value(Symbol("k"), powers, known=True) if optimizer.is_dampened else None
        ),
    )


def _power(number: int, exponent: str) -> Symbol:
    return Symbol("β", subscript=number, superscript=exponent)


def _gradient_descent(lines: Lines, g: Operand, given: _Given) -> Operand:
    return lines.write(_STEP, Operation.MULTIPLY, g, given.rate)


def _velocity(lines: Lines, g: Operand, given: _Given) -> Operand:
    kept = lines.write(None, Operation.MULTIPLY, given.momentum, given.first)
    share = given.share
    added = g if share is None else lines.write(None, Operation.MULTIPLY, share, g)
    return lines.write(Symbol("v", prime=True), Operation.ADD, kept, added)


def _momentum(lines: Lines, g: Operand, given: _Given) -> Operand:
    return lines.write(_STEP, Operation.MULTIPLY, _velocity(lines, g, given), given.rate)


def _nesterov(lines: Lines, g: Operand, given: _Given) -> Operand:
    ahead = lines.write(None, Operation.MULTIPLY, given.momentum, _velocity(lines, g, given))
    looking = lines.write(None, Operation.ADD, g, ahead)
    return lines.write(_STEP, Operation.MULTIPLY, looking, given.rate)


def _adam(lines: Lines, g: Operand, given: _Given) -> Operand:
    rate, direction = _scaled_moments(lines, g, given)
    return lines.write(_STEP, Operation.MULTIPLY, rate, direction)


def _adamw(lines: Lines, g: Operand, given: _Given) -> Operand:
    rate, direction = _scaled_moments(lines, g, given)
    step = lines.write(None, Operation.MULTIPLY, rate, direction)
    share = lines.write(None, Operation.MULTIPLY, given.rate, given.decoupled_decay)
    decay = lines.write(None, Operation.MULTIPLY, share, given.before)
    return lines.write(_STEP, Operation.ADD, decay, step)


def _rmsprop(lines: Lines, g: Operand, given: _Given) -> Operand:
    square = lines.write(None, Operation.MULTIPLY, g, g)
    return _scaled(lines, g, _moment(lines, given.beta2, given.second, square), given)


def _adagrad(lines: Lines, g: Operand, given: _Given) -> Operand:
    square = lines.write(None, Operation.MULTIPLY, g, g)
    squares = lines.write(Symbol("s", prime=True), Operation.ADD, given.second, square)
    return _scaled(lines, g, squares, given)


def _scaled(lines: Lines, g: Operand, squares: Operand, given: _Given) -> Operand:
    """Write (g / (√s + ε))·η."""
    root = lines.write(None, Operation.SQUARE_ROOT, squares)
    divisor = lines.write(Symbol("r"), Operation.ADD, root, given.epsilon)
    direction = lines.write(None, Operation.DIVIDE, g, divisor)
    return lines.write(_STEP, Operation.MULTIPLY, direction, given.rate)


def _scaled_moments(lines: Lines, g: Operand, given: _Given) -> tuple[Operand, Operand]:
    """Write η / c₁, and v / (√s / c₂ + ε); return both."""
    one = constant(1.0)
    first = _moment(lines, given.beta1, given.first, g)
    square = lines.write(None, Operation.MULTIPLY, g, g)
    second = _moment(lines, given.beta2, given.second, square)
    power1 = lines.write(_power(1, "t"), Operation.MULTIPLY, given.power1, given.beta1)
    correction1 = lines.write(Symbol("c", subscript=1), Operation.SUBTRACT, one, power1)
    power2 = lines.write(_power(2, "t"), Operation.MULTIPLY, given.power2, given.beta2)
    rest = lines.write(None, Operation.SUBTRACT, one, power2)
    correction2 = lines.write(Symbol("c", subscript=2), Operation.SQUARE_ROOT, rest)
    root = lines.write(None, Operation.SQUARE_ROOT, second)
    size = lines.write(None, Operation.DIVIDE, root, correction2)
    divisor = lines.write(Symbol("r"), Operation.ADD, size, given.epsilon)
    rate = lines.write(None, Operation.DIVIDE, given.rate, correction1)
    return rate, lines.write(None, Operation.DIVIDE, first, divisor)


def _moment(lines: Lines, beta: Operand, moment: Operand, new: Operand) -> Operand:
    """Write the decay of a moment: β·moment + (1 − β)·new."""
    kept = lines.write(None, Operation.MULTIPLY, beta, moment)
    rest = lines.write(None, Operation.SUBTRACT, constant(1.0), beta)
    added = lines.write(None, Operation.MULTIPLY, rest, new)
    assert isinstance(moment.term, Symbol)
    return lines.write(Symbol(moment.term.letter, prime=True), Operation.ADD, kept, added)


#: Each writes how g becomes the step that is subtracted from the weight.
STEPS: Mapping[OptimizerKind, Callable[[Lines, Operand, _Given], Operand]] = MappingProxyType(
    {
        OptimizerKind.GRADIENT_DESCENT: _gradient_descent,
        OptimizerKind.MOMENTUM: _momentum,
        OptimizerKind.NESTEROV: _nesterov,
        OptimizerKind.ADAM: _adam,
        OptimizerKind.RMSPROP: _rmsprop,
        OptimizerKind.ADAMW: _adamw,
        OptimizerKind.ADAGRAD: _adagrad,
    }
)
