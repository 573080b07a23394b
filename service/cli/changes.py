"""What an update changed, weight by weight."""

from typing import NamedTuple

from clearprop.values import Matrix

from service.cli.printing import say, show_table, weight


class Change(NamedTuple):
    """One weight before and after; its name says where it is."""

    name: str
    before: float
    after: float

    @property
    def amount(self) -> float:
        """How far it moved, with its sign."""
        return self.after - self.before


def changes(before: list[Matrix], after: list[Matrix]) -> list[Change]:
    """Return the weights of a network before and after, those that changed most first.

    A weight is named layer:unit←input, each counting from 1.
    """
    found = [
        Change(f"{layer}:{unit}←{source}", float(old), float(new))
        for layer, (old_rows, new_rows) in enumerate(zip(before, after, strict=True), start=1)
        for unit, (old_row, new_row) in enumerate(zip(old_rows, new_rows, strict=True), start=1)
        for source, (old, new) in enumerate(zip(old_row, new_row, strict=True), start=1)
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
