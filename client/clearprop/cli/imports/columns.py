"""Which columns of a table are inputs and which are targets."""

import csv
import re
from collections.abc import Sequence
from difflib import get_close_matches

from clearprop.cli.imports.rows import BadFile
from clearprop.cli.numerals import is_number, shown

_MOST_NAMES = 12

#: What pandas calls a column whose name is empty.
_UNNAMED = re.compile(r"(Unnamed: \d+)?")


def names_of(text: str) -> list[str]:
    """Return the names in `a,b` or `"a,b",c`: those with a comma are in quotes, as in a table."""
    return [name.strip() for name in next(csv.reader([text], skipinitialspace=True), [])]


def chosen_columns(names: Sequence[str], text: str, option: str, *, note: str) -> list[int]:
    """Return the columns that an option names. Raises BadFile, with a note, for unknown names."""
    wanted = [text] if text in names else names_of(text)
    for name in wanted:
        if name not in names:
            listed = listed_names([*get_close_matches(name, names, 1), *names])
            raise BadFile(f"Unknown column {shown(name)} in {option}. Use one of {listed}.{note}")
        if wanted.count(name) > 1:
            raise BadFile(f"{option} names the column {shown(name)} twice.")
        if names.count(name) > 1:
            raise BadFile(f"The first line has the name {shown(name)} twice: rename one column.")
    return [names.index(name) for name in wanted]


def remaining_columns(names: Sequence[str], others: Sequence[int]) -> list[int]:
    """Return all columns but those of targets and weights.

    Raises BadFile if one of them has no name.
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
        raise BadFile(f"{why}, or choose the columns with --inputs.")
    return remaining


def check_columns(
    names: Sequence[str], inputs: Sequence[int], targets: Sequence[int], weights: Sequence[int]
) -> None:
    """Raise BadFile if a column is more than one of input, target and weight.

    Also if there is no input, or more than one column of weights.
    """
    if len(weights) > 1:
        raise BadFile("Name only one column with --weights.")
    if set(weights) & {*inputs, *targets}:
        listed = listed_names([names[column] for column in weights])
        raise BadFile(f"The column of weights is an input or a target too: {listed}.")
    if not inputs:
        raise BadFile("No column is left for the inputs: all are targets or weights.")
    both = sorted(set(inputs) & set(targets))
    if both:
        listed = listed_names([names[column] for column in both])
        raise BadFile(f"The same column is both input and target: {listed}.")


def check_header(names: Sequence[str]) -> None:
    """Raise BadFile if the names on the first line look like the numbers of an example."""
    numbers = [name for name in names if is_number(name)]
    is_example = len(numbers) == len(names) or (
        2 * len(numbers) > len(names) and not _are_positions(numbers)
    )
    if is_example:
        raise BadFile(
            "The first line has numbers instead of names. Use --no-header if it is an example,"
            " or --header if these are the names of the columns."
        )


def listed_names(names: Sequence[str], most: int = _MOST_NAMES) -> str:
    """Return names separated by commas, those that could be misread in quotes; many are cut."""
    unique = list(dict.fromkeys(names))
    listed = ", ".join(map(_quoted, unique[:most]))
    more = len(unique) - most
    return f"{listed} and {more:,} more" if more > 0 else listed


def _quoted(name: str) -> str:
    return name if name.isprintable() and name and not set(name) & set(",;'\"") else repr(name)


def _are_positions(numbers: Sequence[str]) -> bool:
    """Whether names are 0, 1, 2, … or 1, 2, 3, …, as pandas numbers columns without names."""
    return any(
        list(numbers) == [str(first + place) for place in range(len(numbers))] for first in (0, 1)
    )
