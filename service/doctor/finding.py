"""One thing that was checked, and what to do about it."""

from dataclasses import dataclass
from enum import IntEnum


class Level(IntEnum):
    """How bad a finding is; the value is the exit code of `clearprop doctor`."""

    OK = 0
    WARNING = 1
    WRONG = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """What was checked, how bad it is, and a sentence with what to do."""

    subject: str
    level: Level
    text: str


def ok(subject: str, text: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(subject, Level.OK, text)


def warning(subject: str, text: str) -> Finding:
    """Return a finding with which a server works, but perhaps not for long."""
    return Finding(subject, Level.WARNING, text)


def wrong(subject: str, text: str) -> Finding:
    """Return a finding with which a server does not work."""
    return Finding(subject, Level.WRONG, text)
