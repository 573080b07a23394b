"""Enums, whose values have the same names in the contract and in the domain."""

from collections.abc import Iterable
from enum import Enum
from typing import TYPE_CHECKING, Generic, TypeVar

from training.errors import Violations

if TYPE_CHECKING:  # the stubs alone have this class
    from google.protobuf.internal.enum_type_wrapper import _EnumTypeWrapper

N = TypeVar("N", bound=int)
K = TypeVar("K", bound=Enum)


def numbers(enum: "_EnumTypeWrapper[N]", kinds: Iterable[K]) -> dict[K, N]:
    """Return the number of each kind in the contract."""
    prefix = enum.DESCRIPTOR.values_by_number[0].name.removesuffix("UNSPECIFIED")
    return {kind: enum.Value(prefix + kind.name) for kind in kinds}


def one_of(kinds: Iterable[Enum]) -> str:
    """Return the description that a field must be one of these kinds."""
    return f"must be one of {', '.join(kind.name for kind in kinds)}"


class EnumTable(Generic[N, K]):
    """Maps the numbers of an enum of the contract to values of the domain.

    `default` is the meaning of UNSPECIFIED, 0. `must_be` is the description of an invalid field.
    """

    def __init__(
        self, enum: "_EnumTypeWrapper[N]", kinds: Iterable[K], default: K, must_be: str
    ) -> None:
        self.numbers = numbers(enum, kinds)
        self.kinds: dict[int, K] = {number: kind for kind, number in self.numbers.items()}
        self.kinds[0] = self._default = default
        self._must_be = must_be

    def read(self, violations: Violations, field: str, number: int) -> K:
        """Return the value with a number.

        If the number is unknown, report `field` as invalid and return the default, so that the
        other fields can be validated.
        """
        violations.require(number in self.kinds, field, self._must_be)
        return self.kinds.get(number, self._default)
