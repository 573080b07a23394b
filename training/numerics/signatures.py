"""The types of a kernel's arguments, and the record of 64-bit words in which they reach it.

A number is one word. An array is the address of NumPy's object, from which compiled code reads what
`PyArray_DATA` and `PyArray_DIMS` of NumPy's C API read: asking NumPy for the address of the data
takes longer in Python than the update of a small network. The data must be contiguous, in the order
of C. A named tuple is the words of its fields. The caller keeps all of them until the call ends.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Number:
    """An int64 or a float64."""

    dtype: str

    @property
    def format(self) -> str:
        """The type of its word, for `struct`."""
        return "d" if self.dtype == "float64" else "q"


@dataclass(frozen=True)
class Array:
    """An array of numbers; a kernel may change it unless it is read-only."""

    dtype: str
    dimensions: int
    is_read_only: bool = False

    #: The type of its word, for `struct`.
    format = "q"

    def append(self, value: Any, words: list[Any]) -> None:
        """Append the word of an array. Raises TypeError if it has another form."""
        if not isinstance(value, np.ndarray):
            raise TypeError(f"{type(value).__name__} instead of {self}")
        flags = value.flags
        if (
            value.dtype != self._dtype
            or value.ndim != self.dimensions
            or not flags.c_contiguous
            or not (self.is_read_only or flags.writeable)
        ):
            raise TypeError(f"{_form(value)} instead of {self}")
        words.append(id(value))

    @cached_property
    def _dtype(self) -> "np.dtype[Any]":
        return np.dtype(self.dtype)

    def __str__(self) -> str:
        access = "" if self.is_read_only else "writeable, "
        return f"{self.dtype}[{self.dimensions} dimensions, {access}contiguous]"


@dataclass(frozen=True)
class Fields:
    """A named tuple; its `usual` value, if there is one, is checked and packed only once."""

    kind: Any
    fields: "tuple[Kind, ...]"
    usual: Any = field(default=None, compare=False, repr=False)

    @property
    def format(self) -> str:
        """The types of its words, for `struct`."""
        return "".join(each.format for each in self.fields)

    def append(self, value: Any, words: list[Any]) -> None:
        """Append the words of a tuple. Raises TypeError if a field has another form."""
        if value is self.usual:
            words += self._usual_words
        else:
            _append_all(self.fields, value, words)

    @cached_property
    def _usual_words(self) -> list[Any]:
        words: list[Any] = []
        _append_all(self.fields, self.usual, words)
        return words


Kind = Number | Array | Fields

INTEGER, FLOAT = Number("int64"), Number("float64")


#: The number of words at the beginning of a record that are for results.
RESULTS = 2


@dataclass(frozen=True)
class Signature:
    """The types of the arguments of a kernel, and of the results, at most two numbers.

    The results and the arguments are in a record of words.
    """

    arguments: tuple[Kind, ...]
    results: tuple[Number, ...] = ()

    def packed(self, arguments: Sequence[Any]) -> bytearray:
        """Return the record of these arguments. Raises TypeError if one has another form."""
        words: list[Any] = [0] * RESULTS
        _append_all(self.arguments, arguments, words)
        try:
            return bytearray(self._record.pack(*words))
        except struct.error as error:
            raise TypeError(str(error)) from None

    def result(self, record: bytearray) -> Any:
        """Return the result in a record: a number, a tuple of two, or None."""
        numbers = self._results.unpack_from(record)
        return numbers if len(numbers) > 1 else numbers[0] if numbers else None

    @cached_property
    def _record(self) -> struct.Struct:
        return struct.Struct("=2q" + "".join(each.format for each in self.arguments))

    @cached_property
    def _results(self) -> struct.Struct:
        return struct.Struct("=" + "".join(each.format for each in self.results))


def signature(*arguments: Kind, results: tuple[Number, ...] = ()) -> Signature:
    """Return the signature of a kernel."""
    return Signature(arguments, results)


def fields(kind: Any, *types: Kind, usual: Any = None) -> Fields:
    """Return the type of a named tuple with fields of these types; one stands for all."""
    return Fields(kind, types if len(types) > 1 else types * len(kind._fields), usual)


def _append_all(kinds: Sequence[Kind], values: Sequence[Any], words: list[Any]) -> None:
    for kind, value in zip(kinds, values, strict=True):
        if isinstance(kind, Number):
            words.append(value)
        else:
            kind.append(value, words)


def _form(array: "np.ndarray[Any, Any]") -> str:
    access = "writeable, " if array.flags.writeable else ""
    order = "contiguous" if array.flags.c_contiguous else "not contiguous"
    return f"{array.dtype}[{array.ndim} dimensions, {access}{order}]"
