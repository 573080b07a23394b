"""Why one weight changed by this much in one update."""

from dataclasses import dataclass
from typing import Final

from training.batch_update import BatchUpdate
from training.cancellation import cancellable
from training.explanation.chain import MOST_TERMS, Chain
from training.explanation.lines import Line, Lines, Operand, Source, SourceKind, constant
from training.explanation.optimizer_lines import write_descent
from training.explanation.place import WeightPlace
from training.explanation.profile import Profile, profile
from training.explanation.terms import Operation, Symbol
from training.explanation.words import Account, sentences
from training.passes import Passes, gradient_of
from training.work import work_of_loops

#: About how many lines an explanation has when the caller does not choose the number of examples,
#: and how many it has at most: about 8 MB in a response.
_LINES: Final = 2_000
_MOST_LINES: Final = 10_000

#: The maximum work of the readable loops for the examples that get lines: a few seconds.
_MOST_LOOP_WORK: Final = 2**32


@dataclass(frozen=True, slots=True)
class Explanation:
    """The chain rule for one weight in one update.

    `positions` are the positions in the batch of the examples that have lines. If these are all
    examples, the lines lead from the targets to `after` without a gap. `gradient` is G/n.
    `sentences` say it in words. `profile` is None if it would take too long to compute.
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
    """Return how many examples get lines if `wanted` are requested; 0 chooses a readable number.

    It is at least 1, and fewer than requested if the lines do not fit one response, or if computing
    them would take longer than a few seconds.
    """
    above = [*update.network.layer_sizes[1:], 0][place.layer]
    lines = 3 * min(above, MOST_TERMS) + 6
    count = min(wanted, _MOST_LINES // lines) if wanted else _LINES // lines
    return max(1, min(count, _MOST_LOOP_WORK // work_of_loops(update.network, 1)))


def explain(update: BatchUpdate, place: WeightPlace, positions: range) -> Explanation:
    """Return why a weight changes as it does in an update, with lines for these examples.

    `positions` is a range of at least one position in the batch, with step 1.
    """
    lines = Lines()
    offset = place.offset(update.network)
    passes = Passes(update)
    chain = Chain(update.network, passes.layers, place)
    total = constant(0.0)
    gradients: list[float] = []
    for position in cancellable(range(len(update.numbers))):
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
        passes[_strongest(gradients, total.value)],
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


def _strongest(gradients: list[float], gradient_sum: float) -> int:
    """Return the position of the example with the largest gradient in the direction of the sum."""
    extreme = min if gradient_sum < 0.0 else max
    return extreme(range(len(gradients)), key=gradients.__getitem__)


def _omitted(total: Operand, gradient: float, position: int) -> Operand:
    """Add an example that has no lines."""
    source = Source(SourceKind.SUM, position=position)
    return Operand(_sum_symbol(position), total.value + gradient, source)


def _sum_symbol(position: int) -> Symbol:
    """Return G with the number of examples in it."""
    return Symbol("G", subscript=position + 1)
