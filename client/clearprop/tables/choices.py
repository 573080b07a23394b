"""Which columns of a table are inputs and which are targets."""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from clearprop.numerals import shown
from clearprop.tables.bad_table import BadTable
from clearprop.tables.sources import Source

_MOST_NAMES = 12

_LONGEST_NAME = 255

#: What pandas calls a column whose name is empty.
_UNNAMED = re.compile(r"(Unnamed: \d+)?")


def names_of(text: str) -> list[str]:
    """Return the names in `a,b` or `"a,b",c`: those with a comma are in quotes, as in a table."""
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True), [])]


def chosen_columns(source: Source, names: Sequence[str], option: str) -> list[int]:
    """Return the columns that an option names. Raises BadTable for unknown names."""
    found: list[int] = []
    for name in names:
        if names.count(name) > 1:
            raise BadTable(f"{option} names the {source.noun} {shown(name)} twice.")
        if name in source.groups:
            found += source.groups[name]
            continue
        if name not in source.names:
            known = list(source.groups) or source.names
            by_letters = {each.lower(): each for each in known}
            close = get_close_matches(name.lower(), by_letters, 1)
            listed = listed_names([*(by_letters[each] for each in close), *known])
            raise BadTable(
                f"Unknown {source.noun} {shown(name)} in {option}. Use one of"
                f" {listed}.{source.note}"
            )
        found += places_of(source, [name]).values()
    return found


def places_of(source: Source, names: Iterable[str]) -> dict[str, int]:
    """Return the places of the names that are there. Raises BadTable if one is there twice."""
    counts = Counter(source.names)
    places = {name: place for place, name in enumerate(source.names)}
    found = {name: places[name] for name in names if name in places}
    for name in found:
        if counts[name] > 1:
            raise BadTable(_twice(name))
    return found


def _twice(name: str) -> str:
    return f"The first line has the name {shown(name)} twice: rename one column."


def check_names(source: Source, places: Sequence[int]) -> None:
    """Raise BadTable for columns without a name, or with the name of another."""
    counts = Counter(source.names)
    for place in places:
        name = source.names[place]
        if not name:
            raise BadTable(f"Column {place + 1} has no name: name it.")
        if len(name) > _LONGEST_NAME:
            raise BadTable(
                f"The name of column {place + 1} has {len(name):,} characters, {shown(name)}: use"
                f" up to {_LONGEST_NAME}."
            )
        if counts[name] > 1:
            raise BadTable(_twice(name))


def remaining_columns(names: Sequence[str], others: Sequence[int]) -> list[int]:
    """Return all columns but those of targets and weights.

    Raises BadTable if one of them has no name.
    """
    remaining = [column for column in range(len(names)) if column not in others]
    for column in remaining:
        if not _UNNAMED.fullmatch(names[column]):
            continue
        if column == len(names) - 1 > 0 and not names[column]:
            why = "Line 1 ends with a delimiter, so the last column has no name: remove it"
        elif column == 0:
            why = (
                "The first column has no name, like the index that pandas writes: omit it"
                " with to_csv(…, index=False)"
            )
        else:
            why = f"Column {column + 1} has no name: name it"
        raise BadTable(f"{why}, or choose the columns with --inputs.")
    return remaining


def check_columns(
    source: Source, inputs: Sequence[int], targets: Sequence[int], weights: Sequence[int]
) -> None:
    """Raise BadTable if a column is more than one of input, target and weight.

    Also if there is no input, or more than one column of weights.
    """
    names = source.names
    if len(weights) > 1:
        raise BadTable("Name only one column with --weights.")
    if set(weights) & {*inputs, *targets}:
        listed = listed_names([names[column] for column in weights])
        raise BadTable(f"The column of weights is an input or a target too: {listed}.")
    if not inputs:
        raise BadTable(
            f"No column is left for the inputs: all are targets or weights.{source.note}"
        )
    both = sorted(set(inputs) & set(targets))
    if both:
        listed = listed_names([names[column] for column in both])
        raise BadTable(f"The same column is both input and target: {listed}.")


def listed_names(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """Return names separated by commas, those that could be misread in quotes; many are cut."""
    unique = list(dict.fromkeys(names))
    listed = ", ".join(map(_quoted, unique[:most]))
    more = len(unique) - most
    return f"{listed} and {more:,} more" if more > 0 else listed


def _quoted(name: str) -> str:
    return name if name.isprintable() and name and not set(name) & set(",;'\"") else repr(name)
