"""Lines of arithmetic: each is one float64 operation on operands with known sources."""

from dataclasses import dataclass
from enum import StrEnum

from training.explanation.terms import OPERATIONS, Compound, Number, Operation, Term


class SourceKind(StrEnum):
    """Where an operand comes from."""

    LINE = "line"
    """An earlier line of the same explanation."""
    CONSTANT = "constant"
    """A number of the formula: 0, 1, or the slope of a piecewise linear activation."""
    INPUT = "input"
    """An input of an example."""
    TARGET = "target"
    """A target of an example."""
    LOGIT = "logit"
    """A unit's logit for an example."""
    ACTIVATION = "activation"
    """A unit's activation for an example."""
    DELTA = "delta"
    """A delta of the layer above for an example. Its lines are in the explanation of the weight
    that it came through, which the source names."""
    UNDROPPED = "undropped"
    """A unit's activation for an example before dropout."""
    FACTOR = "factor"
    """The factor by which dropout multiplies a unit's activation for an example."""
    EXAMPLE_WEIGHT = "example weight"
    """The weight of an example."""
    WEIGHT = "weight"
    """A weight, or a bias, as it was before the update."""
    SUM = "sum"
    """A sum with terms that are not among these lines: of examples that were not requested, or of
    units after those that are shown; or the norm of the gradient of all parameters."""
    SETTING = "setting"
    """A setting of the run, the number of examples in the batch, or the number of outputs."""
    MEMORY = "memory"
    """The optimizer state before the update."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an operand comes from; fields that do not apply to the kind are None.

    `line` is the index of an earlier line; `layer` counts from 1, the first after the inputs, and
    is 0 for the inputs; `unit`, `input` and `position`, the position in the batch, count from 0.
    """

    kind: SourceKind
    line: int | None = None
    layer: int | None = None
    unit: int | None = None
    input: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Operand:
    """A number with its name and its source."""

    term: Term
    value: float
    source: Source


@dataclass(frozen=True, slots=True)
class Line:
    """One operation and its result.

    `name` is the name of the result, None if it has none. `position` is the position of the example
    in the batch, None for what is computed once for the batch.
    """

    name: Term | None
    operation: Operation
    operands: tuple[Operand, ...]
    value: float
    position: int | None = None

    @property
    def expression(self) -> Compound:
        """The operation on the names of the operands."""
        return Compound(self.operation, tuple(operand.term for operand in self.operands))

    @property
    def in_numbers(self) -> Compound:
        """The operation on the operands' values."""
        return Compound(self.operation, tuple(Number(operand.value) for operand in self.operands))

    @property
    def term(self) -> Term:
        """How other lines refer to the result: by its name, or by its expression."""
        return self.name or self.expression


class Lines:
    """Collects lines in the order in which they are written."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._position: int | None = None

    def begin(self, position: int | None) -> None:
        """Set the example in the batch that the next lines are about; None for the whole batch."""
        self._position = position

    def write(self, name: Term | None, operation: Operation, *operands: Operand) -> Operand:
        """Write a line and return its result, as an operand of later ones."""
        value = OPERATIONS[operation](*(operand.value for operand in operands))
        line = Line(name, operation, operands, value, self._position)
        self._lines.append(line)
        return Operand(line.term, value, Source(SourceKind.LINE, line=len(self._lines) - 1))

    @property
    def written(self) -> tuple[Line, ...]:
        """All lines in their order."""
        return tuple(self._lines)


def constant(value: float) -> Operand:
    """Return a number of a formula, such as 0 or 1."""
    return Operand(Number(value), value, Source(SourceKind.CONSTANT))
