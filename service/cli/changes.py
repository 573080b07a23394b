"""What an update changed, weight by weight."""

from typing import NamedTuple

from clearprop.values import Matrix

from service.cli.printing import say, show_table, weight


class Change(NamedTuple):
    """One weight before and after; its name says to which unit it goes and from which."""

    name: str
    before: float
    after: float

    @property
    def amount(self) -> float:
        """How far it moved, with its sign."""
        return self.after - self.before


def changes(before: list[Matrix], after: list[Matrix]) -> list[Change]:
    """Return the weights of a network before and after, those that changed most first."""
    found = [
        Change(
            f"{_unit(layer + 1, unit, len(after))} ← {_unit(layer, source, len(after))}",
            float(before[layer][unit][source]),
            float(value),
        )
        for layer, matrix in enumerate(after)
        for unit, row in enumerate(matrix)
        for source, value in enumerate(row)
    ]
    return sorted(found, key=lambda change: -abs(change.amount))


def show_changes(before: list[Matrix], after: list[Matrix], most: int) -> None:
    """Print the weights that changed most."""
    found = changes(before, after)
    show_table(
        ["weight", "before", "after", "change"],
        (
            [each.name, weight(each.before), weight(each.after), weight(each.amount)]
            for each in found[:most]
        ),
    )
    if len(found) > most:
        say(f"[dim]and {len(found) - most:,} more that changed less[/]")


def _unit(layer: int, unit: int, output_layer: int) -> str:
    """Return what a unit is called, counting from 1 as people do; layer 0 are the inputs."""
    if layer == 0:
        return f"input {unit + 1}"
    if layer == output_layer:
        return f"output {unit + 1}"
    return f"hidden {unit + 1}" if output_layer == 2 else f"hidden {layer}.{unit + 1}"
