"""Whether the first line of a table has names or numbers."""

from collections.abc import Sequence

from clearprop.numerals import is_number
from clearprop.tables.bad_table import BadTable


def check_header(names: Sequence[str]) -> None:
    """Raise BadTable if the names on the first line look like the numbers of an example."""
    numbers = [name for name in names if is_number(name)]
    is_example = len(numbers) == len(names) or (
        2 * len(numbers) > len(names) and not _are_positions(numbers)
    )
    if is_example:
        raise BadTable(
            "The first line has numbers instead of names. Use --no-header if it is an example,"
            " or --header if these are the names of the columns."
        )


def _are_positions(numbers: Sequence[str]) -> bool:
    """Whether names are 0, 1, 2, … or 1, 2, 3, …, as pandas numbers columns without names."""
    return any(
        list(numbers) == [str(first + place) for place in range(len(numbers))] for first in (0, 1)
    )
