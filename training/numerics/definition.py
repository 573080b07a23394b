"""What the tables of functions have in common: each entry has a name, a number and a formula.

A table is an enum whose members are its entries. A member is its name, so that it can be stored and
compared as a word, and its `definition` holds all that belongs to the entry.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What every entry of a table has."""

    name: str
    """Lower case, words joined by hyphens: that of the contract's enum value in other letters."""
    number: int
    """The number of the contract's enum value; never used again for another entry."""
    formula: str
    """The function as people write it, in the letters of `loops`."""


class Defined(StrEnum):
    """A table: each member is the name of its entry."""

    definition: Definition

    def __new__(cls, definition: Any) -> Self:
        """Return the member for an entry; a call with a name, which gives the member, ends before.

        (So for a reader of types the argument is either.)
        """
        member = str.__new__(cls, definition.name)
        member._value_ = definition.name
        member.definition = definition
        return member
