"""Labels as targets: one target per class, 1 for the class of the label and 0 for the others."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from clearprop.cli.imports.rows import BadFile
from clearprop.cli.numerals import NotANumberError, number, shown

_BYTES = re.compile(r"""b(['"]).*\1""", re.DOTALL)


class OneHot:
    """Labels as rows of numbers: 1 in the column of the label's class, 0 elsewhere.

    The classes are the labels that occur, sorted as numbers where all of them are numbers, else as
    text. Raises BadFile for two labels that are the same number.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.classes = _classes(set(labels))
        columns = {label: column for column, label in enumerate(self.classes)}
        self._columns = [columns[label] for label in labels]

    def __len__(self) -> int:
        return len(self._columns)

    def __iter__(self) -> Iterator[list[float]]:
        for column in self._columns:
            row = [0.0] * len(self.classes)
            row[column] = 1.0
            yield row


def label(text: str) -> str:
    """Return a label without the space around it. Raises ValueError for one that names no class."""
    found = text.strip()
    if not found:
        raise ValueError("The label is empty")
    if found.lower() in ("nan", "-nan"):
        raise ValueError(
            f"The label {shown(found)} is a missing value: replace it, or remove the example"
        )
    if _BYTES.fullmatch(found):
        raise ValueError(
            f"The label {shown(found)} is the text of a bytes object of Python: decode the labels"
            " before they are written, such as with .str.decode('utf-8') in pandas"
        )
    return found


def _classes(labels: set[str]) -> list[str]:
    try:
        values = {label: number(label) for label in labels}
    except NotANumberError:
        return sorted(labels)
    ordered = sorted(labels, key=values.__getitem__)
    for before, after in pairwise(ordered):
        if values[before] == values[after]:
            raise BadFile(
                f"The labels {shown(min(before, after))} and {shown(max(before, after))} are the"
                " same number: write equal labels in the same way."
            )
    return ordered
