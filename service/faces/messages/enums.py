"""Enums, which have the same names in the contract and in the domain."""

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from training.errors import Violations

if TYPE_CHECKING:  # the stubs alone have this class
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper

N = TypeVar("N", bound=int)
K = TypeVar("K", bound=Enum)


def numbers(enum: "_EnumTypeWrapper[N]", kinds: Iterable[K]) -> dict[K, N]:
    """Return the number of each kind in the contract, where it has the same name."""
    prefix = enum.DESCRIPTOR.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return {kind: enum.Value(prefix + kind.name) for kind in kinds}


def one_of(kinds: Iterable[Enum]) -> str:
    """Return the sentence that a field must be one of these."""
    return f"must be one of {', '.join(kind.name for kind in kinds)}"


class EnumTable(Generic[N, K]):
    """What the numbers of an enum of the contract mean in the domain.

    `left_open` is what UNSPECIFIED, 0, means, and `must_be` the sentence on a field with a number
    that means nothing.
    """

    def __init__(
        self, enum: "_EnumTypeWrapper[N]", kinds: Iterable[K], left_open: K, must_be: str
    ) -> None:
        self.numbers = numbers(enum, kinds)
        self.kinds: dict[int, K] = {number: kind for kind, number in self.numbers.items()}
        self.kinds[0] = self._left_open = left_open
        self._must_be = must_be

    def read(self, violations: Violations, field: str, number: int) -> K:
        """Return what a number means.

        Where it means nothing, `field` is noted, so that the request is refused, and what is meant
        by 0 takes its place while the other fields are checked.
        """
        violations.require(number in self.kinds, field, self._must_be)
        return self.kinds.get(number, self._left_open)
