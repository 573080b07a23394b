"""The categories of a column of texts, or the classes of a target, and which are known."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from clearprop.numerals import NotANumberError, number, shown
from clearprop.tables.bad_table import BadTable
from clearprop.tables.choices import listed_names
from clearprop.tables.table import Table, TableColumn

_MOST = 20


def categories_of(column: TableColumn) -> tuple[str, ...]:
    """Return the categories that a column declares, else those that occur, in order.

    They are sorted as numbers where all of them are numbers, else as text. Raises BadTable for two
    that are the same number.
    """
    if column.categories:
        return column.categories
    found = set(column.texts or ()) - {""}
    values = _numbers(found)
    if values is None:
        return tuple(sorted(found))
    ordered = sorted(found, key=values.__getitem__)
    for before, after in pairwise(ordered):
        if values[before] == values[after]:
            raise BadTable(
                f"Column {column.name} has {shown(min(before, after))} and"
                f" {shown(max(before, after))}, which are the same number: write equal values in"
                " the same way."
            )
    return tuple(ordered)


def with_known(
    table: Table, column: TableColumn, known: Sequence[str], what: str, source: str = ""
) -> TableColumn:
    """Return a column with the known categories as they are written there: 1 for 1.0.

    Raises BadTable for the first text that is not one of them. `what` is a word for what a text
    is, and `source` a clause that says who knows them.
    """
    find = _finder(known)
    distinct = {text: find(text) for text in dict.fromkeys(column.texts or ()) if text}
    unknown = [text for text, found in distinct.items() if found is None]
    if unknown:
        texts = list(column.texts or ())
        row = min(texts.index(text) for text in unknown)
        raise BadTable(
            f"{table.where(row, column)}: {shown(texts[row])} is not a known {what}{source}. Known"
            f" are {listed_names(known, _MOST)}."
        )
    if all(text == found for text, found in distinct.items()):
        return replace(column, categories=tuple(known))
    texts = [distinct.get(text) or "" for text in column.texts or ()]
    return replace(column, texts=texts, categories=tuple(known))


def _finder(known: Sequence[str]) -> Callable[[str], str | None]:
    """Return a function that finds a category by its text or, if all are numbers, its value."""
    names = set(known)
    values = _numbers(names)
    by_value = {} if values is None else {value: text for text, value in values.items()}

    def find(text: str) -> str | None:
        if text in names:
            return text
        value = _numbers([text]) if by_value else None
        return None if value is None else by_value.get(value[text])

    return find


def _numbers(texts: Iterable[str]) -> dict[str, float] | None:
    try:
        return {text: number(text) for text in texts}
    except NotANumberError:
        return None
