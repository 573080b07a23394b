"""Lines of arithmetic: each is one float64 operation on numbers that say where they come from."""

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
    """A delta of the layer above for an example: the explanation of the weight that it came
    through, which the source names, has its lines."""
    WEIGHT = "weight"
    """A weight, or a bias, as it was before the update."""
    SUM = "sum"
    """A sum some of whose terms are not among these lines: of examples that were not asked for, or
    of units beyond those that are shown."""
    SETTING = "setting"
    """A setting of the run, or how many examples the batch or outputs the network has."""
    MEMORY = "memory"
    """What the optimizer remembered before the update."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where an operand comes from, as far as its kind needs to say.

    `line` is the place of an earlier line; `layer` counts from 1, the first after the inputs, and
    is 0 for the inputs; `unit`, `input` and `position`, the place in the batch, count from 0.
    """

    kind: SourceKind
    line: int | None = None
    layer: int | None = None
    unit: int | None = None
    input: int | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Operand:
    """A number with what it is called and where it comes from."""

    term: Term
    value: float
    source: Source


@dataclass(frozen=True, slots=True)
class Line:
    """One operation and its result.

    `name` is what the result is called, None where it is called by its expression alone.
    `position` is the example's place in the batch, None for what is done once for the batch.
    """

    name: Term | None
    operation: Operation
    operands: tuple[Operand, ...]
    value: float
    position: int | None = None

    @property
    def expression(self) -> Compound:
        """The operation on what the operands are called."""
        return Compound(self.operation, tuple(operand.term for operand in self.operands))

    @property
    def in_numbers(self) -> Compound:
        """The operation on the operands' values."""
        return Compound(self.operation, tuple(Number(operand.value) for operand in self.operands))

    @property
    def term(self) -> Term:
        """What the result is called in other lines."""
        return self.name or self.expression


class Lines:
    """Lines as they are written, one after the other."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._position: int | None = None

    def begin(self, position: int | None) -> None:
        """Say which example of the batch the next lines are about; None: about all of them."""
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
    """Return a number of a formula, which has no other name."""
    return Operand(Number(value), value, Source(SourceKind.CONSTANT))
