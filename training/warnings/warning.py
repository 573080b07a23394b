"""A warning: what is unlikely to work, and what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class WarningCode(StrEnum):
    """What a warning is about: stable identifiers for programs."""

    # About a training set.
    INPUTS_OF_DIFFERENT_SIZE = "INPUTS_OF_DIFFERENT_SIZE"
    LARGE_INPUTS = "LARGE_INPUTS"
    CONSTANT_COLUMN = "CONSTANT_COLUMN"
    CONSTANT_TARGET = "CONSTANT_TARGET"
    CLASS_WITH_ONE_EXAMPLE = "CLASS_WITH_ONE_EXAMPLE"
    # About a network and a training set, before the first update of a run.
    TARGETS_OUT_OF_REACH = "TARGETS_OUT_OF_REACH"
    SOFTMAX_WITH_ONE_OUTPUT = "SOFTMAX_WITH_ONE_OUTPUT"
    DEAD_UNITS = "DEAD_UNITS"
    EQUAL_UNITS = "EQUAL_UNITS"
    # About the costs of a run that is over.
    COST_HAS_NOT_FALLEN = "COST_HAS_NOT_FALLEN"
    VALIDATION_COST_HAS_RISEN = "VALIDATION_COST_HAS_RISEN"


@dataclass(frozen=True, slots=True)
class TrainingWarning:
    """A warning in sentences for people, in which layers, units, targets and so on count from 1.

    `message` says what was found, `action` what to do.
    """

    code: WarningCode
    message: str
    action: str
