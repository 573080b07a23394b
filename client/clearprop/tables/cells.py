"""The cells of a column, one after the other, and what the column is: numbers or categories."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isinf, isnan, nan
from operator import index
from typing import Any, NamedTuple

from clearprop.numerals import NotANumberError, is_missing, number, shown, truth
from clearprop.tables.table import Kind, TableColumn

#: Texts that are missing values in a column of categories.
_NO_CATEGORY = {"", "?", "nan", "NaN", "-nan"}

_BYTES = re.compile(r"""b(['"]).*\1""", re.DOTALL)

#: The types of what pandas has in place of missing values, beside None and NaN.
_MISSING_TYPES = {"NAType", "NaTType"}

_LARGEST = 2**1023


class BadCell(NamedTuple):
    """What is wrong with a cell, as the end of a sentence."""

    row: int
    problem: str
    cell: str = ""


def category(text: str) -> str:
    """Return a category without the space around it; empty if it is missing."""
    found = text.strip()
    return "" if found in _NO_CATEGORY else found


def category_of(value: Any) -> str:  # noqa: ANN401 - whatever a caller gives
    """Return a value as the text of a category: 1.0 is 1. Empty if it is missing."""
    if isinstance(value, str):
        return category(value)
    if isinstance(value, float):
        if isnan(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


@dataclass(slots=True)
class _First:
    """How many cells are something, and the first of them."""

    count: int = 0
    row: int = 0
    cell: str = ""
    problem: str = ""


class Cells:
    """The cells of one column. Those that are read as categories are kept as they are."""

    def __init__(self, name: str, kind: Kind, *, decimal_comma: bool = False) -> None:
        self.name = name
        self._is_category = kind is Kind.CATEGORY
        self._advice = (
            "use --one-hot if the column has classes"
            if kind is Kind.TARGET
            else f"treat the column as categories with --categories {name}"
        )
        self._decimal_comma = decimal_comma
        self._texts: list[str] = []
        self._seen: dict[str, str] = {}
        #: In a column that may have numbers, NaN is a cell that is not one: one of the others.
        self.numbers = array("d")
        self._other_rows, self._other_texts = array("q"), list[str]()
        #: What texts that are not numbers are, so that each is looked at once.
        self._others: dict[str, tuple[str, _First | None]] = {}
        self._words, self._odd, self._truths = _First(), _First(), _First()
        self._bad: BadCell | None = None

    @property
    def has_words(self) -> bool:
        """Whether a cell was a word so far, so that the column is hardly one of numbers."""
        return self._is_category or self._words.count > 0

    def __len__(self) -> int:
        return len(self._texts) if self._is_category else len(self.numbers)

    def add(self, text: str) -> None:
        """Add a cell of text."""
        if self._is_category:
            self._texts.append(self._shared(category(text)))
            return
        other = self._others.get(text)
        if other is None:
            try:
                if truth(text) is None:
                    self.numbers.append(number(text, decimal_comma=self._decimal_comma))
                    return
                if not self._truths.count:
                    self._truths.row, self._truths.cell = len(self.numbers), text.strip()
                other = (text.strip(), self._truths)
            except NotANumberError as error:
                other = (text.strip(), self._kind_of(text, error))
            self._others[text] = other
        shared, first = other
        self._other_rows.append(len(self.numbers))
        self._other_texts.append(shared)
        self.numbers.append(nan)
        if first is not None:
            first.count += 1

    def _kind_of(self, text: str, error: NotANumberError) -> _First | None:
        """Return what counts cells of this text, which is not a number; None if it is missing."""
        if is_missing(text):
            return None
        first = self._words if error.is_word else self._odd
        if not first.count:
            first.row, first.cell, first.problem = len(self.numbers), text.strip(), str(error)
        return first

    def add_value(self, value: Any) -> None:  # noqa: ANN401 - whatever a caller gives
        """Add a cell of a source whose values have types: a number, a text, None."""
        value = value.item() if hasattr(value, "item") else value
        if value is None or type(value).__name__ in _MISSING_TYPES:
            self.add("")
        elif isinstance(value, bytes):
            self._add_bytes(value)
        elif isinstance(value, str):
            self.add(value)
        elif not isinstance(value, bool | int | float | Decimal):
            self._refuse(f"a value of type {type(value).__name__} is neither a number nor a text")
        elif self._is_category:
            self._texts.append(self._shared(category_of(value)))
        elif isinstance(value, bool):
            self.add(str(value))
        else:
            self._add_number(value)

    def column(self, kind: Kind) -> TableColumn | BadCell:
        """Return the column, or the first cell that does not fit."""
        if self._is_category:
            return self._bad or self._categories(self._texts)
        bad = self._bad or self._misfit(kind)
        if bad is not None:
            return bad
        if self._words.count:
            texts = [""] * len(self.numbers)
            for row, text in zip(self._other_rows, self._other_texts, strict=True):
                texts[row] = category(text)
            return self._categories(texts)
        for row, text in zip(self._other_rows, self._other_texts, strict=True):
            value = truth(text)
            if value is not None:
                self.numbers[row] = value
        return TableColumn(self.name, numbers=self.numbers, is_boolean=self._truths.count > 0)

    def _misfit(self, kind: Kind) -> BadCell | None:
        """Return the first cell that is not what the other cells, or the kind, say."""
        words, odd = self._words, self._odd
        number_count = len(self.numbers) - len(self._other_rows)
        is_mixed = number_count > 0 and words.count > 0
        if odd.count and not is_mixed:
            return BadCell(odd.row, self._with_advice(odd.problem, kind), odd.cell)
        if kind is Kind.BOOLEAN and words.count:
            return BadCell(words.row, f"{shown(words.cell)} is neither True nor False", words.cell)
        if kind is Kind.NUMBER and words.count:
            return BadCell(words.row, words.problem, words.cell)
        if is_mixed or (number_count and self._truths.count):
            return self._mixed(number_count, kind)
        return None

    def _add_bytes(self, value: bytes) -> None:
        try:
            self.add(value.decode())
        except UnicodeDecodeError:
            self._refuse(f"{value!r} is not UTF-8 text")

    def _add_number(self, value: Any) -> None:  # noqa: ANN401 - a number of any type
        if not isinstance(value, float) and abs(value) >= _LARGEST:
            self._refuse(f"{shown(str(value))} is too large for a float64")
            return
        found = float(value)
        if isnan(found):
            self.add("")
        elif isinf(found):
            self._refuse(f"{value!r} is not finite: replace it, or remove the example")
        elif isinstance(value, int) and index(value) != found:
            self._refuse(f"{value} is an integer that float64 cannot represent exactly: round it")
        else:
            self.numbers.append(found)

    def _refuse(self, problem: str) -> None:
        if self._bad is None:
            self._bad = BadCell(len(self), problem)
        if self._is_category:
            self._texts.append("")
        else:
            self.numbers.append(nan)

    def _mixed(self, number_count: int, kind: Kind) -> BadCell:
        others = self._words if self._words.count else self._truths
        known = number_count + others.count
        advice = "write 1 for True and 0 for False" if kind is Kind.NUMBER else self._advice
        fix = f"correct it, or {advice}"
        if number_count >= others.count:
            return BadCell(
                others.row,
                f"{shown(others.cell)} is not a number, but {number_count:,} of the {known:,}"
                f" values in this column are: {fix}",
                others.cell,
            )
        excepted = set(self._other_rows)
        row = next(row for row in range(len(self.numbers)) if row not in excepted)
        return BadCell(
            row,
            f"{self.numbers[row]!r} is a number, but {others.count:,} of the {known:,} values in"
            f" this column are not: {fix}",
        )

    def _with_advice(self, problem: str, kind: Kind) -> str:
        if kind is Kind.NUMBER or not self._words.count:
            return problem
        return f"{problem}, or {self._advice}"

    def _categories(self, texts: Sequence[str]) -> TableColumn | BadCell:
        for row, text in enumerate(texts):
            if text[:1] == "b" and _BYTES.fullmatch(text):
                return BadCell(row, _bytes_problem(text), text)
        return TableColumn(self.name, texts=texts)

    def _shared(self, text: str) -> str:
        return self._seen.setdefault(text, text)


def _bytes_problem(text: str) -> str:
    return (
        f"{shown(text)} is the text of a bytes object of Python: decode the texts before they are"
        " written, such as with .str.decode('utf-8') in pandas"
    )
