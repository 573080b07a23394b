"""Enums."""

from collections.abc import Mapping
from typing import Any, TypeVar

from training.numerics.definition import Defined

D = TypeVar("D", bound=Defined)
N = TypeVar("N")
T = TypeVar("T")


def received(table: type[D], unspecified: T) -> dict[Any, D | T]:
    """Return what each value of the contract's enum for a table means."""
    return {0: unspecified} | {entry.definition.number: entry for entry in table}


def number_of(entry: Defined) -> Any:  # noqa: ANN401 - the type is that of the field it goes into
    """Return the value of the contract's enum for an entry of a table."""
    return entry.definition.number


def sent(received: Mapping[N, T]) -> dict[T, N]:
    """Return what each value is sent as: the last of the enum values that mean it."""
    return {value: number for number, value in received.items()}
