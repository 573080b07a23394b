"""`clearprop predict --why`: what makes an output larger than another."""

from collections.abc import Sequence
from typing import Final

from rich.markup import escape

from clearprop import Network
from clearprop.cli.console import say
from clearprop.cli.number_format import number
from clearprop.cli.output import show_table
from clearprop.snapshots import Prediction
from clearprop.unit_names import UnitNames

_MOST: Final = 3  # units


def show_reasons(network: Network, prediction: Prediction) -> None:
    """Print for each row which units raise the largest output most above the next one.

    Of a single output, the units that add most to its logit, or subtract most from it.
    """
    names = UnitNames(network.message)
    last = len(network.layer_sizes) - 1
    for row, each in enumerate(prediction.message.predictions, start=1):
        first, *others = sorted(range(len(each.outputs)), key=lambda k: -each.outputs[k])[:2]
        shown = [names.unit(last, output) for output in (first, *others)]
        what = (
            f"what raises {shown[0]} above {shown[1]} most"
            if others
            else f"the largest contributions to the logit of {shown[0]}"
        )
        say(f"Row {row}: {escape(what)}:")
        terms = [each.contributions[output].values for output in (first, *others)]
        units = [names.unit(last - 1, unit) for unit in range(network.layer_sizes[-2])]
        lines = [
            (unit, *map(number, values))
            for unit, values in _strongest([*units, "bias"][: len(terms[0])], terms)
        ]
        show_table(["unit", *(f"adds to {output}" for output in shown)], lines)


def _strongest(
    units: Sequence[str], terms: Sequence[Sequence[float]]
) -> list[tuple[str, tuple[float, ...]]]:
    """Return the units that raise the first output most above the second, with their terms.

    Of one output, the units with the largest terms.
    """
    both = list(zip(units, zip(*terms, strict=True), strict=True))
    if len(terms) == 1:
        return sorted(both, key=lambda item: -abs(item[1][0]))[:_MOST]
    raising = [item for item in both if item[1][0] > item[1][1]]
    return sorted(raising, key=lambda item: item[1][1] - item[1][0])[:_MOST]
