"""The changes of an update, parameter by parameter."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from clearprop import Snapshot, State
from clearprop.cli.console import say
from clearprop.cli.number_format import weight
from clearprop.cli.output import show_table
from clearprop.unit_names import UnitNames


class Change(NamedTuple):
    """One parameter before and after."""

    name: str
    before: float
    after: float

    @property
    def amount(self) -> float:
        """The difference, with its sign."""
        return self.after - self.before


def changes(before: State, after: State | Snapshot, names: UnitNames) -> list[Change]:
    """Return the parameters of a network before and after, largest changes first."""
    found = (
        Change(name, old, new)
        for (name, old), (_, new) in zip(
            _parameters(before, names), _parameters(after, names), strict=True
        )
    )
    return sorted(found, key=lambda change: -abs(change.amount))


def show_changes(before: State, after: State | Snapshot, names: UnitNames, most: int) -> None:
    """Print the parameters that changed most."""
    found = changes(before, after, names)
    show_table(
        ["parameter" if any(map(len, before.biases)) else "weight", "before", "after", "change"],
        (
            [each.name, weight(each.before), weight(each.after), weight(each.amount)]
            for each in found[:most]
        ),
    )
    if len(found) > most:
        say(f"[dim]{len(found) - most:,} smaller changes are not shown.[/]")


def _parameters(state: State | Snapshot, names: UnitNames) -> Iterator[tuple[str, float]]:
    weights = (
        (names.parameter(layer, unit, source), float(value))
        for layer, matrix in enumerate(state.weights, start=1)
        for unit, row in enumerate(matrix)
        for source, value in enumerate(row)
    )
    biases = (
        (names.parameter(layer, unit, None), float(value))
        for layer, vector in enumerate(state.biases, start=1)
        for unit, value in enumerate(vector)
    )
    return chain(weights, biases)
