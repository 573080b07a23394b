"""The base of the tables of functions: each entry has a name and a formula.

A table is an enum whose members are its entries. A member is equal to its name, so it can be stored
and compared as a string; its `definition` has everything that belongs to the entry.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, kw_only=True)
class Definition:
    """The fields of every entry of a table."""

    name: str
    """The name of the contract's enum value in lower case, with hyphens."""
    formula: str
    """The formula of the function, with the letters of `loops`."""


class Defined(StrEnum):
    """A table: each member is equal to the name of its entry."""

    definition: Definition

    def __new__(cls, definition: Any) -> Self:
        """Return the member for an entry. A call with a name returns the member without this.

        Type checkers therefore see an argument of either type.
        """
        member = str.__new__(cls, definition.name)
        member._value_ = definition.name
        member.definition = definition
        return member
