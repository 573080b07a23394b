"""Warnings about training sets and runs."""

from collections.abc import Iterable
from typing import NamedTuple

from clearprop.v1.warning_pb2 import Warning as WarningMessage


class TrainingWarning(NamedTuple):
    """Something that is unlikely to work. Layers, units, targets and so on count from 1 in it."""

    code: str
    """A stable identifier, such as `TARGETS_OUT_OF_REACH`."""
    message: str
    """What was found, in a sentence."""
    action: str
    """What to do, in a sentence."""


def warnings_of(messages: Iterable[WarningMessage]) -> list[TrainingWarning]:
    """Convert messages of the contract."""
    return [TrainingWarning(each.code, each.message, each.action) for each in messages]
