"""Why one weight changed by this much in one update."""

from dataclasses import dataclass
from typing import Final

from training.batch_update import BatchUpdate
from training.explanation.chain import MOST_TERMS, Chain, Pass, Passes
from training.explanation.descent import write_descent
from training.explanation.lines import Line, Lines, Operand, Source, SourceKind, constant
from training.explanation.place import WeightPlace
from training.explanation.profile import Profile, profile
from training.explanation.terms import Operation, Symbol
from training.explanation.words import Account, sentences

#: About how many lines are written where a caller does not say how many examples are wanted.
_LINES: Final = 2_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chain rule for one weight in one update.

    `positions` are the places in the batch of the examples that have lines. Where they are all of
    them, the lines lead from the targets to `after` without a gap. `sentences` say it in words.
    """

    update: BatchUpdate
    place: WeightPlace
    positions: range
    lines: tuple[Line, ...]
    before: float
    gradient: float
    step: float
    after: float
    sentences: tuple[str, ...]
    profile: Profile


def shown_at_once(update: BatchUpdate, place: WeightPlace) -> int:
    """Return of how many examples the lines are few enough to be read or sent; at least 1."""
    above = [*update.network.layer_sizes[1:], 0][place.layer]
    return max(1, _LINES // (3 * min(above, MOST_TERMS) + 6))


def explain(update: BatchUpdate, place: WeightPlace, positions: range) -> Explanation:
    """Return why a weight changes as it does in an update, with lines for these examples.

    `positions` is a range without gaps of places in the batch, at least one.
    """
    lines = Lines()
    passes = Passes(update)
    chain = Chain(update.network, passes.layers, place)
    total = constant(0.0)
    gradients: list[float] = []
    telling = _Telling(place)
    for position in range(len(update.numbers)):
        through = passes[position]
        gradient = through.gradient(place)
        telling.look_at(through)
        gradients.append(gradient)
        total = (
            _added(lines, total, chain.write(lines, through), position)
            if position in positions
            else _omitted(total, gradient, position)
        )
    step, after = write_descent(lines, update, place, total)
    before = float(update.before.parameters[place.offset(update.network)])
    along = profile(update, place.offset(update.network), after.value)
    account = Account(
        update,
        place,
        telling.of(total.value),
        tuple(gradients),
        along.slope,
        step.value,
        after.value,
    )
    return Explanation(
        update,
        place,
        positions,
        lines.written,
        before,
        along.slope,
        step.value,
        after.value,
        sentences(account),
        along,
    )


class _Telling:
    """Keeps, for each direction, the example that pulls a weight there the most."""

    def __init__(self, place: WeightPlace) -> None:
        self._place = place
        self._down: Pass | None = None
        self._up: Pass | None = None

    def look_at(self, through: Pass) -> None:
        """Compare one more example with those before."""
        gradient = through.gradient(self._place)
        if self._down is None or gradient > self._down.gradient(self._place):
            self._down = through
        if self._up is None or gradient < self._up.gradient(self._place):
            self._up = through

    def of(self, gradient_sum: float) -> Pass:
        """Return the example that pulls the most where all examples together pull."""
        assert self._down is not None  # a batch has at least one example
        assert self._up is not None
        return self._up if gradient_sum < 0.0 else self._down


def _added(lines: Lines, total: Operand, gradient: Operand, position: int) -> Operand:
    """Write one more example into the sum of the batch."""
    return lines.write(_sum_symbol(position), Operation.ADD, total, gradient)


def _omitted(total: Operand, gradient: float, position: int) -> Operand:
    """Add an example that has no lines."""
    source = Source(SourceKind.SUM, position=position)
    return Operand(_sum_symbol(position), total.value + gradient, source)


def _sum_symbol(position: int) -> Symbol:
    """Return G with how many examples are in it."""
    return Symbol("G", subscript=position + 1)
