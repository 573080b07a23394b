"""Enums."""

from collections.abc import Mapping
from typing import TypeVar

N = TypeVar("N")
T = TypeVar("T")


def sent(received: Mapping[N, T]) -> dict[T, N]:
    """Return what each value is sent as: the last of the enum values that mean it."""
    return {value: number for number, value in received.items()}
