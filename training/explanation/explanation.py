"""Why one weight changed by this much in one update."""

from dataclasses import dataclass
from typing import Final

from training.batch_update import BatchUpdate
from training.explanation.chain import MOST_TERMS, Chain
from training.explanation.descent import write_descent
from training.explanation.lines import Line, Lines, Operand, Source, SourceKind, constant
from training.explanation.place import WeightPlace
from training.explanation.profile import Profile, profile
from training.explanation.terms import Operation, Symbol
from training.explanation.words import Account, sentences
from training.passes import Passes, gradient_of

#: About how many lines are written where a caller does not say how many examples are wanted, and
#: how many at most: about 8 MB when they are sent.
_LINES: Final = 2_000
_MOST_LINES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chain rule for one weight in one update.

    `positions` are the places in the batch of the examples that have lines. Where they are all of
    them, the lines lead from the targets to `after` without a gap. `gradient` is G/n. `sentences`
    say it in words. `profile` is None where it would take too long.
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
    profile: Profile | None


def shown_at_once(update: BatchUpdate, place: WeightPlace, wanted: int = 0) -> int:
    """Return how many examples get lines where so many are wanted, 0 being as many as read well.

    It is at least 1, and fewer than wanted where their lines would be too many for one answer.
    """
    above = [*update.network.layer_sizes[1:], 0][place.layer]
    lines = 3 * min(above, MOST_TERMS) + 6
    return max(1, min(wanted, _MOST_LINES // lines) if wanted else _LINES // lines)


def explain(update: BatchUpdate, place: WeightPlace, positions: range) -> Explanation:
    """Return why a weight changes as it does in an update, with lines for these examples.

    `positions` is a range without gaps of places in the batch, at least one.
    """
    lines = Lines()
    offset = place.offset(update.network)
    passes = Passes(update)
    chain = Chain(update.network, passes.layers, place)
    total = constant(0.0)
    gradients: list[float] = []
    for position in range(len(update.numbers)):
        if position in positions:
            gradient = chain.write(lines, passes[position])
            gradients.append(gradient.value)
            total = lines.write(_sum_symbol(position), Operation.ADD, total, gradient)
        else:
            gradients.append(float(gradient_of(update, position)[offset]))
            total = _omitted(total, gradients[-1], position)
    step, after = write_descent(lines, update, place, total)
    before = float(update.before.parameters[offset])
    mean = total.value / len(gradients)
    account = Account(
        update,
        place,
        passes[_telling(gradients, total.value)],
        tuple(gradients),
        mean,
        step.value,
        after.value,
    )
    return Explanation(
        update,
        place,
        positions,
        lines.written,
        before,
        mean,
        step.value,
        after.value,
        sentences(account),
        profile(update, offset, after.value, mean),
    )


def _telling(gradients: list[float], gradient_sum: float) -> int:
    """Return the place of the example that pulls the most where all examples together pull."""
    pull = min if gradient_sum < 0.0 else max
    return pull(range(len(gradients)), key=gradients.__getitem__)


def _omitted(total: Operand, gradient: float, position: int) -> Operand:
    """Add an example that has no lines."""
    source = Source(SourceKind.SUM, position=position)
    return Operand(_sum_symbol(position), total.value + gradient, source)


def _sum_symbol(position: int) -> Symbol:
    """Return G with how many examples are in it."""
    return Symbol("G", subscript=position + 1)
