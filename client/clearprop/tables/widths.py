"""How many inputs and targets the columns of a training set become, where that may be too many."""

import re
from collections.abc import Iterator

from clearprop.numerals import is_number
from clearprop.v1 import table_pb2 as pb

#: A column of more categories is hardly one of categories.
_MANY = 50

#: Fewer categories are not too many for any number of rows.
_FEW = 10

#: As many categories can make a set that is too large.
_WIDE = 1_000

#: Percentages, amounts of money and dates.
_QUANTITY = re.compile(
    r"[+-]?[$€£¥]?\s?[0-9.,]+\s?[%$€£¥]?|[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}"
)

_VALUE_BYTES = 8


def suspicious_columns(table: pb.Table, row_count: int) -> Iterator[str]:
    """Yield a sentence for each column with many categories, or with dates or units.

    Those whose categories are numbers were declared to be categories.
    """
    for name, categories in _categories(table):
        count = len(categories)
        is_declared = all(map(is_number, categories))
        is_many = count > _MANY or (count >= _FEW and count * 10 > row_count)
        is_many |= all(map(_QUANTITY.fullmatch, categories))
        if count > _WIDE or (is_many and not is_declared):
            yield f"Column {name} has {count:,} categories."


def is_wide(table: pb.Table) -> bool:
    """Whether a column has so many categories that the set may be too large."""
    return any(len(categories) > _WIDE for _, categories in _categories(table))


def check_size(table: pb.Table, row_count: int, limit: int) -> None:
    """Raise ValueError, naming the column, if categories make a set larger than the limit."""
    width = sum(max(1, len(each.categories)) + each.has_missing for each in table.inputs)
    width += len(table.targets.classes) or len(table.targets.names)
    size = width * row_count * _VALUE_BYTES
    if size <= limit:
        return
    name, categories = max(_categories(table), key=lambda each: len(each[1]))
    raise ValueError(
        f"Column {name} has {len(categories):,} categories, so the {row_count:,} examples would"
        f" take {size:,} bytes, more than the {limit:,} that the server allows for a training set:"
        " leave the column out, or convert it to numbers if it has dates or numbers with units."
    )


def _categories(table: pb.Table) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the categories or classes of each column that has some."""
    for each in table.inputs:
        if each.categories:
            yield each.name, list(each.categories)
    if table.targets.classes:
        yield table.targets.names[0], list(table.targets.classes)
